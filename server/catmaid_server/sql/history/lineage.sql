-- Where the treenodes of skeletons came from and went to, in joins and splits.

-- name: known
-- Those of skeletons that a project has, or once had.
SELECT id FROM skeleton WHERE id = ANY (%(skeleton_ids)s::integer[]) AND project_id = %(project_id)s
 UNION
SELECT id FROM skeleton__history WHERE id = ANY (%(skeleton_ids)s::integer[]) AND project_id = %(project_id)s;

-- name: moves
-- Of treenodes that ever were of skeletons, whenever they went from one skeleton to another: version, from, to, how many;
-- the newest first, at most so many. Cost: one index lookup in the history of each of these treenodes.
WITH ever AS MATERIALIZED (
    SELECT id FROM treenode WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[])
     UNION
    SELECT id FROM treenode__history WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[])
), step AS (
    SELECT state.version, state.skeleton_id,
           lag(state.skeleton_id) OVER (PARTITION BY state.id ORDER BY state.version) AS source
      FROM ever
     CROSS JOIN LATERAL (SELECT t.id, t.version, t.skeleton_id FROM treenode t WHERE t.id = ever.id
                          UNION ALL
                         SELECT t.id, t.version, t.skeleton_id FROM treenode__history t WHERE t.id = ever.id
                         OFFSET 0) state
)
SELECT version, source, skeleton_id, count(*)
  FROM step
 WHERE source <> skeleton_id
 GROUP BY version, source, skeleton_id
 ORDER BY version DESC, source, skeleton_id
 LIMIT %(most)s;

-- name: passages
-- Of versions in which treenodes went from a skeleton to another, as arrays in one order: place in it, whether the one that
-- they went to was there before, whether the one that they left was there afterwards, time, user, name of the user, label.
SELECT e.place::integer,
       EXISTS (SELECT FROM skeleton s WHERE s.id = e.target AND s.version < e.version)
       OR EXISTS (SELECT FROM skeleton__history s
                   WHERE s.id = e.target AND s.version < e.version AND s.ended_by >= e.version),
       EXISTS (SELECT FROM skeleton s WHERE s.id = e.source AND s.version <= e.version)
       OR EXISTS (SELECT FROM skeleton__history s
                   WHERE s.id = e.source AND s.version <= e.version AND s.ended_by > e.version),
       t.time, t.user_id, u.username, t.label
  FROM unnest(%(versions)s::bigint[], %(sources)s::integer[], %(targets)s::integer[])
       WITH ORDINALITY AS e (version, source, target, place)
  JOIN transaction_info t ON t.id = e.version
  LEFT JOIN app_user u ON u.id = t.user_id
 ORDER BY e.place;

-- name: became
-- The skeletons to which the treenodes belong that ever were of some: skeleton (NULL: deleted), its neuron, the neuron's name,
-- how many.
SELECT t.skeleton_id, k.neuron_id, n.name, count(*)
  FROM (SELECT id FROM treenode WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[])
         UNION
        SELECT id FROM treenode__history WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[])) ever
  LEFT JOIN treenode t ON t.id = ever.id
  LEFT JOIN skeleton k ON k.id = t.skeleton_id
  LEFT JOIN neuron n ON n.id = k.neuron_id
 GROUP BY t.skeleton_id, k.neuron_id, n.name
 ORDER BY count(*) DESC, t.skeleton_id;
