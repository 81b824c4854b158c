-- Edits of treenodes.

-- name: create_child
-- Add a treenode to a parent, with the edge between both (nm); id and edition time. creation_time: NULL for now.
-- Cost: one row and its index entries, whatever the size of the skeleton.
INSERT INTO treenode (project_id, skeleton_id, parent_id, x, y, z, radius, confidence, user_id, editor_id,
                      creation_time, edge)
VALUES (%(project_id)s, %(skeleton_id)s, %(parent_id)s, %(x)s, %(y)s, %(z)s, %(radius)s, %(confidence)s,
        %(user_id)s, %(editor_id)s, coalesce(%(creation_time)s::timestamptz, now()),
        ST_MakeLine(ST_MakePoint(%(parent_x)s, %(parent_y)s, %(parent_z)s),
                    ST_MakePoint(%(x)s, %(y)s, %(z)s)))
RETURNING id, edition_time;

-- name: create_root
-- Add the first treenode of a skeleton, with an edge from it to itself; id and edition time.
-- Cost: one row and its index entries.
INSERT INTO treenode (project_id, skeleton_id, x, y, z, radius, confidence, user_id, editor_id, edge)
VALUES (%(project_id)s, %(skeleton_id)s, %(x)s, %(y)s, %(z)s, %(radius)s, %(confidence)s, %(user_id)s, %(user_id)s,
        ST_MakeLine(ST_MakePoint(%(x)s, %(y)s, %(z)s), ST_MakePoint(%(x)s, %(y)s, %(z)s)))
RETURNING id, edition_time;

-- name: edge_ends
-- Place (nm), author and creation time of treenodes, in the order of their ids in the list.
SELECT t.x, t.y, t.z, t.user_id, t.creation_time
  FROM unnest(%(treenode_ids)s::integer[]) WITH ORDINALITY AS wanted (id, place) JOIN treenode t USING (id)
 ORDER BY wanted.place;

-- name: hang_on
-- Give treenodes another parent; id and edition time of each.
UPDATE treenode
   SET parent_id = %(parent_id)s, editor_id = %(editor_id)s, edition_time = now()
 WHERE id = ANY (%(treenode_ids)s)
RETURNING id, edition_time;

-- name: lock_children
-- The children of a treenode with edition times, locked; by id.
SELECT id, edition_time FROM treenode WHERE parent_id = %(treenode_id)s ORDER BY id FOR NO KEY UPDATE;

-- name: lock_links
-- The links of a treenode, locked: id, relation id, connector, confidence, edition time; by id.
SELECT id, relation_id, connector_id, confidence, edition_time
  FROM connector_link WHERE treenode_id = %(treenode_id)s ORDER BY id FOR UPDATE;

-- name: delete_links
-- Delete all links of a treenode.
DELETE FROM connector_link WHERE treenode_id = %(treenode_id)s;

-- name: delete_labels
-- Take all labels off a treenode.
DELETE FROM node_label WHERE treenode_id = %(treenode_id)s;

-- name: delete_reviews
-- Delete all reviews of a treenode.
DELETE FROM review WHERE treenode_id = %(treenode_id)s;

-- name: delete_treenode
-- Delete a treenode that has no children, links, labels and reviews any more.
DELETE FROM treenode WHERE id = %(treenode_id)s;

-- name: edition_times
-- Edition times of treenodes and connectors, by id.
SELECT id, edition_time FROM treenode WHERE id = ANY (%(ids)s) AND project_id = %(project_id)s
 UNION ALL
SELECT id, edition_time FROM connector WHERE id = ANY (%(ids)s) AND project_id = %(project_id)s;

-- name: set_radius
-- Set radii (nm); treenode, radius before, radius now, edition time, skeleton.
UPDATE treenode t
   SET radius = wanted.radius, editor_id = %(editor_id)s, edition_time = now()
  FROM unnest(%(ids)s::integer[], %(radii)s::float8[]) AS wanted (id, radius)
  JOIN treenode before ON before.id = wanted.id
 WHERE t.id = wanted.id
RETURNING t.id AS treenode_id, before.radius AS old_radius, t.radius AS new_radius, t.edition_time, t.skeleton_id;

-- name: set_confidence
-- Set the confidence of the edge from a treenode to its parent.
UPDATE treenode
   SET confidence = %(confidence)s, editor_id = %(editor_id)s, edition_time = now()
 WHERE id = %(treenode_id)s
RETURNING edition_time;

-- name: set_link_confidence
-- Set the confidence of links of a treenode: those to some connectors, to one confidence each, or all (connector_ids NULL)
-- to the one that is given. Rows: connector, edition time, confidence before.
UPDATE connector_link l
   SET confidence = wanted.confidence, edition_time = now()
  FROM connector_link before
  JOIN unnest(%(connector_ids)s::integer[], %(confidences)s::smallint[]) AS wanted (connector_id, confidence)
    ON wanted.connector_id = before.connector_id OR %(connector_ids)s::integer[] IS NULL
 WHERE before.id = l.id
   AND l.treenode_id = %(treenode_id)s
RETURNING l.connector_id, l.edition_time, before.confidence;

-- name: is_ancestor
-- One row if ancestor_id is the treenode or lies between it and the root.
WITH RECURSIVE above AS (
    SELECT id, parent_id FROM treenode WHERE id = %(treenode_id)s
     UNION
    SELECT t.id, t.parent_id FROM treenode t JOIN above ON t.id = above.parent_id
)
SELECT 1 FROM above WHERE id = %(ancestor_id)s;

-- name: turn_path_between
-- From a treenode up to an ancestor of it, each becomes the parent of the one above it, with the confidence of the
-- edge between them; the treenode takes the place of the ancestor under the ancestor's parent.
WITH RECURSIVE path AS (
    SELECT id, parent_id, confidence, 0 AS depth FROM treenode WHERE id = %(treenode_id)s
     UNION ALL
    SELECT t.id, t.parent_id, t.confidence, path.depth + 1
      FROM treenode t JOIN path ON t.id = path.parent_id
     WHERE path.id <> %(ancestor_id)s
), turned AS (
    SELECT id, coalesce(lag(id) OVER way, last_value(parent_id) OVER whole) AS parent_id,
           coalesce(lag(confidence) OVER way, last_value(confidence) OVER whole) AS confidence
      FROM path
    WINDOW way AS (ORDER BY depth),
           whole AS (ORDER BY depth ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING)
)
UPDATE treenode t
   SET parent_id = turned.parent_id, confidence = turned.confidence, editor_id = %(editor_id)s, edition_time = now()
  FROM turned
 WHERE t.id = turned.id;

-- name: move_treenodes
-- Move treenodes to new places (nm); id and edition time of each.
UPDATE treenode t
   SET x = wanted.x, y = wanted.y, z = wanted.z, editor_id = %(editor_id)s, edition_time = now()
  FROM unnest(%(ids)s::integer[], %(xs)s::float8[], %(ys)s::float8[], %(zs)s::float8[]) AS wanted (id, x, y, z)
 WHERE t.id = wanted.id
RETURNING t.id, t.edition_time;
