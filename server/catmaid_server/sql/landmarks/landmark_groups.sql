-- Groups of landmarks: their members, their locations, and how they are linked.

-- name: groups
-- group_id NULL: all.
SELECT id, name, user_id, project_id, creation_time, edition_time
  FROM landmark_group
 WHERE project_id = %(project_id)s AND (%(group_id)s::integer IS NULL OR id = %(group_id)s)
 ORDER BY id;

-- name: lock_group
-- Others may make landmarks members of it meanwhile.
SELECT id, name, user_id, project_id, creation_time, edition_time
  FROM landmark_group
 WHERE project_id = %(project_id)s AND id = %(group_id)s
   FOR NO KEY UPDATE;

-- name: known_groups
-- Those of these ids that are landmark groups of the project.
SELECT id FROM landmark_group WHERE project_id = %(project_id)s AND id = ANY (%(ids)s::integer[]);

-- name: groups_called
-- By name in small letters; of several with one name the first.
SELECT DISTINCT ON (lower(name)) lower(name), id, user_id
  FROM landmark_group
 WHERE project_id = %(project_id)s AND lower(name) = ANY (%(names)s::text[])
 ORDER BY lower(name), id;

-- name: name_is_taken
-- Whether the project has a landmark group of this name.
SELECT EXISTS (SELECT FROM landmark_group WHERE project_id = %(project_id)s AND name = %(name)s);

-- name: create
-- In the order of the names.
INSERT INTO landmark_group (project_id, user_id, name)
SELECT %(project_id)s, %(user_id)s, wanted.name
  FROM unnest(%(names)s::text[]) WITH ORDINALITY AS wanted (name, position)
 ORDER BY wanted.position
RETURNING id, name, user_id, project_id, creation_time, edition_time;

-- name: rename
-- Rename a landmark group; all its fields after that.
UPDATE landmark_group SET name = %(name)s, edition_time = now()
 WHERE id = %(group_id)s
RETURNING id, name, user_id, project_id, creation_time, edition_time;

-- name: delete
-- Memberships, links and locations go with a group; landmarks and points stay.
DELETE FROM landmark_group WHERE id = %(group_id)s;

-- name: members
-- Group and landmark of each membership, of all groups or of one.
SELECT group_id, landmark_id
  FROM landmark_member
 WHERE project_id = %(project_id)s AND (%(group_id)s::integer IS NULL OR group_id = %(group_id)s)
 ORDER BY group_id, landmark_id;

-- name: memberships
-- Groups of which a landmark is a member.
SELECT group_id FROM landmark_member WHERE landmark_id = %(landmark_id)s;

-- name: add_members
-- Each landmark to the group of the same position, unless it is there already.
INSERT INTO landmark_member (project_id, user_id, landmark_id, group_id)
SELECT %(project_id)s, %(user_id)s, pair.landmark_id, pair.group_id
  FROM unnest(%(landmark_ids)s::integer[], %(group_ids)s::integer[]) WITH ORDINALITY
       AS pair (landmark_id, group_id, position)
 ORDER BY pair.position
ON CONFLICT (landmark_id, group_id) DO NOTHING;

-- name: remove_members
-- Remove landmarks from groups.
DELETE FROM landmark_member
 WHERE landmark_id = ANY (%(landmark_ids)s::integer[]) AND group_id = ANY (%(group_ids)s::integer[]);

-- name: locations
-- Group, and id, x, y, z (nm) of each point that it shows, of all groups or of one.
SELECT g.group_id, p.id, p.x, p.y, p.z
  FROM landmark_group_location g JOIN landmark_point p ON p.id = g.point_id
 WHERE g.project_id = %(project_id)s AND (%(group_id)s::integer IS NULL OR g.group_id = %(group_id)s)
 ORDER BY g.id;

