-- The shape of one skeleton, for choosing nodes by their place in it.

-- name: arbor
SELECT id, parent_id, radius FROM treenode WHERE skeleton_id = %(skeleton_id)s ORDER BY id;
