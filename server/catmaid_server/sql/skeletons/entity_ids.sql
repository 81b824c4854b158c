-- Give skeletons and neurons other ids.

-- name: lock
-- Lock a skeleton and its neuron until the transaction ends: skeleton, neuron.
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
-- Copy a skeleton's row under another id.
INSERT INTO skeleton (id, project_id, neuron_id, model_of_link_id, name, user_id, creation_time, edition_time)
SELECT %(new_id)s, project_id, neuron_id, model_of_link_id, name, user_id, creation_time, now()
  FROM skeleton WHERE id = %(old_id)s;

-- name: copy_neuron
-- Copy a neuron's row under another id.
INSERT INTO neuron (id, project_id, name, user_id, creation_time, edition_time)
SELECT %(new_id)s, project_id, name, user_id, creation_time, now()
  FROM neuron WHERE id = %(old_id)s;

-- name: refer_to_skeleton
-- Let everything that refers to a skeleton refer to another one.
SELECT refer_to_instead('skeleton', %(old_id)s, %(new_id)s);

-- name: refer_to_neuron
-- Let everything that refers to a neuron refer to another one.
SELECT refer_to_instead('neuron', %(old_id)s, %(new_id)s);

-- name: delete_skeleton
-- Delete the row of the skeleton with the old id.
DELETE FROM skeleton WHERE id = %(old_id)s;

-- name: delete_neuron
-- Delete the row of the neuron with the old id.
DELETE FROM neuron WHERE id = %(old_id)s;

-- name: pass_id
-- New ids stay above those given by hand.
SELECT setval('concept_id_seq', greatest(%(id)s, (SELECT last_value FROM concept_id_seq)));
