-- One skeleton as an arbor with its synapses: each part is one JSON list, in the order of treenodes, which is what
-- clients get that ask for `ordered`.

-- name: nodes
-- Treenodes as JSON rows: id, parent, user, x, y, z, radius, confidence, by id. Cost: one index scan by skeleton_id.
SELECT coalesce(json_agg(json_build_array(id, parent_id, user_id, x, y, z, radius, confidence) ORDER BY id), '[]')::text
  FROM treenode
 WHERE skeleton_id = %(skeleton_id)s AND project_id = %(project_id)s;

-- name: timed_nodes
-- As nodes, and each row ends with creation and edition time (s since 1970).
SELECT coalesce(json_agg(json_build_array(id, parent_id, user_id, x, y, z, radius, confidence,
                                          extract(epoch FROM creation_time), extract(epoch FROM edition_time))
                         ORDER BY id), '[]')::text
  FROM treenode
 WHERE skeleton_id = %(skeleton_id)s AND project_id = %(project_id)s;

-- name: synapses
-- Synapses of a skeleton with both ends, as JSON rows: treenode, its confidence, connector, confidence, treenode and
-- skeleton of the partner, relation of both sides (0 presynaptic, 1 postsynaptic). half: also connectors to which nothing
-- else is linked, with NULL for the partner. Gap junctions are no synapses to the clients of this form.
SELECT coalesce(json_agg(json_build_array(
           l.treenode_id, l.confidence, l.connector_id, p.confidence, p.treenode_id, p.skeleton_id,
           side.mine, side.theirs) ORDER BY l.treenode_id, l.id, p.id), '[]')::text
  FROM (VALUES ('presynaptic_to', 'postsynaptic_to', 0, 1), ('postsynaptic_to', 'presynaptic_to', 1, 0))
       AS side (my_name, their_name, mine, theirs)
  JOIN relation a ON a.name = side.my_name AND a.project_id = %(project_id)s
  JOIN relation b ON b.name = side.their_name AND b.project_id = %(project_id)s
  JOIN connector_link l ON l.relation_id = a.id AND l.skeleton_id = %(skeleton_id)s
  LEFT JOIN connector_link p ON p.connector_id = l.connector_id AND p.relation_id = b.id AND p.id <> l.id
 WHERE p.id IS NOT NULL
    OR %(half)s AND NOT EXISTS (SELECT FROM connector_link o WHERE o.connector_id = l.connector_id AND o.id <> l.id);

-- name: tags
-- Treenodes by label name, as a JSON object; treenodes in the order in which they were labelled.
SELECT coalesce(json_object_agg(name, nodes), '{}')::text
  FROM (SELECT b.name, json_agg(t.id ORDER BY l.id) AS nodes
          FROM treenode t
          JOIN node_label l ON l.treenode_id = t.id
          JOIN label b ON b.id = l.label_id
         WHERE t.skeleton_id = %(skeleton_id)s AND t.project_id = %(project_id)s
         GROUP BY b.name) tagged;

-- name: minutes
-- Nodes by the minute (since 1970) in which they were made.
SELECT coalesce(json_object_agg(minute, nodes), '{}')::text
  FROM (SELECT floor(extract(epoch FROM creation_time) / 60)::bigint AS minute, json_agg(id) AS nodes
          FROM treenode
         WHERE skeleton_id = %(skeleton_id)s AND project_id = %(project_id)s
         GROUP BY 1) made;