-- name: locations_with_names
-- With the names of the landmarks there that are members of the group; locations without such are left out.
SELECT g.group_id, p.id, p.x, p.y, p.z, array_agg(landmark.name ORDER BY landmark.id)
  FROM landmark_group_location g
  JOIN landmark_point p ON p.id = g.point_id
  JOIN landmark_location l ON l.point_id = p.id
  JOIN landmark_member m ON m.landmark_id = l.landmark_id AND m.group_id = g.group_id
  JOIN landmark ON landmark.id = l.landmark_id
 WHERE g.project_id = %(project_id)s AND (%(group_id)s::integer IS NULL OR g.group_id = %(group_id)s)
 GROUP BY g.id, g.group_id, p.id, p.x, p.y, p.z
 ORDER BY g.id;

-- name: show_points
-- Let each group show the point of the same position.
INSERT INTO landmark_group_location (project_id, user_id, group_id, point_id)
SELECT %(project_id)s, %(user_id)s, pair.group_id, pair.point_id
  FROM unnest(%(group_ids)s::integer[], %(point_ids)s::integer[]) WITH ORDINALITY AS pair (group_id, point_id, position)
 ORDER BY pair.position
ON CONFLICT (group_id, point_id) DO NOTHING;

-- name: lock_location
-- Id and owner of the link between a group and a point, locked for update.
SELECT id, user_id
  FROM landmark_group_location
 WHERE group_id = %(group_id)s AND point_id = %(point_id)s
   FOR UPDATE;

-- name: lock_shared_locations
-- Points where the landmark is and that the group shows: point, link of the landmark and its owner, link of the group
-- and its owner.
SELECT l.point_id, l.id, l.user_id, g.id, g.user_id
  FROM landmark_location l JOIN landmark_group_location g ON g.point_id = l.point_id
 WHERE l.landmark_id = %(landmark_id)s AND g.group_id = %(group_id)s
 ORDER BY l.point_id
   FOR UPDATE;

-- name: remove_locations
-- Delete links between groups and points.
DELETE FROM landmark_group_location WHERE id = ANY (%(ids)s::integer[]);

-- name: links
-- All links between groups: id, relation, group 1, group 2, name of the relation.
SELECT l.id, l.relation_id, l.group_1_id, l.group_2_id, r.name
  FROM landmark_group_link l JOIN relation r ON r.id = l.relation_id
 WHERE l.project_id = %(project_id)s
 ORDER BY l.id;

-- name: relation
-- Whether a relation of the project works both ways.
SELECT coalesce(d.isreciprocal, false)
  FROM relation r LEFT JOIN relation_detail d ON d.relation_id = r.id
 WHERE r.id = %(relation_id)s AND r.project_id = %(project_id)s;

-- name: links_by_relation
-- Group 1 and group 2 of each link of a relation.
SELECT group_1_id, group_2_id
  FROM landmark_group_link
 WHERE project_id = %(project_id)s AND relation_id = %(relation_id)s;

-- name: link_groups
-- Link two groups; id of the link, no row if they are linked by this relation already.
INSERT INTO landmark_group_link (project_id, user_id, relation_id, group_1_id, group_2_id)
VALUES (%(project_id)s, %(user_id)s, %(relation_id)s, %(group_1_id)s, %(group_2_id)s)
ON CONFLICT (group_1_id, group_2_id, relation_id) DO NOTHING
RETURNING id;

-- name: link_between
-- Id of the link of a relation between two groups.
SELECT id
  FROM landmark_group_link
 WHERE group_1_id = %(group_1_id)s AND group_2_id = %(group_2_id)s AND relation_id = %(relation_id)s;

-- name: lock_link
-- Id, relation, group 1, group 2 and owner of a link, locked for update.
SELECT id, relation_id, group_1_id, group_2_id, user_id
  FROM landmark_group_link
 WHERE id = %(link_id)s AND project_id = %(project_id)s
   FOR UPDATE;

-- name: delete_link
-- Delete a link between two groups.
DELETE FROM landmark_group_link WHERE id = %(link_id)s;
