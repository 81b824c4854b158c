-- Clouds of points.

-- name: points
-- Those of clouds, and those of landmarks.
SELECT p.id, p.x, p.y, p.z
  FROM cloud_point p JOIN point_cloud c ON c.id = p.point_cloud_id
 WHERE c.project_id = %(project_id)s
 UNION ALL
SELECT id, x, y, z FROM landmark_point WHERE project_id = %(project_id)s
 ORDER BY 1;

-- name: create
INSERT INTO point_cloud (project_id, user_id, name, description, source_path)
VALUES (%(project_id)s, %(user_id)s, %(name)s, %(description)s, %(source_path)s)
RETURNING id, user_id, creation_time, edition_time, project_id, name, description;

-- name: add_points
INSERT INTO cloud_point (point_cloud_id, x, y, z)
SELECT %(cloud_id)s, p.x, p.y, p.z
  FROM unnest(%(xs)s::float8[], %(ys)s::float8[], %(zs)s::float8[]) WITH ORDINALITY AS p (x, y, z, position)
 ORDER BY p.position;

-- name: clouds
SELECT id, user_id, creation_time, edition_time, project_id, name, description
  FROM point_cloud
 WHERE project_id = %(project_id)s AND (%(cloud_id)s::integer IS NULL OR id = %(cloud_id)s)
 ORDER BY id;

-- name: points_of_cloud
SELECT id, x, y, z FROM cloud_point WHERE point_cloud_id = %(cloud_id)s ORDER BY id;

-- name: owner
SELECT user_id FROM point_cloud WHERE id = %(cloud_id)s AND project_id = %(project_id)s;

-- name: delete_points
DELETE FROM cloud_point WHERE point_cloud_id = %(cloud_id)s;

-- name: delete
DELETE FROM point_cloud WHERE id = %(cloud_id)s;
