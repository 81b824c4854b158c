-- What is different between two versions. Every query takes time in proportion to the rows that changed.

-- name: tables
-- How many rows of each table were added, changed and removed; no row for tables in which nothing is different.
SELECT name, added, changed, removed
  FROM changes_between(%(project_id)s::integer, %(old)s::bigint, %(new)s::bigint);

-- name: size
-- How many states of treenodes and links of a project began or ended in between, counted up to a number.
SELECT count(*)
  FROM (SELECT FROM treenode WHERE project_id = %(project_id)s AND version > %(old)s AND version <= %(new)s
         UNION ALL
        SELECT FROM treenode__history
         WHERE project_id = %(project_id)s AND ended_by > %(old)s AND ended_by <= %(new)s
         UNION ALL
        SELECT FROM connector_link WHERE project_id = %(project_id)s AND version > %(old)s AND version <= %(new)s
         UNION ALL
        SELECT FROM connector_link__history
         WHERE project_id = %(project_id)s AND ended_by > %(old)s AND ended_by <= %(new)s
         LIMIT %(most)s) state;

-- name: treenodes
-- Treenodes that changed, by the skeleton that they were of and are of (NULL: they were not there): how many of them moved,
-- how many others have another parent, radius or confidence, and how many these are altogether.
WITH before AS MATERIALIZED (
    SELECT id, skeleton_id, parent_id, x, y, z, radius, confidence FROM treenode__history
     WHERE project_id = %(project_id)s AND ended_by > %(old)s AND ended_by <= %(new)s AND version <= %(old)s
), after AS MATERIALIZED (
    SELECT id, skeleton_id, parent_id, x, y, z, radius, confidence FROM treenode
     WHERE project_id = %(project_id)s AND version > %(old)s AND version <= %(new)s
     UNION ALL
    SELECT id, skeleton_id, parent_id, x, y, z, radius, confidence FROM treenode__history
     WHERE project_id = %(project_id)s AND version > %(old)s AND version <= %(new)s AND ended_by > %(new)s
)
SELECT b.skeleton_id, a.skeleton_id,
       count(*) FILTER (WHERE (a.x, a.y, a.z) IS DISTINCT FROM (b.x, b.y, b.z)),
       count(*) FILTER (WHERE (a.x, a.y, a.z) IS NOT DISTINCT FROM (b.x, b.y, b.z)
                          AND (a.parent_id, a.radius, a.confidence)
                              IS DISTINCT FROM (b.parent_id, b.radius, b.confidence)),
       count(*)
  FROM before b FULL JOIN after a ON a.id = b.id
 GROUP BY b.skeleton_id, a.skeleton_id;

-- name: links
-- Links that changed their skeleton or are new or gone, by the skeleton that they were of and are of, and relation.
WITH before AS MATERIALIZED (
    SELECT id, skeleton_id, relation_id FROM connector_link__history
     WHERE project_id = %(project_id)s AND ended_by > %(old)s AND ended_by <= %(new)s AND version <= %(old)s
), after AS MATERIALIZED (
    SELECT id, skeleton_id, relation_id FROM connector_link
     WHERE project_id = %(project_id)s AND version > %(old)s AND version <= %(new)s
     UNION ALL
    SELECT id, skeleton_id, relation_id FROM connector_link__history
     WHERE project_id = %(project_id)s AND version > %(old)s AND version <= %(new)s AND ended_by > %(new)s
)
SELECT b.skeleton_id, a.skeleton_id, r.name, count(*)
  FROM before b
  FULL JOIN after a ON a.id = b.id AND a.relation_id = b.relation_id
  JOIN relation r ON r.id = coalesce(a.relation_id, b.relation_id)
 GROUP BY b.skeleton_id, a.skeleton_id, r.name;

-- name: reviews
-- Reviews that changed, by the skeleton that they were of and are of; a review made again counts as one gone and one new.
WITH before AS MATERIALIZED (
    SELECT id, skeleton_id, review_time FROM review__history
     WHERE project_id = %(project_id)s AND ended_by > %(old)s AND ended_by <= %(new)s AND version <= %(old)s
), after AS MATERIALIZED (
    SELECT id, skeleton_id, review_time FROM review
     WHERE project_id = %(project_id)s AND version > %(old)s AND version <= %(new)s
     UNION ALL
    SELECT id, skeleton_id, review_time FROM review__history
     WHERE project_id = %(project_id)s AND version > %(old)s AND version <= %(new)s AND ended_by > %(new)s
)
SELECT b.skeleton_id, a.skeleton_id, count(*)
  FROM before b FULL JOIN after a ON a.id = b.id AND a.review_time = b.review_time
 GROUP BY b.skeleton_id, a.skeleton_id;

