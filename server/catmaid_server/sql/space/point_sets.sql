-- Sets of points.

-- name: sets
-- Point sets of a project, all (ids NULL) or some; by_name: ordered by name instead of id.
SELECT id, name, description, user_id, creation_time, edition_time, project_id
  FROM point_set
 WHERE project_id = %(project_id)s AND (%(ids)s::integer[] IS NULL OR id = ANY (%(ids)s::integer[]))
 ORDER BY CASE WHEN %(by_name)s::boolean THEN name END, id;

-- name: coordinates
-- The coordinates (nm) of a point set as one array x, y, z, x, y, z, ...
SELECT coordinates FROM point_set WHERE id = %(point_set_id)s AND project_id = %(project_id)s;
