-- What treenodes of skeletons ever were.

-- name: count
-- How many states treenodes of skeletons ever had, at most so many and one more.
SELECT count(*)
  FROM (SELECT FROM treenode WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[]) AND project_id = %(project_id)s
         UNION ALL
        SELECT FROM treenode__history
         WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[]) AND project_id = %(project_id)s
         LIMIT %(most)s + 1) state;

-- name: states
-- All states that treenodes had in skeletons, by skeleton, treenode and version, as big-endian bytes of each column:
-- skeleton, treenode, parent (-1 at roots), x, y, z (nm), version from which on, version that ended this (0: none).
WITH state AS (
    SELECT skeleton_id, id, parent_id, x, y, z, version, 0::bigint AS ended_by
      FROM treenode WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[]) AND project_id = %(project_id)s
     UNION ALL
    SELECT skeleton_id, id, parent_id, x, y, z, version, ended_by
      FROM treenode__history
     WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[]) AND project_id = %(project_id)s
       -- As of a version, those that ended later are in the view of treenodes.
       AND ended_by <= coalesce(as_of_version(), ended_by)
)
SELECT string_agg(int4send(skeleton_id), ''), string_agg(int4send(id), ''),
       string_agg(int4send(coalesce(parent_id, -1)), ''),
       string_agg(float8send(x), ''), string_agg(float8send(y), ''), string_agg(float8send(z), ''),
       string_agg(int8send(version), ''), string_agg(int8send(ended_by), '')
  FROM (SELECT * FROM state ORDER BY skeleton_id, id, version) s;
