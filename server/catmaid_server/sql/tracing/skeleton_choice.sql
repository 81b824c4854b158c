-- Which of some skeletons to show.

-- name: shown
-- Skeletons with more cable (nm) and more treenodes than given whose last editor is not hidden_editor_id (NULL: any).
-- If largest or newest is above 0, only so many of the longest skeletons and of those edited last.
WITH fitting AS (
    SELECT skeleton_id,
           row_number() OVER (ORDER BY cable_length DESC, skeleton_id) AS by_length,
           row_number() OVER (ORDER BY last_edition_time DESC, skeleton_id) AS by_time
      FROM skeleton_summary
     WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[])
       AND (%(min_length)s::float8 <= 0 OR cable_length > %(min_length)s)
       AND (%(min_nodes)s <= 0 OR num_nodes > %(min_nodes)s)
       AND (%(hidden_editor_id)s::integer IS NULL OR last_editor_id <> %(hidden_editor_id)s)
)
SELECT skeleton_id
  FROM fitting
 WHERE (%(largest)s <= 0 AND %(newest)s <= 0) OR by_length <= %(largest)s OR by_time <= %(newest)s;

-- name: cable_lengths
-- Cable (nm) of skeletons.
SELECT skeleton_id, cable_length FROM skeleton_summary WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[]);

-- name: origins
-- Where skeletons were imported from: skeleton, its id there, data source.
SELECT skeleton_id, source_id, data_source_id
  FROM skeleton_origin
 WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[])
 ORDER BY skeleton_id;

-- name: relations
-- Id and name of all relations of a project.
SELECT id, name FROM relation WHERE project_id = %(project_id)s;
