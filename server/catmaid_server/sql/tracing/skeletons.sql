-- Restructuring skeletons.

-- name: turn_path
-- From a treenode up to the root, each becomes the parent of the one above it, and gives it the confidence of
-- the edge between them. For a reroot. No rows.
-- Cost: primary key of treenodes; grows with the length of the path, not with the skeleton.
WITH RECURSIVE path AS (
    SELECT id, parent_id, confidence, 0 AS depth FROM treenode WHERE id = %(treenode_id)s
     UNION ALL
    SELECT t.id, t.parent_id, t.confidence, path.depth + 1
      FROM treenode t JOIN path ON t.id = path.parent_id
), turned AS (
    SELECT id, lag(id) OVER way AS parent_id, coalesce(lag(confidence) OVER way, 5) AS confidence
      FROM path WINDOW way AS (ORDER BY depth)
)
UPDATE treenode t
   SET parent_id = turned.parent_id, confidence = turned.confidence, editor_id = %(editor_id)s, edition_time = now()
  FROM turned
 WHERE t.id = turned.id;

-- name: cut
-- Give a treenode and all distal to it to another skeleton, of which the treenode is the root. For a split. No rows.
-- Cost: index on parent_id; grows with the treenodes that are distal to the cut.
WITH RECURSIVE distal AS (
    SELECT id FROM treenode WHERE id = %(treenode_id)s
     UNION ALL
    SELECT t.id FROM treenode t JOIN distal ON t.parent_id = distal.id
)
UPDATE treenode t
   SET skeleton_id = %(skeleton_id)s, editor_id = %(editor_id)s, edition_time = now(),
       parent_id = CASE WHEN t.id = %(treenode_id)s THEN NULL ELSE t.parent_id END
  FROM distal
 WHERE t.id = distal.id;

-- name: hang_whole
-- Give all treenodes of a skeleton to another; the treenode, root of the first, becomes a child of parent_id. For a
-- join.
-- Cost: index on skeleton_id; grows with the treenodes of the skeleton that ends.
UPDATE treenode
   SET skeleton_id = %(to_skeleton_id)s, editor_id = %(editor_id)s, edition_time = now(),
       parent_id = CASE WHEN id = %(treenode_id)s THEN %(parent_id)s ELSE parent_id END
 WHERE skeleton_id = %(from_skeleton_id)s;

-- name: links_follow
-- Name the new skeleton in the links of treenodes that went from one skeleton to another.
-- Cost: index on skeleton_id; grows with the links of the old skeleton. `+ 0`: their treenodes are looked up by key, as the
-- planner expects hardly any of a new skeleton, and would compare all with all.
UPDATE connector_link l
   SET skeleton_id = %(to_skeleton_id)s
  FROM treenode t
 WHERE l.skeleton_id = %(from_skeleton_id)s AND t.id = l.treenode_id AND t.skeleton_id + 0 = %(to_skeleton_id)s;

-- name: reviews_follow
-- Name the new skeleton in the reviews of treenodes that went from one skeleton to another.
-- Cost: as `links_follow`.
UPDATE review r
   SET skeleton_id = %(to_skeleton_id)s
  FROM treenode t
 WHERE r.skeleton_id = %(from_skeleton_id)s AND t.id = r.treenode_id AND t.skeleton_id + 0 = %(to_skeleton_id)s;

-- name: owner
-- Whose a skeleton is.
SELECT user_id FROM skeleton WHERE id = %(skeleton_id)s;

-- name: neuron_name
-- The name of a neuron.
SELECT name FROM neuron WHERE id = %(neuron_id)s;
