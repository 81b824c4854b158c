-- Labels on treenodes and connectors.

-- name: lock_treenode
-- Lock a treenode whose labels change; no row if the project has none with this id.
SELECT id FROM treenode WHERE id = %(node_id)s AND project_id = %(project_id)s FOR NO KEY UPDATE;

-- name: lock_connector
-- Lock a connector whose labels change; no row if the project has none with this id.
SELECT id FROM connector WHERE id = %(node_id)s AND project_id = %(project_id)s FOR NO KEY UPDATE;

-- name: lock_names
-- Lock label names until the transaction ends. So two users of a new name make one label, and no label is deleted
-- while somebody puts it on a node. In order, so that two transactions do not wait for each other.
SELECT pg_advisory_xact_lock(%(project_id)s, number)
  FROM (SELECT DISTINCT hashtext(name) AS number FROM unnest(%(names)s::text[]) AS name ORDER BY number) wanted;

-- name: labels_of
-- The labels on a treenode or a connector: link, name, user who set it, label id; oldest first.
SELECT l.id, label.name, l.user_id, l.label_id
  FROM node_label l JOIN label ON label.id = l.label_id
 WHERE l.treenode_id = %(treenode_id)s OR l.connector_id = %(connector_id)s
 ORDER BY l.id;

-- name: add_label
-- Put a label on a treenode or a connector; makes the label if the project has none of this name.
WITH known AS (
    SELECT min(id) AS id FROM label WHERE project_id = %(project_id)s AND name = %(name)s
), made AS (
    INSERT INTO label (project_id, name, user_id)
    SELECT %(project_id)s, %(name)s, %(user_id)s FROM known WHERE known.id IS NULL
    RETURNING id
)
INSERT INTO node_label (project_id, label_id, treenode_id, connector_id, user_id)
SELECT %(project_id)s, coalesce(known.id, made.id), %(treenode_id)s, %(connector_id)s, %(user_id)s
  FROM known LEFT JOIN made ON true;

-- name: remove_labels
-- Take labels off nodes, by the ids of their links.
DELETE FROM node_label WHERE id = ANY (%(ids)s);

-- name: delete_unused
-- Delete those of these labels that are on no node.
DELETE FROM label
 WHERE id = ANY (%(ids)s)
   AND NOT EXISTS (SELECT FROM node_label WHERE label_id = label.id);

-- name: count_in_skeleton
-- How often labels occur in the skeleton of a treenode: name, number of treenodes.
SELECT label.name, count(*)
  FROM treenode here
  JOIN treenode t ON t.skeleton_id = here.skeleton_id
  JOIN node_label l ON l.treenode_id = t.id
  JOIN label ON label.id = l.label_id
 WHERE here.id = %(treenode_id)s AND label.name = ANY (%(names)s)
 GROUP BY label.name
 ORDER BY label.name;
