-- How neurons and skeletons begin and end.

-- name: create_neuron
INSERT INTO neuron (id, project_id, user_id, name)
SELECT new.id, %(project_id)s, %(user_id)s, coalesce(%(name)s::text, %(prefix)s::text || ' ' || new.id)
  FROM (SELECT nextval('concept_id_seq')::integer AS id) new
RETURNING id;

-- name: create_skeleton
INSERT INTO skeleton (id, project_id, neuron_id, user_id, name)
SELECT new.id, %(project_id)s, %(neuron_id)s, %(user_id)s, 'skeleton ' || new.id
  FROM (SELECT nextval('concept_id_seq')::integer AS id) new
RETURNING id;

-- name: delete_skeleton
DELETE FROM skeleton WHERE id = %(skeleton_id)s RETURNING neuron_id;

-- name: has_skeletons
SELECT 1 FROM skeleton WHERE neuron_id = %(neuron_id)s LIMIT 1;

-- name: delete_annotation_links
DELETE FROM annotation_link WHERE neuron_id = %(neuron_id)s;

-- name: delete_neuron
DELETE FROM neuron WHERE id = %(neuron_id)s;
