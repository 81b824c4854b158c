-- Skeletons as they are sent to be drawn, kept by the version of their summaries. Rows of other versions are not there.

-- name: overviews
-- Per skeleton that is kept in the wanted version: id, overview. Cost: 1,000 skeletons in 10 ms.
SELECT p.skeleton_id, p.overview
  FROM unnest(%(skeleton_ids)s::integer[], %(versions)s::bigint[]) w (skeleton_id, version)
  JOIN packed_skeleton p ON p.skeleton_id = w.skeleton_id AND p.version = w.version
 WHERE p.format = %(format)s;

-- name: wholes
-- Per skeleton that is kept in the wanted version: id, overview, whole.
SELECT p.skeleton_id, p.overview, p.whole
  FROM unnest(%(skeleton_ids)s::integer[], %(versions)s::bigint[]) w (skeleton_id, version)
  JOIN packed_skeleton p ON p.skeleton_id = w.skeleton_id AND p.version = w.version
 WHERE p.format = %(format)s;

-- name: keep
-- Keep skeletons that still have the version that was packed, in place of older versions. Those that somebody deletes just
-- now are left out: nobody waits for this, and it waits for nobody. In the order of ids, as others keep theirs.
WITH present AS MATERIALIZED (
    SELECT k.id, w.version, w.overview, w.whole
      FROM unnest(%(skeleton_ids)s::integer[], %(versions)s::bigint[], %(overviews)s::bytea[], %(wholes)s::bytea[])
           w (skeleton_id, version, overview, whole)
      JOIN skeleton k ON k.id = w.skeleton_id
      JOIN skeleton_summary s ON s.skeleton_id = w.skeleton_id AND s.version = w.version
     ORDER BY k.id
       FOR KEY SHARE OF k SKIP LOCKED
)
INSERT INTO packed_skeleton AS p (skeleton_id, version, format, overview, whole)
SELECT id, version, %(format)s, overview, whole FROM present
    ON CONFLICT (skeleton_id) DO UPDATE
       SET version = excluded.version, format = excluded.format, overview = excluded.overview, whole = excluded.whole
     WHERE (p.version, p.format) <> (excluded.version, excluded.format);

-- name: unkept
-- Skeletons of a project that are large enough to be kept, but are not in their current version: id, number of treenodes.
SELECT s.skeleton_id, s.num_nodes
  FROM skeleton_summary s
 WHERE s.project_id = %(project_id)s AND s.num_nodes BETWEEN %(least_nodes)s AND %(most_nodes)s
   AND NOT EXISTS (SELECT FROM packed_skeleton p
                    WHERE p.skeleton_id = s.skeleton_id AND p.version = s.version AND p.format = %(format)s)
 ORDER BY s.skeleton_id;
