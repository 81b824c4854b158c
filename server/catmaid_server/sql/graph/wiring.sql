-- Wiring diagrams: who synapses onto whom, and how often.

-- name: neurons
-- Skeletons with the name of their neuron and their number of nodes.
SELECT k.id, n.name, coalesce(s.num_nodes, 0)
  FROM skeleton k
  JOIN neuron n ON n.id = k.neuron_id
  LEFT JOIN skeleton_summary s ON s.skeleton_id = k.id
 WHERE k.project_id = %(project_id)s AND k.id = ANY (%(skeleton_ids)s::integer[]);

-- name: connections
-- Pre- and postsynaptic skeleton of a set, number of pairs of links, connectors.
SELECT a.skeleton_id, b.skeleton_id, count(*), array_agg(DISTINCT a.connector_id)
  FROM connector_link a
  JOIN relation r ON r.id = a.relation_id AND r.name = 'presynaptic_to'
  JOIN connector_link b ON b.connector_id = a.connector_id
  JOIN relation s ON s.id = b.relation_id AND s.name = 'postsynaptic_to'
 WHERE a.project_id = %(project_id)s
   AND a.skeleton_id = ANY (%(skeleton_ids)s::integer[]) AND b.skeleton_id = ANY (%(skeleton_ids)s::integer[])
 GROUP BY 1, 2
 ORDER BY 1, 2;

-- name: diagram
-- All connections of a project between skeletons of at least some nodes: pre- and postsynaptic skeleton, their numbers
-- of nodes, number of synapses. A connector with several presynaptic links is that of the first.
SELECT pre.skeleton_id, post.skeleton_id, coalesce(a.num_nodes, 0), coalesce(b.num_nodes, 0), count(*)
  FROM (SELECT DISTINCT ON (l.connector_id) l.connector_id, l.skeleton_id
          FROM connector_link l
          JOIN relation r ON r.id = l.relation_id AND r.name = 'presynaptic_to'
         WHERE l.project_id = %(project_id)s
         ORDER BY l.connector_id, l.id) pre
  JOIN connector_link post ON post.connector_id = pre.connector_id
  JOIN relation s ON s.id = post.relation_id AND s.name = 'postsynaptic_to'
  LEFT JOIN skeleton_summary a ON a.skeleton_id = pre.skeleton_id
  LEFT JOIN skeleton_summary b ON b.skeleton_id = post.skeleton_id
 WHERE coalesce(a.num_nodes, 0) >= %(min_nodes)s AND coalesce(b.num_nodes, 0) >= %(min_nodes)s
 GROUP BY 1, 2, 3, 4
 ORDER BY 1, 2;

-- name: synapses
-- Synapses from one skeleton onto another, with the first node of each side, who made the connector, and its place.
SELECT c.id, c.x, c.y, c.z, u.username, min(a.treenode_id), min(b.treenode_id)
  FROM connector_link a
  JOIN relation r ON r.id = a.relation_id AND r.name = 'presynaptic_to'
  JOIN connector_link b ON b.connector_id = a.connector_id AND b.skeleton_id = %(post)s
  JOIN relation s ON s.id = b.relation_id AND s.name = 'postsynaptic_to'
  JOIN connector c ON c.id = a.connector_id
  JOIN app_user u ON u.id = c.user_id
 WHERE a.project_id = %(project_id)s AND a.skeleton_id = %(pre)s
 GROUP BY c.id, c.x, c.y, c.z, u.username
 ORDER BY c.id;
