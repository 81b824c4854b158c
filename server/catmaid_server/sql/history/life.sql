-- The life of a neuron: who made it, and how it grew.

-- name: skeletons
-- The skeletons that are, or once were, of a neuron: skeleton, whether it is there; no row if the project never had it.
SELECT s.id, true FROM skeleton s WHERE s.neuron_id = %(neuron_id)s AND s.project_id = %(project_id)s
 UNION ALL
SELECT DISTINCT h.id, false
  FROM skeleton__history h
 WHERE h.neuron_id = %(neuron_id)s AND h.project_id = %(project_id)s
   AND NOT EXISTS (SELECT FROM skeleton s WHERE s.id = h.id AND s.neuron_id = h.neuron_id);

-- name: neuron
-- A row if a project has, or once had, a neuron.
SELECT id FROM neuron WHERE id = %(neuron_id)s AND project_id = %(project_id)s
 UNION
SELECT id FROM neuron__history WHERE id = %(neuron_id)s AND project_id = %(project_id)s;

-- name: contributions
-- What there is of a neuron, by user: treenodes made, treenodes edited last, links, labels, annotations, reviews.
SELECT user_id, sum(nodes)::bigint, sum(edited)::bigint, sum(links)::bigint, sum(labels)::bigint,
       sum(annotations)::bigint, sum(reviews)::bigint
  FROM (SELECT user_id, count(*) AS nodes, 0 AS edited, 0 AS links, 0 AS labels, 0 AS annotations, 0 AS reviews
          FROM treenode WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[]) GROUP BY user_id
         UNION ALL
        SELECT editor_id, 0, count(*), 0, 0, 0, 0
          FROM treenode WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[]) GROUP BY editor_id
         UNION ALL
        SELECT user_id, 0, 0, count(*), 0, 0, 0
          FROM connector_link WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[]) GROUP BY user_id
         UNION ALL
        SELECT l.user_id, 0, 0, 0, count(*), 0, 0
          FROM treenode t JOIN node_label l ON l.treenode_id = t.id
         WHERE t.skeleton_id = ANY (%(skeleton_ids)s::integer[]) GROUP BY l.user_id
         UNION ALL
        SELECT user_id, 0, 0, 0, 0, count(*), 0
          FROM annotation_link WHERE neuron_id = %(neuron_id)s GROUP BY user_id
         UNION ALL
        SELECT reviewer_id, 0, 0, 0, 0, 0, count(*)
          FROM review WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[]) GROUP BY reviewer_id) part
 GROUP BY user_id;

-- name: activity
-- When users were at work at skeletons: user, time. Times at which treenodes, links, labels, annotations and reviews were
-- made, states of treenodes were edited, and versions of users that ended what was there.
WITH node AS MATERIALIZED (
    SELECT id, user_id, creation_time, editor_id, edition_time, NULL::bigint AS ended_by
      FROM treenode WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[])
     UNION ALL
    SELECT id, user_id, creation_time, editor_id, edition_time, ended_by
      FROM treenode__history WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[])
), part AS MATERIALIZED (
    SELECT user_id, creation_time, NULL::bigint AS ended_by
      FROM connector_link WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[])
     UNION
    SELECT user_id, creation_time, ended_by
      FROM connector_link__history WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[])
     UNION
    SELECT reviewer_id, review_time, NULL FROM review WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[])
     UNION
    SELECT reviewer_id, review_time, ended_by
      FROM review__history WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[])
     UNION
    SELECT user_id, creation_time, NULL FROM node_label WHERE treenode_id IN (SELECT id FROM node)
     UNION
    SELECT user_id, creation_time, ended_by FROM node_label__history WHERE treenode_id IN (SELECT id FROM node)
     UNION
    SELECT user_id, creation_time, NULL FROM annotation_link WHERE neuron_id = %(neuron_id)s
     UNION
    SELECT user_id, creation_time, ended_by FROM annotation_link__history WHERE neuron_id = %(neuron_id)s
)
SELECT user_id, creation_time FROM node
 UNION
SELECT editor_id, edition_time FROM node
 UNION
SELECT h.editor_id, h.edition_time
  FROM treenode__history h
 WHERE h.id IN (SELECT id FROM node WHERE ended_by IS NULL)
 UNION
SELECT user_id, creation_time FROM part
 UNION
SELECT t.user_id, t.time
  FROM transaction_info t
 WHERE t.id IN (SELECT ended_by FROM node UNION SELECT ended_by FROM part) AND t.user_id IS NOT NULL;

-- name: usernames
-- Names of users: id, name.
SELECT id, username FROM app_user WHERE id = ANY (%(user_ids)s::integer[]);

-- name: sizes
-- What the summaries of skeletons were: skeleton, version from which on, version that ended this (NULL: none), number of
-- treenodes, cable (nm). A skeleton does not change its neuron.
SELECT skeleton_id, version, NULL::bigint, num_nodes, cable_length
  FROM skeleton_summary WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[])
 UNION ALL
SELECT skeleton_id, version, ended_by, num_nodes, cable_length
  FROM skeleton_summary__history WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[]);

-- name: created
-- The treenodes that there are, by the day (UTC) on which they were made: day, how many, length of their edges (nm).
SELECT date_trunc('day', creation_time, 'UTC'), count(*), sum(ST_3DLength(edge)::numeric)::float8
  FROM treenode WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[])
 GROUP BY 1 ORDER BY 1;

-- name: times
-- When versions were written: version, time.
SELECT id, time FROM transaction_info WHERE id = ANY (%(versions)s::bigint[]);
