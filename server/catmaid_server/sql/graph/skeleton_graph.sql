-- Synapses between skeletons, as a directed graph.

-- name: edges
-- Pairs of links at the same connector, any or one of some, between skeletons of a set: skeletons, treenodes, and the lower
-- confidence.
SELECT a.skeleton_id, b.skeleton_id, a.treenode_id, b.treenode_id, least(a.confidence, b.confidence)
  FROM connector_link a
  JOIN relation r ON r.id = a.relation_id AND r.name = %(source)s
  JOIN connector_link b ON b.connector_id = a.connector_id AND b.id <> a.id
  JOIN relation s ON s.id = b.relation_id AND s.name = %(target)s
 WHERE a.project_id = %(project_id)s
   AND a.skeleton_id = ANY (%(skeleton_ids)s::integer[]) AND b.skeleton_id = ANY (%(skeleton_ids)s::integer[])
   AND (%(connector_ids)s::integer[] IS NULL OR a.connector_id = ANY (%(connector_ids)s::integer[]))
 ORDER BY a.id, b.id;

-- name: overall_counts
-- Links of skeletons of a set by relation, once for each other link at the connector, by the lower confidence.
SELECT a.skeleton_id, a.relation_id, least(a.confidence, b.confidence), count(*)
  FROM connector_link a
  JOIN relation r ON r.id = a.relation_id AND r.name = ANY (%(relations)s::text[])
  JOIN connector_link b ON b.connector_id = a.connector_id AND b.id <> a.id
  JOIN relation s ON s.id = b.relation_id AND s.name = ANY (%(relations)s::text[])
 WHERE a.project_id = %(project_id)s AND a.skeleton_id = ANY (%(skeleton_ids)s::integer[])
 GROUP BY 1, 2, 3;

-- name: arbors
-- Treenodes of skeletons: skeleton, treenode, parent, confidence, x, y, z (nm).
SELECT skeleton_id, id, parent_id, confidence, x, y, z
  FROM treenode
 WHERE project_id = %(project_id)s AND skeleton_id = ANY (%(skeleton_ids)s::integer[])
 ORDER BY skeleton_id, id;

-- name: synapse_nodes
-- The treenodes of skeletons with a synapse, once for each.
SELECT l.skeleton_id, l.treenode_id
  FROM connector_link l
  JOIN relation r ON r.id = l.relation_id AND r.name IN ('presynaptic_to', 'postsynaptic_to')
 WHERE l.project_id = %(project_id)s AND l.skeleton_id = ANY (%(skeleton_ids)s::integer[])
 ORDER BY l.id;

-- name: partners
-- Synapses from (mine: presynaptic_to) or onto (postsynaptic_to) skeletons, at any connector or one of some: skeleton,
-- other partner, how many.
SELECT l.skeleton_id, other.skeleton_id, count(*)
  FROM connector_link l
  JOIN relation r ON r.id = l.relation_id AND r.name = %(mine)s
  JOIN connector_link other ON other.connector_id = l.connector_id AND other.skeleton_id <> l.skeleton_id
  JOIN relation s ON s.id = other.relation_id AND s.name = %(theirs)s
 WHERE l.project_id = %(project_id)s AND l.skeleton_id = ANY (%(skeleton_ids)s::integer[])
   AND (%(connector_ids)s::integer[] IS NULL OR l.connector_id = ANY (%(connector_ids)s::integer[]))
 GROUP BY 1, 2
 ORDER BY 1, 2;

-- name: link_counts
-- Links of skeletons by relation, or with partners of some relations at the same connectors if wanted.
SELECT l.skeleton_id, l.relation_id, r.name,
       CASE WHEN %(count_partners)s::boolean THEN count(other.id) ELSE count(DISTINCT l.id) END
  FROM connector_link l
  JOIN relation r ON r.id = l.relation_id
  LEFT JOIN (connector_link other JOIN relation s ON s.id = other.relation_id)
    ON %(count_partners)s::boolean AND other.connector_id = l.connector_id AND other.id <> l.id
   AND (%(target_relations)s::text[] IS NULL OR s.name = ANY (%(target_relations)s::text[]))
 WHERE l.project_id = %(project_id)s AND l.skeleton_id = ANY (%(skeleton_ids)s::integer[])
   AND (%(source_relations)s::text[] IS NULL OR r.name = ANY (%(source_relations)s::text[]))
   AND (NOT %(count_partners)s::boolean OR other.id IS NOT NULL)
 GROUP BY l.skeleton_id, l.relation_id, r.name
 ORDER BY l.skeleton_id, l.relation_id;
