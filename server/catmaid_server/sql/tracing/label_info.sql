-- Labels: which there are, and on what.

-- name: names
-- The names of all labels of a project, each once, in order of their bytes.
SELECT DISTINCT name COLLATE "C" AS name FROM label WHERE project_id = %(project_id)s ORDER BY name;

-- name: details
-- Id and name of all labels of a project, by name.
SELECT id, name FROM label WHERE project_id = %(project_id)s ORDER BY name COLLATE "C", id;

-- name: uses
-- Each label on a treenode, with skeleton and treenode.
SELECT b.id, b.name, t.skeleton_id, t.id
  FROM node_label l
  JOIN label b ON b.id = l.label_id
  JOIN treenode t ON t.id = l.treenode_id
 WHERE l.project_id = %(project_id)s;

-- name: of_treenode
-- The names of the labels on a treenode, oldest first.
SELECT b.name
  FROM node_label l JOIN label b ON b.id = l.label_id
 WHERE l.treenode_id = %(node_id)s AND l.project_id = %(project_id)s
 ORDER BY l.id;

-- name: of_connector
-- The names of the labels on a connector, oldest first.
SELECT b.name
  FROM node_label l JOIN label b ON b.id = l.label_id
 WHERE l.connector_id = %(node_id)s AND l.project_id = %(project_id)s
 ORDER BY l.id;

-- name: of_nodes
-- Labels of treenodes and connectors: node, array of label names, oldest first.
SELECT coalesce(l.treenode_id, l.connector_id), array_agg(b.name ORDER BY l.id)
  FROM node_label l JOIN label b ON b.id = l.label_id
 WHERE l.project_id = %(project_id)s
   AND (l.treenode_id = ANY (%(treenode_ids)s::integer[]) OR l.connector_id = ANY (%(connector_ids)s::integer[]))
 GROUP BY 1;

-- name: lock
-- Labels, locked: id, whether it is on a treenode. CATMAID calls a label unused that is on no treenode, even if it is
-- on a connector.
SELECT b.id, EXISTS (SELECT FROM node_label l WHERE l.label_id = b.id AND l.treenode_id IS NOT NULL)
  FROM label b
 WHERE b.project_id = %(project_id)s AND b.id = ANY (%(label_ids)s::integer[])
   FOR UPDATE;

-- name: delete_links
-- Take labels off all nodes.
DELETE FROM node_label WHERE label_id = ANY (%(label_ids)s::integer[]);

-- name: delete
-- Delete labels that are on no node.
DELETE FROM label WHERE id = ANY (%(label_ids)s::integer[]);
