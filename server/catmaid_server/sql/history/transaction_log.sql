-- The versions of a project, by who wrote them, what for, when, what and where.

-- name: page
-- Versions above and not above others, newest first: version, time, user, label, note, versions that it took back.
-- versions: only these, if given.
SELECT t.id AS version, t.time, t.user_id, u.username, t.label, t.note,
       coalesce((SELECT array_agg(r.reverts ORDER BY r.reverts) FROM reverted_version r WHERE r.version = t.id),
                '{}') AS reverts
  FROM transaction_info t LEFT JOIN app_user u ON u.id = t.user_id
 WHERE t.project_id = %(project_id)s AND t.id > %(above)s AND t.id <= %(up_to)s
   AND (%(user_id)s::integer IS NULL OR t.user_id = %(user_id)s)
   AND (%(label)s::text IS NULL OR t.label = %(label)s OR starts_with(t.label, %(label)s || '.'))
   AND (%(versions)s::bigint[] IS NULL OR t.id = ANY (%(versions)s::bigint[]))
 ORDER BY t.id DESC
 LIMIT %(most)s;

-- name: author
-- The id of a user by name, if this user wrote a version of a project.
SELECT u.id FROM app_user u
 WHERE u.username = %(username)s
   AND EXISTS (SELECT FROM transaction_info t WHERE t.user_id = u.id AND t.project_id = %(project_id)s);

-- name: skeletons_of_neurons
-- All skeletons that are, or once were, of neurons of a project.
SELECT id FROM skeleton WHERE project_id = %(project_id)s AND neuron_id = ANY (%(neuron_ids)s::integer[])
 UNION
SELECT id FROM skeleton__history WHERE project_id = %(project_id)s AND neuron_id = ANY (%(neuron_ids)s::integer[]);

-- name: versions_of_skeletons
-- Versions that wrote skeletons, their treenodes, and the links, labels and reviews of these.
WITH node AS MATERIALIZED (
    SELECT id, version, NULL::bigint AS ended_by FROM treenode WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[])
     UNION ALL
    SELECT id, version, ended_by FROM treenode__history WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[])
), state AS (
    SELECT version, ended_by FROM node
     UNION
    SELECT version, NULL FROM skeleton WHERE id = ANY (%(skeleton_ids)s::integer[])
     UNION
    SELECT version, ended_by FROM skeleton__history WHERE id = ANY (%(skeleton_ids)s::integer[])
     UNION
    SELECT version, NULL FROM connector_link WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[])
     UNION
    SELECT version, ended_by FROM connector_link__history WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[])
     UNION
    SELECT version, NULL FROM review WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[])
     UNION
    SELECT version, ended_by FROM review__history WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[])
     UNION
    SELECT version, NULL FROM node_label WHERE treenode_id IN (SELECT id FROM node)
     UNION
    SELECT version, ended_by FROM node_label__history WHERE treenode_id IN (SELECT id FROM node)
)
SELECT version FROM state WHERE version > %(above)s AND version <= %(up_to)s
 UNION
SELECT ended_by FROM state WHERE ended_by > %(above)s AND ended_by <= %(up_to)s;

-- name: versions_of_neurons
-- Versions that wrote neurons, or what is annotated on them.
WITH state AS (
    SELECT version, NULL::bigint AS ended_by FROM neuron WHERE id = ANY (%(neuron_ids)s::integer[])
     UNION
    SELECT version, ended_by FROM neuron__history WHERE id = ANY (%(neuron_ids)s::integer[])
     UNION
    SELECT version, NULL FROM annotation_link WHERE neuron_id = ANY (%(neuron_ids)s::integer[])
     UNION
    SELECT version, ended_by FROM annotation_link__history WHERE neuron_id = ANY (%(neuron_ids)s::integer[])
)
SELECT version FROM state WHERE version > %(above)s AND version <= %(up_to)s
 UNION
SELECT ended_by FROM state WHERE ended_by > %(above)s AND ended_by <= %(up_to)s;

