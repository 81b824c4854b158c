-- Connectors and their links.

-- name: create_connector
-- Add a connector at a place (nm); id and edition time.
INSERT INTO connector (project_id, user_id, editor_id, x, y, z, confidence)
VALUES (%(project_id)s, %(user_id)s, %(user_id)s, %(x)s, %(y)s, %(z)s, %(confidence)s)
RETURNING id, edition_time;

-- name: lock_connector
-- One connector, locked until the transaction ends.
SELECT id, x, y, z, confidence, user_id, edition_time
  FROM connector
 WHERE id = %(connector_id)s AND project_id = %(project_id)s
   FOR UPDATE;

-- name: lock_partners
-- The links of a connector with the edition times of their treenodes; the links are locked. By link.
SELECT l.id AS link_id, l.treenode_id, t.edition_time AS treenode_edition_time, l.relation_id, r.name AS relation,
       l.confidence, l.edition_time
  FROM connector_link l
  JOIN treenode t ON t.id = l.treenode_id
  JOIN relation r ON r.id = l.relation_id
 WHERE l.connector_id = %(connector_id)s
 ORDER BY l.id
   FOR UPDATE OF l;

-- name: delete_links_of_connector
-- Delete all links of a connector.
DELETE FROM connector_link WHERE connector_id = %(connector_id)s;

-- name: delete_labels
-- Take all labels off a connector.
DELETE FROM node_label WHERE connector_id = %(connector_id)s;

-- name: delete_connector
-- Delete a connector that has no links and labels any more.
DELETE FROM connector WHERE id = %(connector_id)s;

-- name: lock_for_link
-- The relation's name, if connector and relation are of the project. Locks the connector, so that its links stay the
-- same until the transaction ends.
SELECT r.name
  FROM connector c JOIN relation r ON r.project_id = c.project_id
 WHERE c.id = %(connector_id)s AND c.project_id = %(project_id)s AND r.id = %(relation_id)s
   FOR UPDATE OF c;

-- name: links_there
-- The links of a connector: treenode, skeleton, name of the relation.
SELECT l.treenode_id, l.skeleton_id, r.name
  FROM connector_link l JOIN relation r ON r.id = l.relation_id
 WHERE l.connector_id = %(connector_id)s;

-- name: create_link
-- Link a treenode to a connector; link id and edition time.
INSERT INTO connector_link (project_id, user_id, treenode_id, connector_id, skeleton_id, relation_id, confidence)
VALUES (%(project_id)s, %(user_id)s, %(treenode_id)s, %(connector_id)s, %(skeleton_id)s, %(relation_id)s,
        %(confidence)s)
RETURNING id, edition_time;

-- name: lock_link
-- The oldest link between a treenode and a connector (relation NULL: any), locked: id, relation id, relation, owner.
SELECT l.id, l.relation_id, r.name, l.user_id
  FROM connector_link l JOIN relation r ON r.id = l.relation_id
 WHERE l.connector_id = %(connector_id)s
   AND l.treenode_id = %(treenode_id)s
   AND l.project_id = %(project_id)s
   AND (%(relation)s::text IS NULL OR r.name = %(relation)s)
 ORDER BY l.id
 LIMIT 1
   FOR UPDATE OF l;

-- name: delete_link
-- Delete one link.
DELETE FROM connector_link WHERE id = %(link_id)s;

-- name: move_connectors
-- Move connectors to new places (nm); id and edition time of each.
UPDATE connector c
   SET x = wanted.x, y = wanted.y, z = wanted.z, editor_id = %(editor_id)s, edition_time = now()
  FROM unnest(%(ids)s::integer[], %(xs)s::float8[], %(ys)s::float8[], %(zs)s::float8[]) AS wanted (id, x, y, z)
 WHERE c.id = wanted.id
RETURNING c.id, c.edition_time;
