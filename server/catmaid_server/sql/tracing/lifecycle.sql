-- How neurons and skeletons begin and end.

-- name: create_neuron
-- Add a neuron; without a name it is called by the prefix and its id.
INSERT INTO neuron (id, project_id, user_id, name)
SELECT new.id, %(project_id)s, %(user_id)s, coalesce(%(name)s::text, %(prefix)s::text || ' ' || new.id)
  FROM (SELECT nextval('concept_id_seq')::integer AS id) new
RETURNING id;

-- name: create_skeleton
-- Add a skeleton without treenodes to a neuron; it is called by the prefix and its id.
INSERT INTO skeleton (id, project_id, neuron_id, user_id, name)
SELECT new.id, %(project_id)s, %(neuron_id)s, %(user_id)s, %(prefix)s::text || ' ' || new.id
  FROM (SELECT nextval('concept_id_seq')::integer AS id) new
RETURNING id;

-- name: delete_skeleton
-- Delete a skeleton that has no treenodes any more; its neuron.
DELETE FROM skeleton WHERE id = %(skeleton_id)s RETURNING neuron_id;

-- name: has_skeletons
-- One row if a neuron has a skeleton.
SELECT 1 FROM skeleton WHERE neuron_id = %(neuron_id)s LIMIT 1;

-- name: delete_annotation_links
-- Take all annotations off a neuron.
DELETE FROM annotation_link WHERE neuron_id = %(neuron_id)s;

-- name: delete_neuron
-- Delete a neuron that has no skeletons and annotations any more.
DELETE FROM neuron WHERE id = %(neuron_id)s;

-- name: names_like
-- Names of neurons of a project that fit a pattern of LIKE.
SELECT name FROM neuron WHERE project_id = %(project_id)s AND name LIKE %(pattern)s;
