-- Versions of a project and what they changed, for those who follow it.

-- name: tell
-- Tell those who listen.
SELECT pg_notify(%(channel)s, text) FROM unnest(%(texts)s::text[]) AS told (text);

-- name: settled
-- The newest version that is settled: statements after this one see all versions up to it.
SELECT settled_version();

-- name: newest_version
-- The id of the newest version of a project; NULL if it has none.
SELECT max(id) FROM transaction_info WHERE project_id = %(project_id)s;

-- name: new_versions
-- Versions of a project above one, without those that were told already; oldest first.
SELECT i.id AS version, i.label, i.user_id, u.username, i.time
  FROM transaction_info i LEFT JOIN app_user u ON u.id = i.user_id
 WHERE i.project_id = %(project_id)s AND i.id > %(above)s AND i.id <> ALL (%(told)s::bigint[])
 ORDER BY i.id
 LIMIT %(most)s;

-- name: missed_versions
-- Versions of a project above one, of those that were told already: settled ones, and some that are not; oldest first.
SELECT i.id AS version, i.label, i.user_id, u.username, i.time
  FROM transaction_info i LEFT JOIN app_user u ON u.id = i.user_id
 WHERE i.project_id = %(project_id)s AND i.id > %(above)s
   AND (i.id <= %(settled)s OR i.id = ANY (%(told)s::bigint[]))
 ORDER BY i.id
 LIMIT %(most)s;

