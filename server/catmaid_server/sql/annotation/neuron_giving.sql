-- Give neurons to other users.

-- name: owner
-- Owner of a neuron, whose row is locked.
SELECT user_id FROM neuron WHERE id = %(neuron_id)s AND project_id = %(project_id)s FOR UPDATE;

-- name: skeleton_owners
-- The skeletons of a neuron and whose they are, locked; by id.
SELECT id, user_id FROM skeleton WHERE neuron_id = %(neuron_id)s ORDER BY id FOR UPDATE;

-- name: give_neuron
-- Make a user the owner of a neuron.
UPDATE neuron SET user_id = %(user_id)s, edition_time = now() WHERE id = %(neuron_id)s;

-- name: give_skeletons
-- Make a user the owner of a neuron's skeletons.
UPDATE skeleton SET user_id = %(user_id)s, edition_time = now() WHERE neuron_id = %(neuron_id)s;
