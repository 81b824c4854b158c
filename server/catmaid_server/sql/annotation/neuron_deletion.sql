-- Delete a neuron with everything that is its own. Connectors stay.

-- name: lock_skeletons
SELECT id FROM skeleton WHERE neuron_id = %(neuron_id)s ORDER BY id FOR UPDATE;

-- name: owners
SELECT DISTINCT user_id FROM treenode WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[]);

-- name: delete_reviews
DELETE FROM review WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[]);

-- name: delete_labels
DELETE FROM node_label l
 USING treenode t
 WHERE t.id = l.treenode_id AND t.skeleton_id = ANY (%(skeleton_ids)s::integer[]);

-- name: delete_links
DELETE FROM connector_link WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[]);

-- name: delete_treenodes
DELETE FROM treenode WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[]);

-- name: delete_skeletons
DELETE FROM skeleton WHERE id = ANY (%(skeleton_ids)s::integer[]);

-- name: delete_annotation_links
DELETE FROM annotation_link WHERE neuron_id = %(neuron_id)s;

-- name: delete_neuron
DELETE FROM neuron WHERE id = %(neuron_id)s AND project_id = %(project_id)s RETURNING name;
