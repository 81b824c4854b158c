-- Ends and labels of one skeleton, by how far they are along it.

-- name: arbor
SELECT id, parent_id, x, y, z, creation_time
  FROM treenode
 WHERE skeleton_id = %(skeleton_id)s AND project_id = %(project_id)s;

-- name: closed
-- Nodes with a label that says that the neuron ends there, or does not go on there.
SELECT DISTINCT l.treenode_id
  FROM treenode t
  JOIN node_label l ON l.treenode_id = t.id
  JOIN label b ON b.id = l.label_id
 WHERE t.skeleton_id = %(skeleton_id)s AND t.project_id = %(project_id)s AND b.name ~* %(pattern)s;

-- name: labelled
SELECT l.treenode_id, array_agg(b.name ORDER BY b.name)
  FROM treenode t
  JOIN node_label l ON l.treenode_id = t.id
  JOIN label b ON b.id = l.label_id
 WHERE t.skeleton_id = %(skeleton_id)s AND t.project_id = %(project_id)s AND b.name ~ %(pattern)s
 GROUP BY l.treenode_id;

-- name: in_box
-- Skeletons with an edge that may cross a box (nm), by size.
SELECT s.skeleton_id
  FROM skeleton_summary s
 WHERE s.skeleton_id IN (
           SELECT t.skeleton_id
             FROM treenode t
            WHERE t.project_id = %(project_id)s
              AND t.edge &&& ST_MakeLine(ST_MakePoint(%(min_x)s, %(min_y)s, %(min_z)s),
                                         ST_MakePoint(%(max_x)s, %(max_y)s, %(max_z)s)))
   AND s.num_nodes >= %(min_nodes)s AND s.cable_length >= %(min_cable)s
 ORDER BY s.skeleton_id;

-- name: existing
SELECT id FROM skeleton WHERE project_id = %(project_id)s AND id = ANY (%(skeleton_ids)s::integer[]);
