-- One skeleton with all it ever was: every state of its rows, those that are gone included.
--
-- Each row of nodes and connectors ends with a period and, for nodes, with where it comes from:
--   1  as it is now; the period is (edition time, creation time), so it ends before it began
--   2  as it was once; the period is when it was so
--   3  (merged) as it was when it belonged to another skeleton, from which it came by a join or a split
-- Cost: index scans of the live and the history table.

-- name: nodes
-- States of treenodes: id, parent, user, x, y, z, radius, confidence, period (two times), origin.
SELECT id, parent_id, user_id, x, y, z, radius, confidence, edition_time, creation_time, 1 AS origin
  FROM treenode
 WHERE skeleton_id = %(skeleton_id)s AND project_id = %(project_id)s
 UNION ALL
SELECT id, parent_id, user_id, x, y, z, radius, confidence,
       coalesce(lower(sys_period), edition_time), coalesce(upper(sys_period), edition_time), 2
  FROM treenode__history
 WHERE skeleton_id = %(skeleton_id)s AND project_id = %(project_id)s
 UNION ALL
SELECT h.id, h.parent_id, h.user_id, h.x, h.y, h.z, h.radius, h.confidence,
       coalesce(lower(h.sys_period), h.edition_time), coalesce(upper(h.sys_period), h.edition_time), 3
  FROM treenode t
  JOIN treenode__history h ON h.id = t.id AND h.skeleton_id <> t.skeleton_id
 WHERE %(merged)s AND t.skeleton_id = %(skeleton_id)s AND t.project_id = %(project_id)s
 ORDER BY origin, id;

-- name: connectors
-- Kind 0 presynaptic, 1 postsynaptic, 2 gap junction, 3 desmosome. A link is told once for each place that its connector had.
WITH kind AS (
    SELECT relation.id, (place - 1) AS kind
      FROM unnest('{presynaptic_to,postsynaptic_to,gapjunction_with,desmosome_with}'::text[])
           WITH ORDINALITY AS numbered (name, place)
      JOIN relation USING (name)
     WHERE relation.project_id = %(project_id)s
), link AS (
    SELECT treenode_id, connector_id, relation_id, edition_time AS began, creation_time AS ended, user_id, 1 AS origin
      FROM connector_link
     WHERE skeleton_id = %(skeleton_id)s AND project_id = %(project_id)s
     UNION ALL
    SELECT treenode_id, connector_id, relation_id,
           coalesce(lower(sys_period), edition_time), coalesce(upper(sys_period), edition_time), user_id, 2
      FROM connector_link__history
     WHERE skeleton_id = %(skeleton_id)s AND project_id = %(project_id)s
     UNION ALL
    SELECT h.treenode_id, h.connector_id, h.relation_id,
           coalesce(lower(h.sys_period), h.edition_time), coalesce(upper(h.sys_period), h.edition_time), h.user_id, 3
      FROM connector_link l
      JOIN connector_link__history h ON h.id = l.id AND h.skeleton_id <> l.skeleton_id
     WHERE %(merged)s AND l.skeleton_id = %(skeleton_id)s AND l.project_id = %(project_id)s
)
SELECT link.treenode_id, link.connector_id, kind.kind, place.x, place.y, place.z, link.began, link.ended, link.user_id
  FROM link
  JOIN kind ON kind.id = link.relation_id
  JOIN connector__with_history place ON place.id = link.connector_id
 ORDER BY link.origin, link.treenode_id, link.connector_id, place.version;

-- name: tags
-- Labels that are or were on nodes that are or were of the skeleton, with when and by whom they were put there.
SELECT DISTINCT label.name, l.treenode_id, l.edition_time, l.user_id
  FROM treenode__with_history t
  JOIN node_label__with_history l ON l.treenode_id = t.id
  JOIN label__with_history label ON label.id = l.label_id
 WHERE t.skeleton_id = %(skeleton_id)s AND t.project_id = %(project_id)s
 ORDER BY label.name, l.treenode_id, l.edition_time;

-- name: reviews
-- Reviews that are or were: treenode, review, reviewer, time.
SELECT treenode_id, id, reviewer_id, review_time
  FROM review__with_history
 WHERE skeleton_id = %(skeleton_id)s AND project_id = %(project_id)s
 ORDER BY id, version;

-- name: annotations
-- Annotations that are or were on the neurons that the skeleton is or was a model of; the user made the skeleton.
SELECT DISTINCT l.annotation_id, l.edition_time, s.user_id, l.id
  FROM skeleton__with_history s
  JOIN annotation_link__with_history l ON l.neuron_id = s.neuron_id
 WHERE s.id = %(skeleton_id)s AND s.project_id = %(project_id)s
 ORDER BY l.id;
