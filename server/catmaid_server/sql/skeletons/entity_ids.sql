-- Give skeletons and neurons other ids.

-- name: lock
SELECT s.id, s.neuron_id
  FROM skeleton s JOIN neuron n ON n.id = s.neuron_id
 WHERE s.id = %(skeleton_id)s AND s.project_id = %(project_id)s
   FOR UPDATE;

-- name: is_taken
-- Whether anything that counts with concept_id_seq, and stands in lists beside neurons, has an id.
SELECT EXISTS (SELECT FROM skeleton WHERE id = %(id)s)
    OR EXISTS (SELECT FROM neuron WHERE id = %(id)s)
    OR EXISTS (SELECT FROM annotation WHERE id = %(id)s)
    OR EXISTS (SELECT FROM label WHERE id = %(id)s);

-- name: copy_skeleton
INSERT INTO skeleton (id, project_id, neuron_id, model_of_link_id, name, user_id, creation_time, edition_time)
SELECT %(new_id)s, project_id, neuron_id, model_of_link_id, name, user_id, creation_time, now()
  FROM skeleton WHERE id = %(old_id)s;

-- name: copy_neuron
INSERT INTO neuron (id, project_id, name, user_id, creation_time, edition_time)
SELECT %(new_id)s, project_id, name, user_id, creation_time, now()
  FROM neuron WHERE id = %(old_id)s;

-- name: refer_to_skeleton
SELECT refer_to_instead('skeleton', %(old_id)s, %(new_id)s);

-- name: refer_to_neuron
SELECT refer_to_instead('neuron', %(old_id)s, %(new_id)s);

-- name: delete_skeleton
DELETE FROM skeleton WHERE id = %(old_id)s;

-- name: delete_neuron
DELETE FROM neuron WHERE id = %(old_id)s;

-- name: pass_id
-- New ids stay above those given by hand.
SELECT setval('concept_id_seq', greatest(%(id)s, (SELECT last_value FROM concept_id_seq)));
