-- What the demo's course is made of.

-- name: neurites
-- Skeletons of a project with the name of their neuron and what makes them easy or hard to trace; the place, in nm, is a
-- node in their thickest part.
WITH node AS (
    SELECT t.skeleton_id, t.id, t.x, t.y, t.z, t.radius,
           (SELECT count(*) FROM treenode c WHERE c.parent_id = t.id) > 1 AS is_branch
      FROM treenode t
     WHERE t.project_id = %(project_id)s
), neurite AS (
    SELECT skeleton_id, count(*) FILTER (WHERE is_branch) AS branches, max(z) - min(z) AS depth,
           percentile_disc(0.5) WITHIN GROUP (ORDER BY radius) AS radius,
           (array_agg(id ORDER BY radius DESC, id))[1] AS treenode_id
      FROM node GROUP BY skeleton_id
)
SELECT r.skeleton_id, n.name, r.branches, r.depth, r.radius, m.cable_length, r.treenode_id, t.x, t.y, t.z,
       (SELECT count(*) FROM connector_link l WHERE l.skeleton_id = r.skeleton_id) AS synapses
  FROM neurite r
  JOIN treenode t ON t.id = r.treenode_id
  JOIN skeleton k ON k.id = r.skeleton_id
  JOIN neuron n ON n.id = k.neuron_id
  JOIN skeleton_summary m ON m.skeleton_id = r.skeleton_id
 ORDER BY r.skeleton_id;

-- name: nodes
-- The nodes of a skeleton, places in nm.
SELECT id, parent_id, x, y, z FROM treenode WHERE skeleton_id = %(skeleton_id)s ORDER BY id;
