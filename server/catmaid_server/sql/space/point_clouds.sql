-- Clouds of points.

-- name: points
-- Points of clouds, with owner and times of their cloud, and points of landmarks, by id.
SELECT p.id, c.user_id, c.user_id AS editor_id, c.creation_time, c.edition_time, p.x, p.y, p.z
  FROM cloud_point p JOIN point_cloud c ON c.id = p.point_cloud_id
 WHERE c.project_id = %(project_id)s
 UNION ALL
SELECT id, user_id, editor_id, creation_time, edition_time, x, y, z
  FROM landmark_point
 WHERE project_id = %(project_id)s
 ORDER BY id;

-- name: create
-- Make a point cloud without points; all its fields.
INSERT INTO point_cloud (project_id, user_id, name, description, source_path)
VALUES (%(project_id)s, %(user_id)s, %(name)s, %(description)s, %(source_path)s)
RETURNING id, user_id, creation_time, edition_time, project_id, name, description;

-- name: add_points
-- Add points (nm) to a cloud, in their order.
INSERT INTO cloud_point (point_cloud_id, x, y, z)
SELECT %(cloud_id)s, p.x, p.y, p.z
  FROM unnest(%(xs)s::float8[], %(ys)s::float8[], %(zs)s::float8[]) WITH ORDINALITY AS p (x, y, z, position)
 ORDER BY p.position;

-- name: clouds
-- Point clouds of a project, all or those with these ids; by_name: ordered by name instead of id.
SELECT id, user_id, creation_time, edition_time, project_id, name, description
  FROM point_cloud
 WHERE project_id = %(project_id)s AND (%(cloud_ids)s::integer[] IS NULL OR id = ANY (%(cloud_ids)s::integer[]))
 ORDER BY CASE WHEN %(by_name)s::boolean THEN name END, id;

-- name: points_of_cloud
-- Points of a cloud by id, all (share NULL) or a share (0 to 1), which has the same points each time.
SELECT id, x, y, z
  FROM (SELECT *, row_number() OVER (ORDER BY hashint4(id), id) AS place, count(*) OVER () AS count
          FROM cloud_point
         WHERE point_cloud_id = %(cloud_id)s) AS p
 WHERE %(share)s::float8 IS NULL OR place <= floor(count * %(share)s)
 ORDER BY id;

-- name: owner
-- The user who made a point cloud.
SELECT user_id FROM point_cloud WHERE id = %(cloud_id)s AND project_id = %(project_id)s;

-- name: delete_points
-- Delete the points of a cloud.
DELETE FROM cloud_point WHERE point_cloud_id = %(cloud_id)s;

-- name: delete
-- Delete a cloud, whose points must be deleted before.
DELETE FROM point_cloud WHERE id = %(cloud_id)s;