-- name: changes
-- For each of some versions that changed something: ids of treenodes, connectors and skeletons, each list at most one longer
-- than `most`, and two boxes (nm): of the places as they were and as they are. A row state that a later version ended is
-- what was there before that one.
WITH treenode_state AS MATERIALIZED (
    SELECT version, false AS is_old, id, skeleton_id, x, y, z, edge
      FROM treenode WHERE version = ANY (%(versions)s)
     UNION ALL
    SELECT h.ended_by, true, h.id, h.skeleton_id, h.x, h.y, h.z, e.edge
      FROM treenode__history h
      LEFT JOIN treenode_edge_past e ON e.id = h.id AND e.ended_by = h.ended_by
     WHERE h.ended_by = ANY (%(versions)s)
), connector_state AS MATERIALIZED (
    SELECT version, false AS is_old, id, x, y, z
      FROM connector WHERE version = ANY (%(versions)s)
     UNION ALL
    SELECT ended_by, true, id, x, y, z
      FROM connector__history WHERE ended_by = ANY (%(versions)s)
), link_state AS MATERIALIZED (
    SELECT version, false AS is_old, treenode_id, connector_id, skeleton_id, edge
      FROM connector_link WHERE version = ANY (%(versions)s)
     UNION ALL
    SELECT h.ended_by, true, h.treenode_id, h.connector_id, h.skeleton_id, e.edge
      FROM connector_link__history h
      LEFT JOIN link_edge_past e ON e.id = h.id AND e.ended_by = h.ended_by
     WHERE h.ended_by = ANY (%(versions)s)
), labelled AS MATERIALIZED (
    SELECT version, treenode_id, connector_id FROM node_label WHERE version = ANY (%(versions)s)
     UNION
    SELECT ended_by, treenode_id, connector_id FROM node_label__history WHERE ended_by = ANY (%(versions)s)
), moved AS MATERIALIZED (
    SELECT s.version, s.id FROM treenode_state s JOIN treenode t ON t.id = s.id
     WHERE s.is_old AND (s.x, s.y, s.z) IS DISTINCT FROM (t.x, t.y, t.z)
), moved_connector AS MATERIALIZED (
    SELECT s.version, s.id FROM connector_state s JOIN connector c ON c.id = s.id
     WHERE s.is_old AND (s.x, s.y, s.z) IS DISTINCT FROM (c.x, c.y, c.z)
), moved_link AS MATERIALIZED (
    SELECT m.version, l.id, l.edge FROM moved m JOIN connector_link l ON l.treenode_id = m.id
     UNION
    SELECT m.version, l.id, l.edge FROM moved_connector m JOIN connector_link l ON l.connector_id = m.id
), place AS (
    SELECT version, is_old, x AS x1, y AS y1, z AS z1, x AS x2, y AS y2, z AS z2 FROM treenode_state
     UNION ALL
    SELECT version, is_old, x, y, z, x, y, z FROM connector_state
     UNION ALL
    SELECT version, is_old, ST_XMin(edge), ST_YMin(edge), ST_ZMin(edge), ST_XMax(edge), ST_YMax(edge), ST_ZMax(edge)
      FROM (SELECT version, is_old, edge FROM treenode_state
             UNION ALL
            SELECT version, is_old, edge FROM link_state
             UNION ALL
            SELECT m.version, false, c.edge FROM moved m JOIN treenode c ON c.parent_id = m.id
             UNION ALL
            SELECT m.version, true, e.edge
              FROM moved m
              JOIN treenode c ON c.parent_id = m.id
              JOIN treenode_edge_past e ON e.id = c.id AND e.ended_by = m.version
             UNION ALL
            SELECT version, false, edge FROM moved_link
             UNION ALL
            SELECT m.version, true, e.edge
              FROM moved_link m JOIN link_edge_past e ON e.id = m.id AND e.ended_by = m.version) edges
     WHERE edge IS NOT NULL
     UNION ALL
    SELECT l.version, false, t.x, t.y, t.z, t.x, t.y, t.z FROM labelled l JOIN treenode t ON t.id = l.treenode_id
     UNION ALL
    SELECT l.version, false, c.x, c.y, c.z, c.x, c.y, c.z FROM labelled l JOIN connector c ON c.id = l.connector_id
), changed_neuron AS (
    SELECT version, id FROM neuron WHERE version = ANY (%(versions)s)
     UNION
    SELECT ended_by, id FROM neuron__history WHERE ended_by = ANY (%(versions)s)
     UNION
    SELECT version, neuron_id FROM annotation_link WHERE version = ANY (%(versions)s)
     UNION
    SELECT ended_by, neuron_id FROM annotation_link__history WHERE ended_by = ANY (%(versions)s)
), changed_id AS (
    SELECT version, 'treenode' AS kind, id FROM treenode_state
     UNION
    SELECT version, 'treenode', treenode_id FROM link_state
     UNION
    SELECT version, 'treenode', treenode_id FROM labelled WHERE treenode_id IS NOT NULL
     UNION
    SELECT version, 'connector', id FROM connector_state
     UNION
    SELECT version, 'connector', connector_id FROM link_state
     UNION
    SELECT version, 'connector', connector_id FROM labelled WHERE connector_id IS NOT NULL
     UNION
    SELECT version, 'skeleton', skeleton_id FROM treenode_state
     UNION
    SELECT version, 'skeleton', skeleton_id FROM link_state
     UNION
    SELECT m.version, 'skeleton', l.skeleton_id FROM moved_connector m JOIN connector_link l ON l.connector_id = m.id
     UNION
    SELECT l.version, 'skeleton', t.skeleton_id FROM labelled l JOIN treenode t ON t.id = l.treenode_id
     UNION
    SELECT version, 'skeleton', id FROM skeleton WHERE version = ANY (%(versions)s)
     UNION
    SELECT ended_by, 'skeleton', id FROM skeleton__history WHERE ended_by = ANY (%(versions)s)
     UNION
    SELECT version, 'skeleton', skeleton_id FROM review WHERE version = ANY (%(versions)s)
     UNION
    SELECT ended_by, 'skeleton', skeleton_id FROM review__history WHERE ended_by = ANY (%(versions)s)
     UNION
    SELECT n.version, 'skeleton', s.id FROM changed_neuron n JOIN skeleton s ON s.neuron_id = n.id
), ids AS (
    SELECT version,
           coalesce((array_agg(id ORDER BY id) FILTER (WHERE kind = 'treenode'))[:%(most)s + 1], '{}') AS treenode_ids,
           coalesce((array_agg(id ORDER BY id) FILTER (WHERE kind = 'connector'))[:%(most)s + 1], '{}') AS connector_ids,
           coalesce((array_agg(id ORDER BY id) FILTER (WHERE kind = 'skeleton'))[:%(most)s + 1], '{}') AS skeleton_ids
      FROM changed_id GROUP BY version
), boxes AS (
    SELECT version,
           array_agg(ARRAY[x1, y1, z1, x2, y2, z2] ORDER BY is_old) FILTER (WHERE is_old) AS old_box,
           array_agg(ARRAY[x1, y1, z1, x2, y2, z2] ORDER BY is_old) FILTER (WHERE NOT is_old) AS new_box
      FROM (SELECT version, is_old, min(x1) AS x1, min(y1) AS y1, min(z1) AS z1, max(x2) AS x2, max(y2) AS y2,
                   max(z2) AS z2
              FROM place GROUP BY version, is_old) one
     GROUP BY version
)
SELECT version, treenode_ids, connector_ids, skeleton_ids, old_box, new_box
  FROM ids LEFT JOIN boxes USING (version);
