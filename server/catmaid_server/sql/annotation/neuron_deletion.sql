-- Delete a neuron with everything that is its own. Connectors stay.

-- name: lock_skeletons
-- Lock the skeletons of a neuron, by id.
SELECT id FROM skeleton WHERE neuron_id = %(neuron_id)s ORDER BY id FOR UPDATE;

-- name: owners
-- Users who own treenodes of skeletons.
SELECT DISTINCT user_id FROM treenode WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[]);

-- name: first_root
-- Where the root of the first of some skeletons is; x, y, z in nm.
SELECT x, y, z
  FROM treenode
 WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[]) AND parent_id IS NULL
 ORDER BY skeleton_id
 LIMIT 1;

-- name: delete_reviews
-- Delete the reviews of skeletons.
DELETE FROM review WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[]);

-- name: delete_labels
-- Remove all labels from the treenodes of skeletons.
DELETE FROM node_label l
 USING treenode t
 WHERE t.id = l.treenode_id AND t.skeleton_id = ANY (%(skeleton_ids)s::integer[]);

-- name: delete_links
-- Delete the links of skeletons to connectors.
DELETE FROM connector_link WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[]);

-- name: delete_treenodes
-- Delete the treenodes of skeletons.
DELETE FROM treenode WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[]);

-- name: delete_skeletons
-- Delete skeletons.
DELETE FROM skeleton WHERE id = ANY (%(skeleton_ids)s::integer[]);

-- name: delete_annotation_links
-- Remove all annotations from a neuron.
DELETE FROM annotation_link WHERE neuron_id = %(neuron_id)s;

-- name: delete_neuron
-- Delete a neuron: its name.
DELETE FROM neuron WHERE id = %(neuron_id)s AND project_id = %(project_id)s RETURNING name;
