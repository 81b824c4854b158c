-- One skeleton as old viewers want it.

-- name: neuron_name
-- Name of a skeleton's neuron.
SELECT n.name FROM skeleton k JOIN neuron n ON n.id = k.neuron_id
 WHERE k.id = %(skeleton_id)s AND k.project_id = %(project_id)s;

-- name: nodes
-- Treenodes of a skeleton: id, parent, user, x, y, z, radius (nm), confidence, creation and edition time.
SELECT id, parent_id, user_id, x, y, z, radius, confidence, creation_time, edition_time
  FROM treenode
 WHERE skeleton_id = %(skeleton_id)s AND project_id = %(project_id)s
 ORDER BY id;

-- name: tags
-- Labels of a skeleton by name, each with its treenodes in the order in which they were labelled.
SELECT b.name, array_agg(t.id ORDER BY l.id)
  FROM treenode t
  JOIN node_label l ON l.treenode_id = t.id
  JOIN label b ON b.id = l.label_id
 WHERE t.skeleton_id = %(skeleton_id)s AND t.project_id = %(project_id)s
 GROUP BY b.name;

-- name: links
-- Node, connector, 0 if presynaptic or else 1, place of the connector (nm), when that was made.
SELECT l.treenode_id, l.connector_id, CASE r.name WHEN 'presynaptic_to' THEN 0 ELSE 1 END, c.x, c.y, c.z,
       c.creation_time
  FROM connector_link l
  JOIN relation r ON r.id = l.relation_id
  JOIN connector c ON c.id = l.connector_id
 WHERE l.skeleton_id = %(skeleton_id)s AND l.project_id = %(project_id)s
 ORDER BY l.id;

-- name: reviews
-- Reviews of a skeleton, by id: treenode, reviewer, time.
SELECT treenode_id, reviewer_id, review_time
  FROM review
 WHERE skeleton_id = %(skeleton_id)s AND project_id = %(project_id)s
 ORDER BY id;

-- name: vertices
-- Nodes with their parent, parents first where that is known from the id.
SELECT id, parent_id, x, y, z
  FROM treenode
 WHERE skeleton_id = %(skeleton_id)s AND project_id = %(project_id)s
 ORDER BY id;