-- name: annotations
-- Annotations that neurons lost (false) and got (true), by name, without those that they had and have.
WITH before AS MATERIALIZED (
    SELECT neuron_id, annotation_id FROM annotation_link__history
     WHERE project_id = %(project_id)s AND ended_by > %(old)s AND ended_by <= %(new)s AND version <= %(old)s
       AND neuron_id IS NOT NULL
), after AS MATERIALIZED (
    SELECT neuron_id, annotation_id FROM annotation_link
     WHERE project_id = %(project_id)s AND version > %(old)s AND version <= %(new)s AND neuron_id IS NOT NULL
     UNION ALL
    SELECT neuron_id, annotation_id FROM annotation_link__history
     WHERE project_id = %(project_id)s AND version > %(old)s AND version <= %(new)s AND ended_by > %(new)s
       AND neuron_id IS NOT NULL
), change AS (
    (SELECT neuron_id, annotation_id, false AS is_new FROM before
     EXCEPT ALL SELECT neuron_id, annotation_id, false FROM after)
     UNION ALL
    (SELECT neuron_id, annotation_id, true FROM after
     EXCEPT ALL SELECT neuron_id, annotation_id, true FROM before)
), name AS (
    SELECT c.annotation_id, min(a.name) AS name
      FROM (SELECT DISTINCT annotation_id FROM change) c
      JOIN (SELECT id, name, version, NULL::bigint AS ended_by FROM annotation
             UNION ALL
            SELECT id, name, version, ended_by FROM annotation__history) a ON a.id = c.annotation_id
     WHERE a.version <= %(new)s AND (a.ended_by IS NULL OR a.ended_by > %(old)s)
     GROUP BY c.annotation_id
)
SELECT c.neuron_id, c.is_new, n.name
  FROM change c JOIN name n USING (annotation_id)
 ORDER BY c.neuron_id, n.name;

-- name: neurons
-- Neurons whose own rows, or those of their skeletons, changed.
SELECT id FROM neuron
 WHERE project_id = %(project_id)s AND version > %(old)s AND version <= %(new)s
 UNION
SELECT id FROM neuron__history
 WHERE project_id = %(project_id)s
   AND (ended_by > %(old)s AND ended_by <= %(new)s AND version <= %(old)s
        OR version > %(old)s AND version <= %(new)s AND ended_by > %(new)s)
 UNION
SELECT neuron_id FROM skeleton
 WHERE project_id = %(project_id)s AND version > %(old)s AND version <= %(new)s
 UNION
SELECT neuron_id FROM skeleton__history
 WHERE project_id = %(project_id)s
   AND (ended_by > %(old)s AND ended_by <= %(new)s AND version <= %(old)s
        OR version > %(old)s AND version <= %(new)s AND ended_by > %(new)s);

-- name: owners
-- The neurons of skeletons at a version: skeleton, neuron.
SELECT id, neuron_id FROM skeleton WHERE id = ANY (%(skeleton_ids)s::integer[]) AND version <= %(version)s
 UNION ALL
SELECT id, neuron_id FROM skeleton__history
 WHERE id = ANY (%(skeleton_ids)s::integer[]) AND version <= %(version)s AND ended_by > %(version)s;

-- name: states
-- Neurons that there were at a version: id, name, number of treenodes, cable (nm).
WITH known AS (
    SELECT id, name FROM neuron WHERE id = ANY (%(neuron_ids)s::integer[]) AND version <= %(version)s
     UNION ALL
    SELECT id, name FROM neuron__history
     WHERE id = ANY (%(neuron_ids)s::integer[]) AND version <= %(version)s AND ended_by > %(version)s
), model AS (
    SELECT id, neuron_id FROM skeleton WHERE neuron_id = ANY (%(neuron_ids)s::integer[]) AND version <= %(version)s
     UNION ALL
    SELECT id, neuron_id FROM skeleton__history
     WHERE neuron_id = ANY (%(neuron_ids)s::integer[]) AND version <= %(version)s AND ended_by > %(version)s
), sized AS (
    SELECT m.neuron_id, coalesce(live.num_nodes, past.num_nodes) AS num_nodes,
           coalesce(live.cable_length, past.cable_length) AS cable_length
      FROM model m
      LEFT JOIN skeleton_summary live ON live.skeleton_id = m.id AND live.version <= %(version)s
      LEFT JOIN LATERAL (
          SELECT num_nodes, cable_length, ended_by FROM skeleton_summary__history
           WHERE skeleton_id = m.id AND version <= %(version)s AND live.skeleton_id IS NULL
           ORDER BY version DESC LIMIT 1) past ON past.ended_by > %(version)s
)
SELECT k.id, k.name, coalesce(sum(s.num_nodes), 0)::bigint, coalesce(sum(s.cable_length ORDER BY s.cable_length), 0)::float8
  FROM known k LEFT JOIN sized s ON s.neuron_id = k.id
 GROUP BY k.id, k.name;
