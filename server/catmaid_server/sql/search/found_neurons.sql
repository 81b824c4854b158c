-- Neurons that a search found: in an order, and what a list shows of them.

-- name: in_order
-- Skeletons in the order of what their rows say, but for names; equal ones by id. One row, one array.
-- Cost: 100,000 in 0.15 s, which is remembered.
SELECT array_agg(k.id ORDER BY CASE WHEN %(sort_by)s::text = 'creator' THEN u.username COLLATE "C" END,
                               CASE %(sort_by)s::text
                               WHEN 'nodes' THEN s.num_nodes
                               WHEN 'cable_length' THEN s.cable_length
                               WHEN 'creation_time' THEN extract(epoch FROM s.original_creation_time)::float8
                               WHEN 'edition_time' THEN extract(epoch FROM s.last_edition_time)::float8
                               END,
                               k.id) AS ids
  FROM unnest(%(skeleton_ids)s::integer[]) AS wanted (id)
  JOIN skeleton k ON k.id = wanted.id
  JOIN app_user u ON u.id = k.user_id
  LEFT JOIN skeleton_summary s ON s.skeleton_id = k.id;

-- name: names
-- Skeletons and the names of their neurons, as a JSON array of two arrays. Cost: 100,000 in 0.15 s.
SELECT json_build_array(coalesce(array_agg(k.id), '{}'), coalesce(array_agg(n.name), '{}'))::text
  FROM unnest(%(skeleton_ids)s::integer[]) AS wanted (id)
  JOIN skeleton k ON k.id = wanted.id
  JOIN neuron n ON n.id = k.neuron_id;

-- name: rows
-- What a list shows of skeletons, in their order. Cost: some index lookups for each.
SELECT k.id AS skeleton_id, n.id AS neuron_id, n.name, coalesce(s.num_nodes, 0) AS nodes,
       coalesce(s.cable_length, 0) AS cable_length, u.username AS creator,
       coalesce(s.original_creation_time, k.creation_time) AS creation_time,
       coalesce(s.last_edition_time, k.edition_time) AS edition_time,
       ARRAY(SELECT a.name
               FROM annotation_link l JOIN annotation a ON a.id = l.annotation_id
              WHERE l.neuron_id = n.id GROUP BY a.name ORDER BY a.name COLLATE "C") AS annotations
  FROM unnest(%(skeleton_ids)s::integer[]) WITH ORDINALITY AS wanted (id, place)
  JOIN skeleton k ON k.id = wanted.id
  JOIN neuron n ON n.id = k.neuron_id
  JOIN app_user u ON u.id = k.user_id
  LEFT JOIN skeleton_summary s ON s.skeleton_id = k.id
 ORDER BY wanted.place;
