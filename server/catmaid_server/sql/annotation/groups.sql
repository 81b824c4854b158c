-- Neurons in the groups of an ontology, which hang on each other by part_of.

-- name: neuron_of_skeleton
-- Neuron of a skeleton: id, name.
SELECT n.id, n.name
  FROM skeleton s JOIN neuron n ON n.id = s.neuron_id
 WHERE s.id = %(skeleton_id)s AND s.project_id = %(project_id)s;

-- name: ancestors
-- What a neuron is part of, what that is part of, and so on; what comes again is left out.
WITH RECURSIVE above (id, name, class_name, depth, path) AS (
    SELECT i.id, i.name, c.name, 1, ARRAY[i.id]
      FROM class_instance_link l
      JOIN relation r ON r.id = l.relation_id AND r.name = 'part_of'
      JOIN class_instance i ON i.id = l.instance_b_id
      JOIN class c ON c.id = i.class_id
     WHERE l.neuron_a_id = %(neuron_id)s AND l.project_id = %(project_id)s
     UNION ALL
    SELECT i.id, i.name, c.name, a.depth + 1, a.path || i.id
      FROM above a
      JOIN class_instance_link l ON l.instance_a_id = a.id AND l.project_id = %(project_id)s
      JOIN relation r ON r.id = l.relation_id AND r.name = 'part_of'
      JOIN class_instance i ON i.id = l.instance_b_id AND i.id <> ALL (a.path)
      JOIN class c ON c.id = i.class_id)
SELECT id, name, class_name, depth FROM above ORDER BY depth, id;

-- name: edges
-- Parent and child with classes and names, by part_of among roots, groups and neurons, and by model_of between neurons
-- and skeletons.
SELECT r.name, coalesce(ib.id, nb.id), coalesce(cb.name, 'neuron'), coalesce(ib.name, nb.name),
       coalesce(ia.id, na.id), coalesce(ca.name, 'neuron'), coalesce(ia.name, na.name)
  FROM class_instance_link l
  JOIN relation r ON r.id = l.relation_id AND r.name IN ('part_of', 'model_of')
  LEFT JOIN class_instance ia ON ia.id = l.instance_a_id
  LEFT JOIN class ca ON ca.id = ia.class_id
  LEFT JOIN neuron na ON na.id = l.neuron_a_id
  LEFT JOIN class_instance ib ON ib.id = l.instance_b_id
  LEFT JOIN class cb ON cb.id = ib.class_id
  LEFT JOIN neuron nb ON nb.id = l.neuron_b_id
 WHERE l.project_id = %(project_id)s
   AND coalesce(ca.name, 'neuron') IN ('group', 'neuron') AND coalesce(cb.name, 'neuron') IN ('root', 'group', 'neuron')
 UNION ALL
SELECT 'model_of', n.id, 'neuron', n.name, s.id, 'skeleton', s.name
  FROM skeleton s JOIN neuron n ON n.id = s.neuron_id
 WHERE s.project_id = %(project_id)s;
