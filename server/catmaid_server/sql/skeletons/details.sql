-- One skeleton in full.

-- name: nodes
-- Treenodes of a skeleton, without order, as one row of arrays; times only if they are wanted. Cost: one index scan; 5000 nodes in 5 ms.
SELECT array_agg(id) AS id, array_agg(coalesce(parent_id, -1)) AS parent_id, array_agg(user_id) AS user_id,
       array_agg(x) AS x, array_agg(y) AS y, array_agg(z) AS z, array_agg(radius) AS radius,
       array_agg(confidence) AS confidence,
       array_agg(date_part('epoch', edition_time)) FILTER (WHERE %(times)s) AS edition_time,
       array_agg(date_part('epoch', creation_time)) FILTER (WHERE %(times)s) AS creation_time
  FROM treenode
 WHERE skeleton_id = %(skeleton_id)s AND project_id = %(project_id)s;

-- name: known
-- One row if the id is that of a skeleton or a neuron of the project, for each of them.
SELECT 1 FROM skeleton WHERE id = %(skeleton_id)s AND project_id = %(project_id)s
 UNION ALL
SELECT 1 FROM neuron WHERE id = %(skeleton_id)s AND project_id = %(project_id)s;

-- name: connectors
-- Links of a skeleton to connectors, without order, as one row of arrays; edges as WKB, one after the other. The places of the connectors are read off the edges, which
-- saves a lookup for each. Cost: one index scan; 4000 links in 4 ms.
WITH kind AS (
    SELECT relation.id, (place - 1)::smallint AS kind
      FROM unnest('{presynaptic_to,postsynaptic_to,gapjunction_with,desmosome_with}'::text[])
           WITH ORDINALITY AS numbered (name, place)
      JOIN relation USING (name)
     WHERE relation.project_id = %(project_id)s
)
SELECT array_agg(l.treenode_id) AS treenode_id, array_agg(l.connector_id) AS connector_id, array_agg(kind) AS kind,
       string_agg(ST_AsBinary(l.edge, 'NDR'), '') AS edges,
       array_agg(date_part('epoch', l.edition_time)) FILTER (WHERE %(times)s) AS edition_time,
       array_agg(date_part('epoch', l.creation_time)) FILTER (WHERE %(times)s) AS creation_time,
       array_agg(l.user_id) FILTER (WHERE %(users)s) AS user_id
  FROM connector_link l JOIN kind ON kind.id = l.relation_id
 WHERE %(wanted)s AND l.skeleton_id = %(skeleton_id)s AND l.project_id = %(project_id)s;

-- name: tags
-- Rows: label name, treenodes in the order in which they were labelled. Cost: grows with the treenodes.
SELECT label.name, array_agg(t.id ORDER BY l.id)
  FROM treenode t
  JOIN node_label l ON l.treenode_id = t.id
  JOIN label ON label.id = l.label_id
 WHERE t.skeleton_id = %(skeleton_id)s AND t.project_id = %(project_id)s
 GROUP BY label.name;

-- name: described_tags
-- As tags, as JSON rows. times, users: what stands beside the treenode, in this order.
SELECT label.name, json_agg(jsonb_build_array(t.id)
                            || CASE WHEN %(times)s THEN jsonb_build_array(date_part('epoch', l.edition_time)) ELSE '[]' END
                            || CASE WHEN %(users)s THEN jsonb_build_array(l.user_id) ELSE '[]' END ORDER BY l.id)
  FROM treenode t
  JOIN node_label l ON l.treenode_id = t.id
  JOIN label ON label.id = l.label_id
 WHERE t.skeleton_id = %(skeleton_id)s AND t.project_id = %(project_id)s
 GROUP BY label.name;

-- name: reviews
-- Rows, by review: treenode, review, reviewer.
SELECT treenode_id, id, reviewer_id
  FROM review
 WHERE skeleton_id = %(skeleton_id)s AND project_id = %(project_id)s
 ORDER BY id;

-- name: annotations
-- Rows, by annotation link: annotation of the skeleton's neuron, user who made the skeleton.
SELECT l.annotation_id, s.user_id
  FROM skeleton s JOIN annotation_link l ON l.neuron_id = s.neuron_id
 WHERE s.id = %(skeleton_id)s AND s.project_id = %(project_id)s
 ORDER BY l.id;
