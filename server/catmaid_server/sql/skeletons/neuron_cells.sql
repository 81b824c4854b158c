-- Skeletons as cells of a simulation, and the synapses between them.

-- name: neurons
-- Skeletons with the names of their neurons.
SELECT s.id, n.name
  FROM skeleton s JOIN neuron n ON n.id = s.neuron_id
 WHERE s.project_id = %(project_id)s AND s.id = ANY (%(skeleton_ids)s::integer[]);

-- name: nodes
-- Treenodes of skeletons: skeleton, treenode, parent, x, y, z, radius (nm).
SELECT skeleton_id, id, parent_id, x, y, z, radius
  FROM treenode
 WHERE project_id = %(project_id)s AND skeleton_id = ANY (%(skeleton_ids)s::integer[])
 ORDER BY skeleton_id, id;

-- name: synapses
-- Skeleton and treenode before and behind each synapse; of any skeletons (NULL) or of some, on both sides.
SELECT a.skeleton_id, a.treenode_id, b.skeleton_id, b.treenode_id
  FROM connector_link b
  JOIN relation s ON s.id = b.relation_id AND s.name = 'postsynaptic_to'
  JOIN connector_link a ON a.connector_id = b.connector_id AND a.treenode_id <> b.treenode_id
  JOIN relation r ON r.id = a.relation_id AND r.name = 'presynaptic_to'
 WHERE b.project_id = %(project_id)s AND b.skeleton_id = ANY (%(onto)s::integer[])
   AND (%(sources)s::integer[] IS NULL OR a.skeleton_id = ANY (%(sources)s::integer[]))
 ORDER BY a.skeleton_id, b.skeleton_id, a.id, b.id;
