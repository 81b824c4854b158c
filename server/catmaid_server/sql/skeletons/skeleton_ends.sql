-- Ends and labels of one skeleton, by how far they are along it.

-- name: arbor
-- Treenodes of a skeleton: id, parent, x, y, z (nm), creation time.
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
-- Labelled treenodes of a skeleton with the names of their labels, by name.
SELECT l.treenode_id, array_agg(b.name ORDER BY b.name)
  FROM treenode t
  JOIN node_label l ON l.treenode_id = t.id
  JOIN label b ON b.id = l.label_id
 WHERE t.skeleton_id = %(skeleton_id)s AND t.project_id = %(project_id)s AND b.name ~ %(pattern)s
 GROUP BY l.treenode_id;

-- name: in_box
-- Skeletons, of some or of all (NULL), with an edge that comes within half the depth of a box (nm) to the rectangle
-- amidst it, as CATMAID's clients know it; by size. What touches the far side only is left out. Boxes wider than 1 mm
-- are tested as in `viewports.edges_in_box`.
-- Cost: GiST in x and z.
WITH view AS MATERIALIZED (
    SELECT box(point(%(min_x)s, %(min_z)s), point(%(max_x)s, %(max_z)s)) AS xz,
           ST_MakeEnvelope(%(min_x)s, %(min_y)s, %(max_x)s, %(max_y)s) AS xy,
           ST_Translate(ST_Force3D(ST_MakeEnvelope(%(min_x)s, %(min_y)s, %(max_x)s, %(max_y)s)),
                        0, 0, (%(min_z)s + %(max_z)s) / 2) AS amidst,
           abs(%(max_z)s - %(min_z)s) / 2 AS half_depth,
           greatest(abs(%(max_x)s - %(min_x)s), abs(%(max_y)s - %(min_y)s)) > 1e6 AS wide
)
SELECT s.skeleton_id
  FROM skeleton_summary s
 WHERE s.skeleton_id IN (
           SELECT t.skeleton_id
             FROM treenode_in_space t, view
            WHERE t.project_id = %(project_id)s AND xz_box(t.edge) && view.xz AND t.edge && view.xy
              AND ST_ZMin(t.edge) < %(max_z)s AND %(min_z)s < %(max_z)s
              AND CASE WHEN view.wide THEN ST_Intersects(t.edge, view.xy)
                       ELSE ST_3DDWithin(t.edge, view.amidst, view.half_depth) END)
   AND s.num_nodes >= %(min_nodes)s AND s.cable_length >= %(min_cable)s
   AND (%(skeleton_ids)s::integer[] IS NULL OR s.skeleton_id = ANY (%(skeleton_ids)s::integer[]))
 ORDER BY s.skeleton_id
 LIMIT %(most)s;

-- name: completeness
-- Per skeleton: nodes, cable (nm), ends, those of them without one of the labels of ends, and whether a node bears one
-- of some labels. Ends are the root and the nodes without children.
SELECT s.skeleton_id, s.num_nodes, s.cable_length, tips.ends, tips.open,
       EXISTS (SELECT FROM treenode t
                 JOIN node_label l ON l.treenode_id = t.id
                 JOIN label b ON b.id = l.label_id
                WHERE t.skeleton_id = s.skeleton_id AND b.name = ANY (%(anchors)s::text[]))
  FROM skeleton_summary s
 CROSS JOIN LATERAL (
        SELECT count(*) AS ends,
               count(*) FILTER (WHERE NOT EXISTS (
                   SELECT FROM node_label l JOIN label b ON b.id = l.label_id
                    WHERE l.treenode_id = t.id AND b.name = ANY (%(end_labels)s::text[]))) AS open
          FROM treenode t
         WHERE t.skeleton_id = s.skeleton_id
           AND (t.parent_id IS NULL OR NOT EXISTS (SELECT FROM treenode c WHERE c.parent_id = t.id))
       ) tips
 WHERE s.project_id = %(project_id)s AND s.skeleton_id = ANY (%(skeleton_ids)s::integer[])
 ORDER BY s.skeleton_id;

-- name: existing
-- Those of these skeletons that the project has.
SELECT id FROM skeleton WHERE project_id = %(project_id)s AND id = ANY (%(skeleton_ids)s::integer[]);
