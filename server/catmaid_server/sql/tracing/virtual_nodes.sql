-- Virtual nodes that reviewers skip.

-- name: list
-- The suppressed virtual nodes on the edge from a treenode to its parent; by id.
SELECT id, user_id, project_id, creation_time, edition_time, child_id, location_coordinate, orientation
  FROM suppressed_virtual_node
 WHERE project_id = %(project_id)s AND child_id = %(treenode_id)s
 ORDER BY id;

-- name: edge
-- Where a treenode and its parent are (NULLs at a root).
SELECT c.x, c.y, c.z, p.x, p.y, p.z
  FROM treenode c LEFT JOIN treenode p ON p.id = c.parent_id
 WHERE c.id = %(treenode_id)s AND c.project_id = %(project_id)s
   FOR SHARE OF c;

-- name: add
-- Suppress a virtual node; the whole row.
INSERT INTO suppressed_virtual_node (project_id, child_id, orientation, location_coordinate, user_id)
VALUES (%(project_id)s, %(treenode_id)s, %(orientation)s, %(location_coordinate)s, %(user_id)s)
RETURNING id, user_id, project_id, creation_time, edition_time, child_id, location_coordinate, orientation;

-- name: find
-- The user who suppressed a virtual node; the row is locked.
SELECT user_id
  FROM suppressed_virtual_node
 WHERE id = %(suppressed_id)s AND child_id = %(treenode_id)s AND project_id = %(project_id)s
   FOR UPDATE;

-- name: delete
-- Stop suppressing a virtual node.
DELETE FROM suppressed_virtual_node WHERE id = %(suppressed_id)s;
