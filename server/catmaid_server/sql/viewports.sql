-- What a viewer shows.

-- name: viewport
-- Both ends of each edge that meets a box, connectors in it, and each link that meets it with both its ends; one row
-- of arrays.
-- exact: whether to test edges beyond their bounding boxes: they must come within half the depth of the box to
-- the rectangle amidst it, as CATMAID's clients know it. (PostGIS finds no distance for a root in that very plane.)
-- most_edges: no more edges than this, and no more connectors, and no more links. treenode_ids, connector_ids: wanted
-- wherever they are.
-- Cost: GiST in x and z on three tables, then one lookup for each end whose own edge misses the box.
WITH view AS MATERIALIZED (
    SELECT box(point(%(left)s, %(z1)s), point(%(right)s, %(z2)s)) AS xz,
           ST_MakeEnvelope(%(left)s, %(top)s, %(right)s, %(bottom)s) AS xy,
           ST_Translate(ST_Force3D(ST_MakeEnvelope(%(left)s, %(top)s, %(right)s, %(bottom)s)),
                        0, 0, (%(z1)s + %(z2)s) / 2) AS amidst,
           (%(z2)s - %(z1)s) / 2 AS half_depth
), near AS MATERIALIZED (
    SELECT id, parent_id, x, y, z, confidence, radius, skeleton_id, edition_time, user_id
      FROM treenode
     WHERE project_id = %(project_id)s
       AND xz_box(edge) && (SELECT xz FROM view)
       AND edge && (SELECT xy FROM view)
       AND (NOT %(exact)s
            OR ST_3DDWithin(edge, (SELECT amidst FROM view), (SELECT half_depth FROM view)))
     LIMIT %(most_edges)s
), wire AS MATERIALIZED (
    SELECT id, treenode_id, connector_id, relation_id, confidence, edition_time
      FROM connector_link
     WHERE project_id = %(project_id)s
       AND xz_box(edge) && (SELECT xz FROM view)
       AND edge && (SELECT xy FROM view)
       AND (NOT %(exact)s
            OR ST_3DDWithin(edge, (SELECT amidst FROM view), (SELECT half_depth FROM view)))
     LIMIT %(most_edges)s
), node AS MATERIALIZED (
    SELECT * FROM near
     UNION ALL
    SELECT id, parent_id, x, y, z, confidence, radius, skeleton_id, edition_time, user_id
      FROM treenode
     WHERE id IN ((SELECT parent_id FROM near
                    UNION SELECT treenode_id FROM wire
                    UNION SELECT unnest(%(treenode_ids)s::integer[]))
                  EXCEPT SELECT id FROM near)
       AND project_id = %(project_id)s
), contact AS MATERIALIZED (
    SELECT id, x, y, z, confidence, edition_time, user_id
      FROM connector
     WHERE project_id = %(project_id)s
       AND id IN ((SELECT id
                     FROM connector
                    WHERE project_id = %(project_id)s
                      AND point(x, z) <@ (SELECT xz FROM view)
                      AND x < %(right)s AND y >= %(top)s AND y < %(bottom)s AND z < %(z2)s
                    LIMIT %(most_edges)s)
                   UNION SELECT connector_id FROM wire
                   UNION SELECT unnest(%(connector_ids)s::integer[]))
)
SELECT n.*, c.*, l.*
  FROM (SELECT array_agg(id) AS node_id, array_agg(coalesce(parent_id, -1)) AS node_parent_id,
               array_agg(x) AS node_x, array_agg(y) AS node_y, array_agg(z) AS node_z,
               array_agg(confidence) AS node_confidence, array_agg(radius) AS node_radius,
               array_agg(skeleton_id) AS node_skeleton_id,
               array_agg(date_part('epoch', edition_time)) AS node_edition_time,
               array_agg(user_id) AS node_user_id
          FROM node) n,
       (SELECT array_agg(id) AS connector_id, array_agg(x) AS connector_x, array_agg(y) AS connector_y,
               array_agg(z) AS connector_z, array_agg(confidence) AS connector_confidence,
               array_agg(date_part('epoch', edition_time)) AS connector_edition_time,
               array_agg(user_id) AS connector_user_id
          FROM contact) c,
       (SELECT array_agg(connector_id) AS link_connector_id, array_agg(treenode_id) AS link_treenode_id,
               array_agg(relation_id) AS link_relation_id, array_agg(confidence) AS link_confidence,
               array_agg(date_part('epoch', edition_time)) AS link_edition_time,
               array_agg(id) AS link_id
          FROM wire) l;

-- name: labels
SELECT coalesce(l.treenode_id, l.connector_id), array_agg(label.name ORDER BY l.id)
  FROM node_label l JOIN label ON label.id = l.label_id
 WHERE l.treenode_id = ANY (%(treenode_ids)s::integer[]) OR l.connector_id = ANY (%(connector_ids)s::integer[])
 GROUP BY 1;

-- name: relations
SELECT id, name FROM relation WHERE id = ANY (%(ids)s);
