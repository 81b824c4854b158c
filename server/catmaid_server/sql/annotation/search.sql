-- Find things of a project by name or number.

-- name: by_name
-- Whose name has the pattern (for ILIKE), or, if they are neurons or skeletons, whose id is the number.
SELECT found.id, found.name, found.class_name
  FROM (SELECT id, name, 'neuron' AS class_name FROM neuron
         WHERE project_id = %(project_id)s AND (name ILIKE %(pattern)s OR id = %(number)s::integer)
         UNION ALL
        SELECT id, name, 'skeleton' FROM skeleton
         WHERE project_id = %(project_id)s AND (name ILIKE %(pattern)s OR id = %(number)s::integer)
         UNION ALL
        SELECT id, name, 'label' FROM label WHERE project_id = %(project_id)s AND name ILIKE %(pattern)s
         UNION ALL
        SELECT id, name, 'annotation' FROM annotation WHERE project_id = %(project_id)s AND name ILIKE %(pattern)s
         UNION ALL
        SELECT entity_id, name, 'volume' FROM volume WHERE project_id = %(project_id)s AND name ILIKE %(pattern)s
         UNION ALL
        SELECT id, name, 'landmark' FROM landmark WHERE project_id = %(project_id)s AND name ILIKE %(pattern)s
         UNION ALL
        SELECT id, name, 'landmarkgroup' FROM landmark_group
         WHERE project_id = %(project_id)s AND name ILIKE %(pattern)s
         UNION ALL
        SELECT i.id, i.name, c.name FROM class_instance i JOIN class c ON c.id = i.class_id
         WHERE i.project_id = %(project_id)s AND i.name ILIKE %(pattern)s) found
 ORDER BY found.class_name, found.name COLLATE "C", found.id;

-- name: treenode
-- Treenode with a number: id, x, y, z (nm).
SELECT id, x, y, z FROM treenode WHERE id = %(number)s AND project_id = %(project_id)s;

-- name: connector
-- Connector with a number: id, x, y, z (nm).
SELECT id, x, y, z FROM connector WHERE id = %(number)s AND project_id = %(project_id)s;

-- name: labelled_treenodes
-- Treenodes with labels, newest first: label, treenode, x, y, z (nm), skeleton.
SELECT l.label_id, t.id, t.x, t.y, t.z, t.skeleton_id
  FROM node_label l
  JOIN treenode t ON t.id = l.treenode_id
 WHERE l.label_id = ANY (%(label_ids)s::integer[])
 ORDER BY t.id DESC;

-- name: labelled_connectors
-- Connectors with labels, newest first: label, connector, x, y, z (nm).
SELECT l.label_id, c.id, c.x, c.y, c.z
  FROM node_label l
  JOIN connector c ON c.id = l.connector_id
 WHERE l.label_id = ANY (%(label_ids)s::integer[])
 ORDER BY c.id DESC;
