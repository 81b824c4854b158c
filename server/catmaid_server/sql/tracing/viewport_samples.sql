-- Samples of what lies in crowded boxes: see `domain/fair_order.py`.

-- name: edges_in_blocks
-- As `edges_in_box` of `viewports.sql` with a stride, where few of all blocks of 32 ids are wanted: these are looked up by
-- their ids, and what of them is in the box is taken. OFFSET 0 keeps each look-up by itself: the planner takes ranges of
-- ids for large parts of the table.
-- Cost: primary keys, one range for each block.
WITH block AS MATERIALIZED (
    SELECT first FROM generate_series(0, (SELECT last_value FROM location_id_seq), 32 * %(stride)s::bigint) first
), view AS MATERIALIZED (
    SELECT box(point(%(left)s, %(z1)s), point(%(right)s, %(z2)s)) AS xz,
           ST_MakeEnvelope(%(left)s, %(top)s, %(right)s, %(bottom)s) AS xy,
           ST_Translate(ST_Force3D(ST_MakeEnvelope(%(left)s, %(top)s, %(right)s, %(bottom)s)),
                        0, 0, (%(z1)s + %(z2)s) / 2) AS amidst,
           abs(%(z2)s - %(z1)s) / 2 + 1e-6 AS half_depth,
           greatest(abs(%(right)s - %(left)s), abs(%(bottom)s - %(top)s)) > 1e6 AS wide
)
SELECT near.*, wire.*, contact.*, pg_current_snapshot()::text AS snapshot
  FROM (SELECT array_agg(id) AS node_id, array_agg(coalesce(parent_id, -1)) AS node_parent_id,
               array_agg(x) AS node_x, array_agg(y) AS node_y, array_agg(z) AS node_z,
               array_agg(confidence) AS node_confidence, array_agg(radius) AS node_radius,
               array_agg(skeleton_id) AS node_skeleton_id,
               array_agg(date_part('epoch', edition_time)) AS node_edition_time,
               array_agg(user_id) AS node_user_id
          FROM (SELECT *
                  FROM block CROSS JOIN LATERAL
                       (SELECT * FROM treenode_in_space WHERE id BETWEEN first AND first + 31 OFFSET 0) treenode
                 WHERE project_id = %(project_id)s
                   AND xz_box(edge) && (SELECT xz FROM view)
                   AND edge && (SELECT xy FROM view)
                   AND (NOT %(exact)s
                        OR CASE WHEN (SELECT wide FROM view)
                                THEN ST_Intersects(edge, (SELECT xy FROM view))
                                ELSE ST_3DDWithin(edge, (SELECT amidst FROM view), (SELECT half_depth FROM view)) END)
                 LIMIT %(most)s) t) near,
       (SELECT array_agg(connector_id) AS link_connector_id, array_agg(treenode_id) AS link_treenode_id,
               array_agg(relation_id) AS link_relation_id, array_agg(confidence) AS link_confidence,
               array_agg(date_part('epoch', edition_time)) AS link_edition_time,
               array_agg(id) AS link_id
          FROM (SELECT *
                  FROM block CROSS JOIN LATERAL
                       (SELECT * FROM link_in_space WHERE treenode_id BETWEEN first AND first + 31 OFFSET 0) link
                 WHERE project_id = %(project_id)s
                   AND xz_box(edge) && (SELECT xz FROM view)
                   AND edge && (SELECT xy FROM view)
                   AND (NOT %(exact)s
                        OR CASE WHEN (SELECT wide FROM view)
                                THEN ST_Intersects(edge, (SELECT xy FROM view))
                                ELSE ST_3DDWithin(edge, (SELECT amidst FROM view), (SELECT half_depth FROM view)) END)
                 LIMIT %(most)s) l) wire,
       (SELECT array_agg(id) AS connector_id
          FROM (SELECT id
                  FROM block CROSS JOIN LATERAL
                       (SELECT * FROM connector WHERE id BETWEEN first AND first + 31 OFFSET 0) connector
                 WHERE project_id = %(project_id)s
                   AND point(x, z) <@ (SELECT xz FROM view)
                   AND x < %(right)s AND y >= %(top)s AND y < %(bottom)s AND z < %(z2)s
                 LIMIT %(most)s) c) contact;

-- name: count_in_blocks
-- How many treenodes have an edge that may meet a box, of some blocks of 32 ids; and the largest id given until now.
-- blocks: how many blocks, evenly out of all.
WITH given AS MATERIALIZED (SELECT last_value FROM location_id_seq), step AS MATERIALIZED (
    SELECT 32 * greatest(1, last_value / (32 * %(blocks)s::bigint)) AS size FROM given
)
SELECT (SELECT count(*) * (SELECT size FROM step) / 32
          FROM generate_series(0, (SELECT last_value FROM given), (SELECT size FROM step)) first
         CROSS JOIN LATERAL
               (SELECT * FROM treenode_in_space WHERE id BETWEEN first AND first + 31 OFFSET 0) treenode
         WHERE project_id = %(project_id)s
           AND xz_box(edge) && box(point(%(left)s, %(z1)s), point(%(right)s, %(z2)s))
           AND edge && ST_MakeEnvelope(%(left)s, %(top)s, %(right)s, %(bottom)s))::bigint AS count,
       (SELECT last_value FROM given) AS last_id;
