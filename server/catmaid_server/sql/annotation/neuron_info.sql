-- Neurons: lists, names, and which skeletons model them.

-- name: neuron_ids
-- Neurons of a project, by id.
SELECT id FROM neuron WHERE project_id = %(project_id)s ORDER BY id;

-- name: neurons_of_skeletons
-- Rows: skeleton, its neuron.
SELECT id, neuron_id
  FROM skeleton
 WHERE project_id = %(project_id)s AND id = ANY (%(skeleton_ids)s::integer[]);

-- name: skeletons_of_neurons
-- Rows: neuron, its skeletons by id.
SELECT neuron_id, array_agg(id ORDER BY id)
  FROM skeleton
 WHERE project_id = %(project_id)s AND neuron_id = ANY (%(neuron_ids)s::integer[])
 GROUP BY neuron_id;

-- name: lock_names
-- Lock neurons, by id: neuron, name.
SELECT id, name
  FROM neuron
 WHERE project_id = %(project_id)s AND id = ANY (%(neuron_ids)s::integer[])
 ORDER BY id
   FOR UPDATE;

-- name: rename
-- Rename neurons; neuron_ids and names are of the same length.
UPDATE neuron n
   SET name = new.name, edition_time = now()
  FROM unnest(%(neuron_ids)s::integer[], %(names)s::text[]) AS new (id, name)
 WHERE n.id = new.id;

-- name: neuron_table
-- One row per skeleton, for tables that hold a whole project. Times in s since 1970.
SELECT n.id, k.id AS skeleton_id, coalesce(s.num_nodes, 0), coalesce(s.cable_length, 0), n.user_id,
       extract(epoch FROM n.creation_time)::float8,
       extract(epoch FROM greatest(n.edition_time, s.last_edition_time))::float8, n.name
  FROM skeleton k
  JOIN neuron n ON n.id = k.neuron_id
  LEFT JOIN skeleton_summary s ON s.skeleton_id = k.id
 WHERE k.project_id = %(project_id)s
 ORDER BY n.id, k.id;

-- name: neuron_exists
-- One row if the project has the neuron.
SELECT 1 FROM neuron WHERE id = %(neuron_id)s AND project_id = %(project_id)s;

-- name: skeletons_of
-- Skeletons of a neuron, by id.
SELECT id FROM skeleton WHERE project_id = %(project_id)s AND neuron_id = %(neuron_id)s ORDER BY id;
