-- What a viewer shows.

-- name: edges_in_box
-- Treenodes whose edge to their parent meets a box, links that meet it, ids of connectors in it; one row of arrays.
-- exact: whether to test edges beyond their bounding boxes: they must come within half the depth of the box to
-- the rectangle amidst it, as CATMAID's clients know it. What touches is near: a millionth of a nm more, as PostGIS may round
-- distances up. (It finds no distance for an end in the very centre, so a root there is left out, as by CATMAID.)
-- `domain/cells/nearness.py` has the same rule.
-- Where the box is wider than 1 mm, PostGIS takes the rectangle's border for the rectangle and finds nothing amidst it:
-- there edges are tested by their extent in z and by the rectangle in x and y.
-- most: no more of each than this.
-- stride: 1 for all; else a power of two: of blocks of 32 ids only those whose number is a multiple of it, links by treenode.
-- Cost: GiST in x and z on three tables; the columns are aggregated as the index gives them, without a table between.
WITH view AS MATERIALIZED (
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
                  FROM treenode_in_space
                 WHERE project_id = %(project_id)s
                   AND id >> 5 & (%(stride)s::integer - 1) = 0
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
                  FROM link_in_space
                 WHERE project_id = %(project_id)s
                   AND treenode_id >> 5 & (%(stride)s::integer - 1) = 0
                   AND xz_box(edge) && (SELECT xz FROM view)
                   AND edge && (SELECT xy FROM view)
                   AND (NOT %(exact)s
                        OR CASE WHEN (SELECT wide FROM view)
                                THEN ST_Intersects(edge, (SELECT xy FROM view))
                                ELSE ST_3DDWithin(edge, (SELECT amidst FROM view), (SELECT half_depth FROM view)) END)
                 LIMIT %(most)s) l) wire,
       (SELECT array_agg(id) AS connector_id
          FROM (SELECT id
                  FROM connector
                 WHERE project_id = %(project_id)s
                   AND id >> 5 & (%(stride)s::integer - 1) = 0
                   AND point(x, z) <@ (SELECT xz FROM view)
                   AND x < %(right)s AND y >= %(top)s AND y < %(bottom)s AND z < %(z2)s
                 LIMIT %(most)s) c) contact;

-- name: nodes_by_id
-- Treenodes and connectors by their ids, one row of arrays; names of relations by id as JSON.
-- Cost: primary keys; grows with the number of ids.
SELECT node.*, contact.*, pg_current_snapshot()::text AS snapshot,
       (SELECT coalesce(json_object_agg(id, name), '{}')
          FROM relation WHERE id = ANY (%(relation_ids)s::integer[]))::text AS relations
  FROM (SELECT array_agg(id) AS node_id, array_agg(coalesce(parent_id, -1)) AS node_parent_id,
               array_agg(x) AS node_x, array_agg(y) AS node_y, array_agg(z) AS node_z,
               array_agg(confidence) AS node_confidence, array_agg(radius) AS node_radius,
               array_agg(skeleton_id) AS node_skeleton_id,
               array_agg(date_part('epoch', edition_time)) AS node_edition_time,
               array_agg(user_id) AS node_user_id
          FROM treenode
         WHERE project_id = %(project_id)s AND id = ANY (%(treenode_ids)s::integer[])) node,
       (SELECT array_agg(id) AS connector_id, array_agg(x) AS connector_x, array_agg(y) AS connector_y,
               array_agg(z) AS connector_z, array_agg(confidence) AS connector_confidence,
               array_agg(date_part('epoch', edition_time)) AS connector_edition_time,
               array_agg(user_id) AS connector_user_id
          FROM connector
         WHERE project_id = %(project_id)s AND id = ANY (%(connector_ids)s::integer[])) contact;

-- name: labels
-- Labels of treenodes and connectors: node, array of label names, oldest first.
SELECT coalesce(l.treenode_id, l.connector_id), array_agg(label.name ORDER BY l.id)
  FROM node_label l JOIN label ON label.id = l.label_id
 WHERE l.treenode_id = ANY (%(treenode_ids)s::integer[]) OR l.connector_id = ANY (%(connector_ids)s::integer[])
 GROUP BY 1;
