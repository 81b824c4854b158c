-- Labels: which there are, and on what.

-- name: names
SELECT DISTINCT name COLLATE "C" AS name FROM label WHERE project_id = %(project_id)s ORDER BY name;

-- name: details
SELECT id, name FROM label WHERE project_id = %(project_id)s ORDER BY name COLLATE "C", id;

-- name: uses
-- Each label on a treenode, with skeleton and treenode.
SELECT b.id, b.name, t.skeleton_id, t.id
  FROM node_label l
  JOIN label b ON b.id = l.label_id
  JOIN treenode t ON t.id = l.treenode_id
 WHERE l.project_id = %(project_id)s;

-- name: of_treenode
SELECT b.name
  FROM node_label l JOIN label b ON b.id = l.label_id
 WHERE l.treenode_id = %(node_id)s AND l.project_id = %(project_id)s
 ORDER BY l.id;

-- name: of_connector
SELECT b.name
  FROM node_label l JOIN label b ON b.id = l.label_id
 WHERE l.connector_id = %(node_id)s AND l.project_id = %(project_id)s
 ORDER BY l.id;

-- name: of_nodes
SELECT coalesce(l.treenode_id, l.connector_id), array_agg(b.name ORDER BY l.id)
  FROM node_label l JOIN label b ON b.id = l.label_id
 WHERE l.project_id = %(project_id)s
   AND (l.treenode_id = ANY (%(treenode_ids)s::integer[]) OR l.connector_id = ANY (%(connector_ids)s::integer[]))
 GROUP BY 1;

-- name: lock
-- CATMAID calls a label unused that is on no treenode; links to connectors go with it.
SELECT b.id, EXISTS (SELECT FROM node_label l WHERE l.label_id = b.id AND l.treenode_id IS NOT NULL)
  FROM label b
 WHERE b.project_id = %(project_id)s AND b.id = ANY (%(label_ids)s::integer[])
   FOR UPDATE;

-- name: delete_links
DELETE FROM node_label WHERE label_id = ANY (%(label_ids)s::integer[]);

-- name: delete
DELETE FROM label WHERE id = ANY (%(label_ids)s::integer[]);
