-- Locks of edits, in the one order that all edits follow, so that no two wait for each other: connectors, skeletons,
-- treenodes, links; of each kind by id. Who holds a skeleton alone may change all its treenodes.

-- name: connectors
-- Lock connectors that are about to get links.
SELECT id FROM connector WHERE id = ANY (%(ids)s) AND project_id = %(project_id)s ORDER BY id FOR UPDATE;

-- name: connectors_to_move
-- Connectors with owner, edition time and place (nm), locked.
SELECT id, user_id, edition_time, x, y, z
  FROM connector
 WHERE id = ANY (%(ids)s) AND project_id = %(project_id)s
 ORDER BY id
   FOR NO KEY UPDATE;

-- name: skeletons
-- Lock the skeletons of treenodes against those who restructure them; ids.
-- Cost: primary keys of treenodes and skeletons.
SELECT id FROM skeleton
 WHERE id IN (SELECT skeleton_id FROM treenode WHERE id = ANY (%(ids)s) AND project_id = %(project_id)s)
 ORDER BY id
   FOR KEY SHARE;

-- name: skeleton_of_node
-- As skeletons, for one treenode, which is planned once.
SELECT id FROM skeleton
 WHERE id = (SELECT skeleton_id FROM treenode WHERE id = %(treenode_id)s AND project_id = %(project_id)s)
   FOR KEY SHARE;

-- name: skeletons_alone
-- Lock the skeletons of treenodes to restructure them; ids.
-- Cost: primary keys of treenodes and skeletons.
SELECT id FROM skeleton
 WHERE id IN (SELECT skeleton_id FROM treenode WHERE id = ANY (%(ids)s) AND project_id = %(project_id)s)
 ORDER BY id
   FOR UPDATE;

-- name: node
-- Lock the skeleton of a treenode against those who restructure it, then the treenode. No row if it went to another
-- skeleton meanwhile. Rows are locked in the order of the clauses, and looked at again after a wait.
-- Cost: primary keys of one treenode and one skeleton; one id, not a list of one, is planned once.
SELECT t.id, t.skeleton_id, s.neuron_id, t.parent_id, t.x, t.y, t.z, t.radius, t.confidence, t.user_id,
       t.edition_time
  FROM treenode t JOIN skeleton s ON s.id = t.skeleton_id
 WHERE t.id = %(treenode_id)s AND t.project_id = %(project_id)s
   FOR KEY SHARE OF s
   FOR NO KEY UPDATE OF t;

-- name: node_alone
-- As node, with the skeleton locked to restructure it.
SELECT t.id, t.skeleton_id, s.neuron_id, t.parent_id, t.x, t.y, t.z, t.radius, t.confidence, t.user_id,
       t.edition_time
  FROM treenode t JOIN skeleton s ON s.id = t.skeleton_id
 WHERE t.id = %(treenode_id)s AND t.project_id = %(project_id)s
   FOR UPDATE OF s
   FOR NO KEY UPDATE OF t;

-- name: node_of
-- A treenode of a locked skeleton, locked. No row if it is of another skeleton by now.
SELECT t.id, t.skeleton_id, s.neuron_id, t.parent_id, t.x, t.y, t.z, t.radius, t.confidence, t.user_id,
       t.edition_time
  FROM treenode t JOIN skeleton s ON s.id = t.skeleton_id
 WHERE t.id = %(treenode_id)s AND t.skeleton_id = ANY (%(skeleton_ids)s)
   FOR NO KEY UPDATE OF t;

-- name: nodes
-- Treenodes of locked skeletons with owner, edition time and place (nm), locked.
SELECT id, user_id, edition_time, x, y, z
  FROM treenode
 WHERE id = ANY (%(ids)s) AND skeleton_id = ANY (%(skeleton_ids)s)
 ORDER BY id
   FOR NO KEY UPDATE;

-- name: nodes_with_children
-- As nodes, with the children of these treenodes.
SELECT id, user_id, edition_time, x, y, z
  FROM treenode
 WHERE (id = ANY (%(ids)s) OR parent_id = ANY (%(ids)s)) AND skeleton_id = ANY (%(skeleton_ids)s)
 ORDER BY id
   FOR NO KEY UPDATE;

-- name: node_with_children
-- As nodes_with_children, for one treenode, which is planned once.
SELECT id, user_id, edition_time, x, y, z
  FROM treenode
 WHERE (id = %(treenode_id)s OR parent_id = %(treenode_id)s) AND skeleton_id = %(skeleton_id)s
 ORDER BY id
   FOR NO KEY UPDATE;

-- name: count_nodes
-- How many of some ids are treenodes of a project.
SELECT count(*) FROM treenode WHERE id = ANY (%(ids)s) AND project_id = %(project_id)s;

-- name: links_of_nodes
-- Lock the links of treenodes and of connectors that are about to move.
SELECT id
  FROM connector_link
 WHERE (treenode_id = ANY (%(treenode_ids)s) OR connector_id = ANY (%(connector_ids)s)) AND project_id = %(project_id)s
 ORDER BY id
   FOR NO KEY UPDATE;

-- name: links_of_skeleton
-- Lock the links of a skeleton.
-- Cost: index on skeleton_id; grows with the links of the skeleton.
SELECT id FROM connector_link WHERE skeleton_id = %(skeleton_id)s ORDER BY id FOR NO KEY UPDATE;
