-- The log that people read, and the transactions behind it.

-- name: log_entries
-- One page of entries and how many these are. sort_*: number of a column of the answer, descending_*: its direction.
WITH fitting AS (
    SELECT e.id, u.username, e.operation_type, e.creation_time, e.x, e.y, e.z, e.freetext
      FROM log_entry e JOIN app_user u ON u.id = e.user_id
     WHERE e.project_id = %(project_id)s
       AND (%(user_id)s::integer IS NULL OR e.user_id = %(user_id)s)
       AND (%(trusted_by)s::integer IS NULL
            OR e.user_id IN (SELECT w.reviewer_id FROM reviewer_whitelist w
                              WHERE w.project_id = e.project_id AND w.user_id = %(trusted_by)s))
       AND (%(operation_type)s::text IS NULL OR e.operation_type = %(operation_type)s)
       AND (%(freetext)s::text IS NULL OR strpos(e.freetext, %(freetext)s) > 0)
), page AS (
    SELECT f.*, row_number() OVER (
               ORDER BY CASE WHEN %(sort_1)s BETWEEN 2 AND 5 THEN
                            (ARRAY[extract(epoch FROM creation_time), x, y, z])[%(sort_1)s - 1]
                            * CASE WHEN %(descending_1)s THEN -1 ELSE 1 END END,
                        CASE WHEN NOT %(descending_1)s THEN (ARRAY[username, operation_type, NULL, NULL, NULL, NULL, freetext])[%(sort_1)s + 1] END,
                        CASE WHEN %(descending_1)s THEN (ARRAY[username, operation_type, NULL, NULL, NULL, NULL, freetext])[%(sort_1)s + 1] END DESC,
                        CASE WHEN %(sort_2)s BETWEEN 2 AND 5 THEN
                            (ARRAY[extract(epoch FROM creation_time), x, y, z])[%(sort_2)s - 1]
                            * CASE WHEN %(descending_2)s THEN -1 ELSE 1 END END,
                        CASE WHEN NOT %(descending_2)s THEN (ARRAY[username, operation_type, NULL, NULL, NULL, NULL, freetext])[%(sort_2)s + 1] END,
                        CASE WHEN %(descending_2)s THEN (ARRAY[username, operation_type, NULL, NULL, NULL, NULL, freetext])[%(sort_2)s + 1] END DESC,
                        id) AS place
      FROM fitting f
     ORDER BY place
     LIMIT %(length)s OFFSET %(start)s
)
SELECT json_build_object(
    'iTotalRecords', (SELECT count(*) FROM page), 'iTotalDisplayRecords', (SELECT count(*) FROM page),
    'aaData', coalesce((SELECT json_agg(json_build_array(username, operation_type, creation_time, x, y, z, freetext)
                                        ORDER BY place) FROM page), '[]'))::text;

-- name: transactions
-- One page of transactions, newest first, and their total count, as one JSON text.
SELECT json_build_object(
    'transactions', coalesce((
        SELECT json_agg(json_build_object('transaction_id', t.id, 'execution_time', t.time, 'user_id', t.user_id,
                                          'project_id', t.project_id, 'change_type', 'Backend', 'label', t.label)
                        ORDER BY t.id DESC)
          FROM (SELECT * FROM transaction_info
                 WHERE project_id = %(project_id)s
                   AND (%(user_id)s::integer IS NULL OR user_id = %(user_id)s)
                   AND (%(label)s::text IS NULL OR label = %(label)s)
                 ORDER BY id DESC LIMIT %(length)s OFFSET %(start)s) t), '[]'),
    'total_count', (SELECT count(*) FROM transaction_info
                     WHERE project_id = %(project_id)s
                       AND (%(user_id)s::integer IS NULL OR user_id = %(user_id)s)
                       AND (%(label)s::text IS NULL OR label = %(label)s)))::text;

-- name: location_of_transaction
-- Location (nm) of one treenode or connector that a transaction wrote or deleted.
SELECT x, y, z
  FROM (SELECT id, x, y, z FROM treenode WHERE version = %(version)s AND project_id = %(project_id)s
         UNION ALL
        SELECT id, x, y, z FROM connector WHERE version = %(version)s AND project_id = %(project_id)s
         UNION ALL
        SELECT id, x, y, z FROM treenode__history
         WHERE (version = %(version)s OR ended_by = %(version)s) AND project_id = %(project_id)s
         UNION ALL
        SELECT id, x, y, z FROM connector__history
         WHERE (version = %(version)s OR ended_by = %(version)s) AND project_id = %(project_id)s) touched
 WHERE EXISTS (SELECT FROM transaction_info WHERE id = %(version)s AND project_id = %(project_id)s
                                                 AND (%(time)s::timestamptz IS NULL OR time = %(time)s))
 ORDER BY id
 LIMIT 1;

