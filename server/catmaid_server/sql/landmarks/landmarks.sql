-- Landmarks and their locations.

-- name: lock_names
-- Lock the names of landmarks and groups to the end of the transaction: two users could make the same name at once.
SELECT pg_advisory_xact_lock(%(project_id)s, hashtext('landmarks'));

-- name: landmarks
-- ids NULL: all.
SELECT id, name, user_id, project_id, creation_time, edition_time
  FROM landmark
 WHERE project_id = %(project_id)s AND (%(ids)s::integer[] IS NULL OR id = ANY (%(ids)s::integer[]))
 ORDER BY id;

-- name: lock_landmarks
-- Others may make them members of groups meanwhile.
SELECT id, name, user_id, project_id, creation_time, edition_time
  FROM landmark
 WHERE project_id = %(project_id)s AND id = ANY (%(ids)s::integer[])
 ORDER BY id
   FOR NO KEY UPDATE;

-- name: landmarks_called
-- By name in small letters; of several with one name the first.
SELECT DISTINCT ON (lower(name)) lower(name), id, user_id
  FROM landmark
 WHERE project_id = %(project_id)s AND lower(name) = ANY (%(names)s::text[])
 ORDER BY lower(name), id;

-- name: name_is_taken
-- Whether the project has a landmark of this name.
SELECT EXISTS (SELECT FROM landmark WHERE project_id = %(project_id)s AND name = %(name)s);

-- name: create
-- In the order of the names.
INSERT INTO landmark (project_id, user_id, name)
SELECT %(project_id)s, %(user_id)s, wanted.name
  FROM unnest(%(names)s::text[]) WITH ORDINALITY AS wanted (name, position)
 ORDER BY wanted.position
RETURNING id, name, user_id, project_id, creation_time, edition_time;

-- name: rename
-- Rename a landmark; all its fields after that.
UPDATE landmark SET name = %(name)s, edition_time = now()
 WHERE id = %(landmark_id)s
RETURNING id, name, user_id, project_id, creation_time, edition_time;

-- name: delete
-- Memberships and locations go with landmarks; the points stay.
DELETE FROM landmark WHERE id = ANY (%(ids)s::integer[]);

-- name: locations
-- Landmark, and id, x, y, z (nm) of each point where it is.
SELECT l.landmark_id, p.id, p.x, p.y, p.z
  FROM landmark_location l JOIN landmark_point p ON p.id = l.point_id
 WHERE l.project_id = %(project_id)s
 ORDER BY l.id;

-- name: points_of_landmarks
-- Ids of the points where these landmarks are.
SELECT DISTINCT point_id FROM landmark_location WHERE landmark_id = ANY (%(ids)s::integer[]);

-- name: lock_point
-- Id of a point of the project, locked against deletion.
SELECT id FROM landmark_point WHERE id = %(point_id)s AND project_id = %(project_id)s FOR KEY SHARE;

-- name: lock_points
-- Ids of points, locked for update.
SELECT id FROM landmark_point WHERE id = ANY (%(ids)s::integer[]) ORDER BY id FOR UPDATE;

-- name: create_points
-- nm, in the order given.
INSERT INTO landmark_point (project_id, user_id, editor_id, x, y, z)
SELECT %(project_id)s, %(user_id)s, %(user_id)s, p.x, p.y, p.z
  FROM unnest(%(xs)s::float8[], %(ys)s::float8[], %(zs)s::float8[]) WITH ORDINALITY AS p (x, y, z, position)
 ORDER BY p.position
RETURNING id;

-- name: put_at_points
-- Each landmark at the point of the same position; where one is there already, that link stays.
INSERT INTO landmark_location (project_id, user_id, landmark_id, point_id)
SELECT %(project_id)s, %(user_id)s, pair.landmark_id, pair.point_id
  FROM unnest(%(landmark_ids)s::integer[], %(point_ids)s::integer[]) WITH ORDINALITY
       AS pair (landmark_id, point_id, position)
 ORDER BY pair.position
ON CONFLICT (landmark_id, point_id) DO NOTHING;

-- name: lock_location
-- Id and owner of the link between a landmark and a point, and the owner of the point, locked for update.
SELECT l.id, l.user_id, p.user_id
  FROM landmark_location l JOIN landmark_point p ON p.id = l.point_id
 WHERE l.landmark_id = %(landmark_id)s AND l.point_id = %(point_id)s
   FOR UPDATE;

-- name: remove_locations
-- Delete links between landmarks and points.
DELETE FROM landmark_location WHERE id = ANY (%(ids)s::integer[]);

-- name: delete_unused_points
-- Delete those of these points that no landmark and no group uses; their ids.
DELETE FROM landmark_point p
 WHERE p.id = ANY (%(ids)s::integer[])
   AND NOT EXISTS (SELECT FROM landmark_location WHERE point_id = p.id)
   AND NOT EXISTS (SELECT FROM landmark_group_location WHERE point_id = p.id)
RETURNING p.id;
