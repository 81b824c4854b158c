-- Exports: skeletons as SWC, and the tables of a project in the form that a bulk import reads.

-- name: one_snapshot
-- For the rest of this transaction: every query sees the same committed state.
SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY;

-- name: skeletons_to_export
-- Skeletons that have nodes: id, and the name of the neuron. skeleton_ids: NULL for all.
SELECT s.id, n.name
  FROM skeleton s
  JOIN neuron n ON n.id = s.neuron_id
  JOIN skeleton_summary m ON m.skeleton_id = s.id AND m.num_nodes > 0
 WHERE s.project_id = %(project_id)s
   AND (%(skeleton_ids)s::integer[] IS NULL OR s.id = ANY (%(skeleton_ids)s::integer[]))
 ORDER BY s.id;

-- name: nodes_of_skeleton
-- Treenodes of a skeleton, by id: id, parent (-1 at the root), position, radius (-1 where unset).
SELECT id, coalesce(parent_id, -1), x, y, z, radius
  FROM treenode
 WHERE skeleton_id = %(skeleton_id)s
 ORDER BY id;

-- name: treenodes
-- Treenodes of a project as CSV.
COPY (SELECT id, parent_id, skeleton_id, x, y, z, radius, confidence, user_id
        FROM treenode
       WHERE project_id = %(project_id)s
       ORDER BY id)
TO STDOUT (FORMAT csv, HEADER);

-- name: connectors
-- Connectors of a project as CSV.
COPY (SELECT id, x, y, z, confidence, user_id
        FROM connector
       WHERE project_id = %(project_id)s
       ORDER BY id)
TO STDOUT (FORMAT csv, HEADER);

-- name: links
-- Links between treenodes and connectors of a project as CSV.
COPY (SELECT l.id, l.connector_id, l.treenode_id, l.skeleton_id, r.name AS relation, l.confidence, l.user_id
        FROM connector_link l
        JOIN relation r ON r.id = l.relation_id
       WHERE l.project_id = %(project_id)s
       ORDER BY l.id)
TO STDOUT (FORMAT csv, HEADER);

-- name: neurons
-- Neurons of a project as CSV, one row for each skeleton; a neuron without skeleton has one row, too.
COPY (SELECT n.id AS neuron_id, s.id AS skeleton_id, s.model_of_link_id, n.name, n.user_id,
             coalesce(m.num_nodes, 0) AS num_nodes
        FROM neuron n
        LEFT JOIN skeleton s ON s.neuron_id = n.id
        LEFT JOIN skeleton_summary m ON m.skeleton_id = s.id
       WHERE n.project_id = %(project_id)s
       ORDER BY n.id, s.id)
TO STDOUT (FORMAT csv, HEADER);

-- name: annotations
-- Annotations of a project as CSV, one row for each annotated neuron; an unused annotation has one row, too.
COPY (SELECT a.id AS annotation_id, a.name AS annotation_name, l.id AS link_id, l.neuron_id,
             coalesce(l.user_id, a.user_id) AS user_id
        FROM annotation a
        LEFT JOIN annotation_link l ON l.annotation_id = a.id AND l.neuron_id IS NOT NULL
       WHERE a.project_id = %(project_id)s
       ORDER BY a.id, l.id)
TO STDOUT (FORMAT csv, HEADER);

-- name: meta_annotations
-- Annotations of annotations of a project as CSV.
COPY (SELECT id AS link_id, annotation_id, target_annotation_id, user_id
        FROM annotation_link
       WHERE project_id = %(project_id)s AND target_annotation_id IS NOT NULL
       ORDER BY id)
TO STDOUT (FORMAT csv, HEADER);

-- name: labels
-- Labels of a project as CSV, one row for each labelled node; an unused label has one row, too.
COPY (SELECT b.id AS label_id, b.name AS label_name, l.id AS link_id, l.treenode_id, l.connector_id,
             coalesce(l.user_id, b.user_id) AS user_id
        FROM label b
        LEFT JOIN node_label l ON l.label_id = b.id
       WHERE b.project_id = %(project_id)s
       ORDER BY b.id, l.id)
TO STDOUT (FORMAT csv, HEADER);

-- name: users
-- Everybody who owns something that is exported.
COPY (SELECT u.id, u.username
        FROM app_user u
       WHERE u.id IN (SELECT user_id FROM treenode WHERE project_id = %(project_id)s
                       UNION SELECT user_id FROM connector WHERE project_id = %(project_id)s
                       UNION SELECT user_id FROM connector_link WHERE project_id = %(project_id)s
                       UNION SELECT user_id FROM neuron WHERE project_id = %(project_id)s
                       UNION SELECT user_id FROM annotation WHERE project_id = %(project_id)s
                       UNION SELECT user_id FROM annotation_link WHERE project_id = %(project_id)s
                       UNION SELECT user_id FROM label WHERE project_id = %(project_id)s
                       UNION SELECT user_id FROM node_label WHERE project_id = %(project_id)s)
       ORDER BY u.id)
TO STDOUT (FORMAT csv, HEADER);