-- name: location_beside_transaction
-- Location (nm) of one treenode or connector that a transaction labelled, linked, reviewed or suppressed, of the root of
-- a neuron that it named or annotated, or of a text label: where it is now, else where it was last.
WITH touched AS (
    SELECT treenode_id, connector_id, NULL::integer AS neuron_id FROM node_label WHERE version = %(version)s AND project_id = %(project_id)s
     UNION ALL
    SELECT treenode_id, connector_id, NULL::integer AS neuron_id FROM node_label__history
     WHERE %(version)s IN (version, ended_by) AND project_id = %(project_id)s
     UNION ALL
    SELECT treenode_id, connector_id, NULL FROM connector_link WHERE version = %(version)s AND project_id = %(project_id)s
     UNION ALL
    SELECT treenode_id, connector_id, NULL FROM connector_link__history
     WHERE %(version)s IN (version, ended_by) AND project_id = %(project_id)s
     UNION ALL
    SELECT treenode_id, NULL, NULL FROM review WHERE version = %(version)s AND project_id = %(project_id)s
     UNION ALL
    SELECT treenode_id, NULL, NULL FROM review__history
     WHERE %(version)s IN (version, ended_by) AND project_id = %(project_id)s
     UNION ALL
    SELECT child_id, NULL, NULL FROM suppressed_virtual_node WHERE version = %(version)s AND project_id = %(project_id)s
     UNION ALL
    SELECT child_id, NULL, NULL FROM suppressed_virtual_node__history
     WHERE %(version)s IN (version, ended_by) AND project_id = %(project_id)s
     UNION ALL
    SELECT NULL, NULL, neuron_id FROM annotation_link WHERE version = %(version)s AND project_id = %(project_id)s
     UNION ALL
    SELECT NULL, NULL, neuron_id FROM annotation_link__history
     WHERE %(version)s IN (version, ended_by) AND project_id = %(project_id)s
     UNION ALL
    SELECT NULL, NULL, id FROM neuron WHERE version = %(version)s AND project_id = %(project_id)s
     UNION ALL
    SELECT NULL, NULL, id FROM neuron__history
     WHERE %(version)s IN (version, ended_by) AND project_id = %(project_id)s
), written AS (
    SELECT treenode_id AS id FROM touched
     UNION
    SELECT connector_id FROM touched
     UNION
    SELECT t.id
      FROM touched
      JOIN skeleton s ON s.neuron_id = touched.neuron_id
      JOIN treenode t ON t.skeleton_id = s.id AND t.parent_id IS NULL
), places AS (
    SELECT id, x, y, z, NULL::bigint AS ended_by FROM treenode JOIN written USING (id)
     UNION ALL
    SELECT id, x, y, z, NULL FROM connector JOIN written USING (id)
     UNION ALL
    SELECT id, x, y, z, NULL FROM text_label WHERE version = %(version)s AND project_id = %(project_id)s
     UNION ALL
    SELECT id, x, y, z, ended_by FROM treenode__history JOIN written USING (id)
     UNION ALL
    SELECT id, x, y, z, ended_by FROM connector__history JOIN written USING (id)
     UNION ALL
    SELECT id, x, y, z, ended_by FROM text_label__history
     WHERE %(version)s IN (version, ended_by) AND project_id = %(project_id)s
)
SELECT x, y, z
  FROM places
 WHERE EXISTS (SELECT FROM transaction_info WHERE id = %(version)s AND project_id = %(project_id)s
                                                 AND (%(time)s::timestamptz IS NULL OR time = %(time)s))
 ORDER BY ended_by DESC NULLS FIRST, id
 LIMIT 1;

-- name: skeletons_of_transaction
-- Skeletons of rows that a transaction wrote, even if they are other rows by now, and of rows that it ended.
WITH touched AS (
    SELECT project_id, skeleton_id FROM treenode WHERE version = %(version)s
     UNION
    SELECT project_id, skeleton_id FROM connector_link WHERE version = %(version)s
     UNION
    SELECT project_id, skeleton_id FROM treenode__history WHERE %(version)s IN (version, ended_by)
     UNION
    SELECT project_id, skeleton_id FROM connector_link__history WHERE %(version)s IN (version, ended_by)
)
SELECT skeleton_id FROM touched WHERE project_id = %(project_id)s ORDER BY skeleton_id;
