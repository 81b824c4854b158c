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
-- One row with an array for each column, an element for each skeleton, by neuron; names as a JSON array. For tables that
-- hold a whole project. Times in s since 1970. Cost: scans of three tables, and a sort.
SELECT array_agg(id) AS id, array_agg(skeleton_id) AS skeleton_id, array_agg(nodes) AS nodes,
       array_agg(cable_length) AS cable_length, array_agg(user_id) AS user_id,
       array_agg(creation_time) AS creation_time, array_agg(edition_time) AS edition_time,
       coalesce(array_to_json(array_agg(name)), '[]')::text AS names
  FROM (SELECT n.id, k.id AS skeleton_id, coalesce(s.num_nodes, 0)::integer AS nodes,
               coalesce(s.cable_length, 0)::float8 AS cable_length, n.user_id,
               date_part('epoch', n.creation_time) AS creation_time,
               date_part('epoch', greatest(n.edition_time, s.last_edition_time)) AS edition_time, n.name
          FROM skeleton k
          JOIN neuron n ON n.id = k.neuron_id
          LEFT JOIN skeleton_summary s ON s.skeleton_id = k.id
         WHERE k.project_id = %(project_id)s
         ORDER BY n.id, k.id) neuron;

-- name: neuron_exists
-- One row if the project has the neuron.
SELECT 1 FROM neuron WHERE id = %(neuron_id)s AND project_id = %(project_id)s;

-- name: skeletons_of
-- Skeletons of a neuron, by id.
SELECT id FROM skeleton WHERE project_id = %(project_id)s AND neuron_id = %(neuron_id)s ORDER BY id;
