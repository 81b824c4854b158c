-- Synapses between skeletons, as a directed graph.

-- name: edges
-- Links between skeletons of a set, by confidence: the lower of the two ends.
SELECT pre.skeleton_id, post.skeleton_id, pre.treenode_id, post.treenode_id,
       least(pre.confidence, post.confidence)
  FROM connector_link pre
  JOIN relation r ON r.id = pre.relation_id AND r.name = 'presynaptic_to'
  JOIN connector_link post ON post.connector_id = pre.connector_id
  JOIN relation s ON s.id = post.relation_id AND s.name = 'postsynaptic_to'
 WHERE pre.project_id = %(project_id)s
   AND pre.skeleton_id = ANY (%(skeleton_ids)s::integer[]) AND post.skeleton_id = ANY (%(skeleton_ids)s::integer[]);

-- name: arbors
SELECT skeleton_id, id, parent_id, confidence
  FROM treenode
 WHERE project_id = %(project_id)s AND skeleton_id = ANY (%(skeleton_ids)s::integer[])
 ORDER BY skeleton_id, id;

-- name: partners
-- Synapses from (mine: presynaptic_to) or onto (postsynaptic_to) skeletons: skeleton, partner, how many.
SELECT l.skeleton_id, other.skeleton_id, count(*)
  FROM connector_link l
  JOIN relation r ON r.id = l.relation_id AND r.name = %(mine)s
  JOIN connector_link other ON other.connector_id = l.connector_id
  JOIN relation s ON s.id = other.relation_id AND s.name = %(theirs)s
 WHERE l.project_id = %(project_id)s AND l.skeleton_id = ANY (%(skeleton_ids)s::integer[])
 GROUP BY 1, 2;

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
 GROUP BY l.skeleton_id, l.relation_id, r.name
 ORDER BY l.skeleton_id, l.relation_id;
