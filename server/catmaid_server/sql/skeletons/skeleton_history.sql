-- Which skeletons treenodes belonged to over time.

-- name: paths
-- Treenodes that were, or are, of some skeletons (NULL: any) in a version that fits, followed from there on:
-- skeletons in the order of versions, number of treenodes with this path, -1 if nothing followed, 0 if only states that
-- are past, 1 if one that is present, and who edited last.
WITH state AS NOT MATERIALIZED (
    SELECT id, skeleton_id, version, edition_time, editor_id, false AS is_live
      FROM treenode__history WHERE project_id = %(project_id)s
     UNION ALL
    SELECT id, skeleton_id, version, edition_time, editor_id, true
      FROM treenode WHERE project_id = %(project_id)s
), initial AS MATERIALIZED (
    SELECT DISTINCT ON (s.id, s.skeleton_id) s.id, s.skeleton_id, s.version, s.editor_id
      FROM state s
     WHERE (%(skeleton_ids)s::integer[] IS NULL OR s.skeleton_id = ANY (%(skeleton_ids)s::integer[]))
       AND (%(user_id)s::integer IS NULL
            OR EXISTS (SELECT FROM transaction_info i WHERE i.id = s.version AND i.user_id = %(user_id)s))
       AND (%(after)s::timestamptz IS NULL OR s.edition_time > %(after)s)
       AND (%(before)s::timestamptz IS NULL OR s.edition_time < %(before)s)
     ORDER BY s.id, s.skeleton_id, s.version
), step AS (
    SELECT id, skeleton_id, version, -1 AS stage, editor_id FROM initial
     UNION
    SELECT s.id, s.skeleton_id, s.version, CASE WHEN s.is_live THEN 1 ELSE 0 END, s.editor_id
      FROM initial i JOIN state s ON s.id = i.id AND s.version > i.version
), path AS (
    SELECT array_agg(skeleton_id ORDER BY stage, version) AS skeleton_ids, max(stage) AS stage,
           (array_agg(editor_id ORDER BY stage DESC, version DESC))[1] AS editor_id
      FROM step
     GROUP BY id
)
SELECT skeleton_ids, count(*), max(stage), (array_agg(editor_id ORDER BY stage DESC))[1]
  FROM path
 GROUP BY skeleton_ids
 ORDER BY count(*) DESC, skeleton_ids;
