-- Many skeletons in full, each table as one row of arrays.

-- name: missing
-- Rows, in the order of the ids: ids that are no skeletons of the project.
SELECT wanted.id
  FROM unnest(%(skeleton_ids)s::integer[]) WITH ORDINALITY AS wanted (id, place)
 WHERE NOT EXISTS (SELECT FROM skeleton WHERE skeleton.id = wanted.id AND project_id = %(project_id)s)
 ORDER BY wanted.place;

-- name: nodes
-- Treenodes of skeletons; times only if they are wanted.
SELECT array_agg(skeleton_id) AS skeleton_id, array_agg(id) AS id, array_agg(coalesce(parent_id, -1)) AS parent_id,
       array_agg(user_id) AS user_id, array_agg(x) AS x, array_agg(y) AS y, array_agg(z) AS z,
       array_agg(radius) AS radius, array_agg(confidence) AS confidence,
       array_agg(date_part('epoch', edition_time)) FILTER (WHERE %(times)s) AS edition_time
  FROM treenode
 WHERE %(wanted)s AND skeleton_id = ANY (%(skeleton_ids)s::integer[]) AND project_id = %(project_id)s;

-- name: connectors
-- Links of skeletons to connectors; edges as WKB, one after the other: the places of the connectors are read off them.
WITH kind AS (
    SELECT relation.id, (place - 1)::smallint AS kind
      FROM unnest('{presynaptic_to,postsynaptic_to,gapjunction_with,desmosome_with}'::text[])
           WITH ORDINALITY AS numbered (name, place)
      JOIN relation USING (name)
     WHERE relation.project_id = %(project_id)s
)
SELECT array_agg(l.skeleton_id) AS skeleton_id, array_agg(l.treenode_id) AS treenode_id,
       array_agg(l.connector_id) AS connector_id, array_agg(kind) AS kind,
       string_agg(ST_AsBinary(l.edge, 'NDR'), '') AS edges
  FROM connector_link l JOIN kind ON kind.id = l.relation_id
 WHERE %(wanted)s AND l.skeleton_id = ANY (%(skeleton_ids)s::integer[]) AND l.project_id = %(project_id)s;

-- name: tags
-- Labels of treenodes of skeletons.
SELECT array_agg(t.skeleton_id) AS skeleton_id, array_agg(t.id) AS treenode_id, array_agg(l.label_id) AS label
  FROM treenode t JOIN node_label l ON l.treenode_id = t.id
 WHERE %(wanted)s AND t.skeleton_id = ANY (%(skeleton_ids)s::integer[]) AND t.project_id = %(project_id)s;

-- name: labels
-- Rows, by id: label, name.
SELECT id, name FROM label WHERE project_id = %(project_id)s ORDER BY id;

-- name: reviews
-- Reviews of treenodes of skeletons.
SELECT array_agg(skeleton_id) AS skeleton_id, array_agg(treenode_id) AS treenode_id,
       array_agg(reviewer_id) AS reviewer_id, array_agg(date_part('epoch', review_time)) AS review_time
  FROM review
 WHERE %(wanted)s AND skeleton_id = ANY (%(skeleton_ids)s::integer[]) AND project_id = %(project_id)s;