-- name: versions_in_box
-- Versions that made, changed, moved or deleted treenodes or connectors that were in a box (nm) before or after.
WITH near AS MATERIALIZED (
    SELECT id FROM treenode_in_space
     WHERE xz_box(edge) && box(point(%(x0)s, %(z0)s), point(%(x1)s, %(z1)s))
     UNION
    SELECT id FROM treenode_edge_past
     WHERE xz_box(edge) && box(point(%(x0)s, %(z0)s), point(%(x1)s, %(z1)s))
), state AS (
    SELECT t.x, t.y, t.z, t.version, NULL::bigint AS ended_by
      FROM near JOIN treenode t ON t.id = near.id WHERE t.project_id = %(project_id)s
     UNION ALL
    SELECT t.x, t.y, t.z, t.version, t.ended_by
      FROM near JOIN treenode__history t ON t.id = near.id WHERE t.project_id = %(project_id)s
     UNION ALL
    SELECT x, y, z, version, NULL FROM connector
     WHERE project_id = %(project_id)s AND point(x, z) <@ box(point(%(x0)s, %(z0)s), point(%(x1)s, %(z1)s))
     UNION ALL
    SELECT x, y, z, version, ended_by FROM connector__history
     WHERE project_id = %(project_id)s AND point(x, z) <@ box(point(%(x0)s, %(z0)s), point(%(x1)s, %(z1)s))
), inside AS MATERIALIZED (
    SELECT version, ended_by FROM state
     WHERE x BETWEEN %(x0)s AND %(x1)s AND y BETWEEN %(y0)s AND %(y1)s AND z BETWEEN %(z0)s AND %(z1)s
)
SELECT version FROM inside WHERE version > %(above)s AND version <= %(up_to)s
 UNION
SELECT ended_by FROM inside WHERE ended_by > %(above)s AND ended_by <= %(up_to)s;

-- name: edges
-- How many edges of treenodes there are in a box (nm), or were, counted up to a number; in x and z alone.
SELECT count(*)
  FROM (SELECT FROM treenode WHERE xz_box(edge) && box(point(%(x0)s, %(z0)s), point(%(x1)s, %(z1)s))
         UNION ALL
        SELECT FROM treenode_edge_past WHERE xz_box(edge) && box(point(%(x0)s, %(z0)s), point(%(x1)s, %(z1)s))
         LIMIT %(most)s) edge;

-- name: version_before
-- The version of a project that so many lie between and another one; NULL if there is none above a third.
SELECT id FROM transaction_info
 WHERE project_id = %(project_id)s AND id <= %(up_to)s AND id > %(above)s
 ORDER BY id DESC OFFSET %(skipped)s LIMIT 1;

-- name: states
-- How many states of treenodes and connectors began or ended in a span of versions, counted up to a number.
SELECT count(*)
  FROM (SELECT FROM treenode WHERE version > %(above)s AND version <= %(up_to)s
         UNION ALL
        SELECT FROM treenode__history WHERE version > %(above)s AND version <= %(up_to)s
         UNION ALL
        SELECT FROM treenode__history WHERE ended_by > %(above)s AND ended_by <= %(up_to)s
         UNION ALL
        SELECT FROM connector WHERE version > %(above)s AND version <= %(up_to)s
         UNION ALL
        SELECT FROM connector__history WHERE version > %(above)s AND version <= %(up_to)s
         UNION ALL
        SELECT FROM connector__history WHERE ended_by > %(above)s AND ended_by <= %(up_to)s
         LIMIT %(most)s) state;

-- name: versions_of_span_in_box
-- As versions_in_box, from the states that began or ended in the span rather than from those in the box.
WITH state AS (
    SELECT version, project_id, x, y, z FROM treenode WHERE version > %(above)s AND version <= %(up_to)s
     UNION ALL
    SELECT version, project_id, x, y, z FROM treenode__history WHERE version > %(above)s AND version <= %(up_to)s
     UNION ALL
    SELECT ended_by, project_id, x, y, z FROM treenode__history WHERE ended_by > %(above)s AND ended_by <= %(up_to)s
     UNION ALL
    SELECT version, project_id, x, y, z FROM connector WHERE version > %(above)s AND version <= %(up_to)s
     UNION ALL
    SELECT version, project_id, x, y, z FROM connector__history WHERE version > %(above)s AND version <= %(up_to)s
     UNION ALL
    SELECT ended_by, project_id, x, y, z FROM connector__history WHERE ended_by > %(above)s AND ended_by <= %(up_to)s
)
SELECT DISTINCT version
  FROM state
 WHERE project_id = %(project_id)s
   AND x BETWEEN %(x0)s AND %(x1)s AND y BETWEEN %(y0)s AND %(y1)s AND z BETWEEN %(z0)s AND %(z1)s;
