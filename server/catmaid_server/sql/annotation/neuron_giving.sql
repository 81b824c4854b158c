-- Give neurons to other users.

-- name: owner
SELECT user_id FROM neuron WHERE id = %(neuron_id)s AND project_id = %(project_id)s FOR UPDATE;

-- name: give_neuron
UPDATE neuron SET user_id = %(user_id)s, edition_time = now() WHERE id = %(neuron_id)s;

-- name: give_skeletons
UPDATE skeleton SET user_id = %(user_id)s, edition_time = now() WHERE neuron_id = %(neuron_id)s;
