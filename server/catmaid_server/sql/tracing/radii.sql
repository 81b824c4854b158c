-- The shape of one skeleton, for choosing nodes by their place in it.

-- name: arbor
-- The treenodes of a skeleton: id, parent, radius (nm); by id.
SELECT id, parent_id, radius FROM treenode WHERE skeleton_id = %(skeleton_id)s ORDER BY id;
