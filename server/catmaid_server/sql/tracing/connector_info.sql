-- Connectors and their links.

-- name: detail
-- One connector with its links, as a JSON object.
SELECT json_build_object(
    'connector_id', c.id, 'x', c.x, 'y', c.y, 'z', c.z, 'confidence', c.confidence,
    'partners', coalesce((
        SELECT json_agg(json_build_object('link_id', l.id, 'partner_id', l.treenode_id, 'confidence', l.confidence,
                                          'skeleton_id', l.skeleton_id, 'relation_id', r.id, 'relation_name', r.name)
                        ORDER BY l.id)
          FROM connector_link l JOIN relation r ON r.id = l.relation_id
         WHERE l.connector_id = c.id), '[]'))::text
  FROM connector c
 WHERE c.id = %(connector_id)s AND c.project_id = %(project_id)s;

-- name: list
-- Connectors with a link of a relation (NULL: any) to one of some skeletons (NULL: to any or none), with one of some
-- labels, and without links of some relations. One row of arrays, by id: id, x, y, z, confidence, user, editor, times in
-- s since 1970.
SELECT array_agg(id) AS id, array_agg(x) AS x, array_agg(y) AS y, array_agg(z) AS z,
       array_agg(confidence) AS confidence, array_agg(user_id) AS user_id, array_agg(editor_id) AS editor_id,
       array_agg(date_part('epoch', creation_time)) AS creation_time,
       array_agg(date_part('epoch', edition_time)) AS edition_time
  FROM (
    SELECT c.*
      FROM connector c
     WHERE c.project_id = %(project_id)s
       AND ((%(skeleton_ids)s::integer[] IS NULL AND %(relation)s::text IS NULL)
            OR c.id IN (SELECT l.connector_id
                          FROM connector_link l JOIN relation r ON r.id = l.relation_id
                         WHERE (%(skeleton_ids)s::integer[] IS NULL OR l.skeleton_id = ANY (%(skeleton_ids)s::integer[]))
                           AND (%(relation)s::text IS NULL OR r.name = %(relation)s::text)))
       AND (%(labels)s::text[] IS NULL
            OR c.id IN (SELECT n.connector_id FROM label b JOIN node_label n ON n.label_id = b.id
                         WHERE b.project_id = %(project_id)s AND b.name = ANY (%(labels)s::text[])))
       AND (%(without)s::text[] IS NULL
            OR NOT EXISTS (SELECT FROM connector_link l JOIN relation r ON r.id = l.relation_id
                            WHERE l.connector_id = c.id AND r.name = ANY (%(without)s::text[])))
     ORDER BY c.id
) found;

-- name: labels
-- Labels of connectors: connector, array of label names, in order of their capital letters.
SELECT l.connector_id, array_agg(b.name ORDER BY upper(b.name) COLLATE "C", l.id)
  FROM node_label l JOIN label b ON b.id = l.label_id
 WHERE l.connector_id = ANY (%(connector_ids)s::integer[])
 GROUP BY l.connector_id;

-- name: partners
-- Links of connectors. One row of arrays, by link: connector, link, treenode, skeleton, relation, confidence, user,
-- times in s since 1970.
SELECT array_agg(connector_id) AS connector_id, array_agg(id) AS id, array_agg(treenode_id) AS treenode_id,
       array_agg(skeleton_id) AS skeleton_id, array_agg(relation_id) AS relation_id,
       array_agg(confidence) AS confidence, array_agg(user_id) AS user_id,
       array_agg(date_part('epoch', creation_time)) AS creation_time,
       array_agg(date_part('epoch', edition_time)) AS edition_time
  FROM (SELECT * FROM connector_link WHERE connector_id = ANY (%(connector_ids)s::integer[]) ORDER BY id) found;

-- name: links_of_skeletons
-- Links of skeletons by one relation: skeleton, connector, its place (nm), confidence, user, treenode, times of
-- creation and edition; by connector.
SELECT l.skeleton_id, c.id AS connector_id, c.x, c.y, c.z, l.confidence, l.user_id, l.treenode_id, l.creation_time, l.edition_time
  FROM connector_link l JOIN connector c ON c.id = l.connector_id
 WHERE l.skeleton_id = ANY (%(skeleton_ids)s::integer[])
   AND l.relation_id = (SELECT id FROM relation WHERE project_id = %(project_id)s AND name = %(relation)s)
 ORDER BY c.id, l.id;

-- name: in_box
-- Links that meet a box (nm), of connectors that are linked to one of some skeletons (NULL: to any), and connectors in the
-- box that have no link unless only_linked. As in a viewer, an edge meets the box if it comes within half the depth of the
-- box to the rectangle amidst it; where PostGIS cannot tell, in boxes wider than 1 mm, by its extents.
-- Rows: connector, x, y, z; skeleton, confidence, user, treenode, creation and edition time, relation id of the link.
-- Cost: GiST in x and z on links and on connectors.
WITH view AS MATERIALIZED (
    SELECT box(point(%(min_x)s, %(min_z)s), point(%(max_x)s, %(max_z)s)) AS xz,
           ST_MakeEnvelope(%(min_x)s, %(min_y)s, %(max_x)s, %(max_y)s) AS xy,
           ST_Translate(ST_Force3D(ST_MakeEnvelope(%(min_x)s, %(min_y)s, %(max_x)s, %(max_y)s)),
                        0, 0, (%(min_z)s::float8 + %(max_z)s) / 2) AS amidst,
           abs(%(max_z)s::float8 - %(min_z)s) / 2 AS half_depth,
           greatest(abs(%(max_x)s::float8 - %(min_x)s), abs(%(max_y)s::float8 - %(min_y)s)) > 1e6 AS wide
), linked AS (
    SELECT c.id, c.x, c.y, c.z, l.skeleton_id, l.confidence, l.user_id, l.treenode_id, l.creation_time, l.edition_time,
           l.relation_id, l.id AS link_id
      FROM link_in_space l JOIN connector c ON c.id = l.connector_id
     WHERE l.project_id = %(project_id)s
       AND xz_box(l.edge) && (SELECT xz FROM view)
       AND l.edge && (SELECT xy FROM view)
       AND CASE WHEN (SELECT wide FROM view) THEN ST_Intersects(l.edge, (SELECT xy FROM view))
                ELSE ST_3DDWithin(l.edge, (SELECT amidst FROM view), (SELECT half_depth FROM view)) END
       AND (%(skeleton_ids)s::integer[] IS NULL
            OR EXISTS (SELECT FROM connector_link o
                        WHERE o.connector_id = c.id AND o.skeleton_id = ANY (%(skeleton_ids)s::integer[])))
), unlinked AS (
    SELECT c.id, c.x, c.y, c.z
      FROM connector c
     WHERE NOT %(only_linked)s
       AND c.project_id = %(project_id)s
       AND point(c.x, c.z) <@ (SELECT xz FROM view)
       AND c.y BETWEEN %(min_y)s AND %(max_y)s
       AND NOT EXISTS (SELECT FROM linked o WHERE o.id = c.id)
)
SELECT id AS connector_id, x, y, z, skeleton_id, confidence, user_id, treenode_id, creation_time, edition_time,
       relation_id
  FROM (SELECT * FROM linked
         UNION ALL
        SELECT id, x, y, z, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL FROM unlinked) found
 ORDER BY id, link_id;

-- name: synaptic_links
-- Rows: connector, relation name, skeleton, treenode, creation time.
SELECT l.connector_id, r.name AS relation, l.skeleton_id, l.treenode_id, l.creation_time
  FROM connector_link l JOIN relation r ON r.id = l.relation_id AND r.name IN ('presynaptic_to', 'postsynaptic_to')
 WHERE l.project_id = %(project_id)s AND l.connector_id = ANY (%(connector_ids)s::integer[])
 ORDER BY l.connector_id, l.id;

-- name: linked_to_nodes
-- The connectors that are linked to any of these treenodes, each once; by id.
SELECT DISTINCT connector_id
  FROM connector_link
 WHERE project_id = %(project_id)s AND treenode_id = ANY (%(treenode_ids)s::integer[])
 ORDER BY connector_id;

-- name: link_info
-- User, creation time and edition time of the links between a treenode and a connector by one relation.
SELECT l.user_id, l.creation_time, l.edition_time
  FROM connector_link l JOIN relation r ON r.id = l.relation_id
 WHERE l.project_id = %(project_id)s AND l.treenode_id = %(treenode_id)s AND l.connector_id = %(connector_id)s
   AND (%(relation)s::text IS NULL OR r.name = %(relation)s)
   AND (%(relation_id)s::integer IS NULL OR r.id = %(relation_id)s)
 ORDER BY l.id;

-- name: relation_id
-- Id of a relation of a project, by its name.
SELECT id FROM relation WHERE project_id = %(project_id)s AND name = %(relation)s;

-- name: pairs
-- Pairs of links to the same connector by two relations, each side of some skeletons (NULL: of any).
-- Rows: connector and its place; treenode, skeleton, confidence, user and place of one side, then of the other.
SELECT c.id AS connector_id, ARRAY[c.x, c.y, c.z] AS connector_place,
       a.treenode_id, a.skeleton_id, a.confidence, a.user_id, ARRAY[s.x, s.y, s.z] AS place,
       b.treenode_id AS other_treenode_id, b.skeleton_id AS other_skeleton_id, b.confidence AS other_confidence,
       b.user_id AS other_user_id, ARRAY[t.x, t.y, t.z] AS other_place
  FROM connector_link a
  JOIN connector_link b ON b.connector_id = a.connector_id AND b.id <> a.id
  JOIN connector c ON c.id = a.connector_id
  JOIN treenode s ON s.id = a.treenode_id
  JOIN treenode t ON t.id = b.treenode_id
 WHERE a.project_id = %(project_id)s
   AND a.relation_id = (SELECT id FROM relation WHERE project_id = %(project_id)s AND name = %(mine)s)
   AND b.relation_id = (SELECT id FROM relation WHERE project_id = %(project_id)s AND name = %(theirs)s)
   AND (%(my_skeletons)s::integer[] IS NULL OR a.skeleton_id = ANY (%(my_skeletons)s::integer[]))
   AND (%(their_skeletons)s::integer[] IS NULL OR b.skeleton_id = ANY (%(their_skeletons)s::integer[]))
   AND (%(either_skeletons)s::integer[] IS NULL
        OR a.skeleton_id = ANY (%(either_skeletons)s::integer[])
        OR b.skeleton_id = ANY (%(either_skeletons)s::integer[]))
   AND (%(connector_ids)s::integer[] IS NULL OR c.id = ANY (%(connector_ids)s::integer[]))
 ORDER BY c.id, a.id, b.id;

-- name: completed
-- Pairs of a pre- and a postsynaptic link, whichever came first; the second completed the synapse.
SELECT c.id AS connector_id, ARRAY[c.x, c.y, c.z] AS connector_place,
       a.treenode_id, a.skeleton_id, a.confidence, a.user_id, ARRAY[s.x, s.y, s.z] AS place,
       b.treenode_id AS other_treenode_id, b.skeleton_id AS other_skeleton_id, b.confidence AS other_confidence,
       b.user_id AS other_user_id, ARRAY[t.x, t.y, t.z] AS other_place
  FROM connector_link a
  JOIN connector_link b ON b.connector_id = a.connector_id
   AND (b.creation_time, b.id) > (a.creation_time, a.id) AND b.relation_id <> a.relation_id
  JOIN relation ra ON ra.id = a.relation_id AND ra.name IN ('presynaptic_to', 'postsynaptic_to')
  JOIN relation rb ON rb.id = b.relation_id AND rb.name IN ('presynaptic_to', 'postsynaptic_to')
  JOIN connector c ON c.id = a.connector_id
  JOIN treenode s ON s.id = a.treenode_id
  JOIN treenode t ON t.id = b.treenode_id
 WHERE a.project_id = %(project_id)s
   AND (%(completed_by)s::integer IS NULL OR b.user_id = %(completed_by)s)
   AND b.creation_time >= coalesce(%(since)s::timestamptz, '-infinity')
   AND b.creation_time < coalesce(%(until)s::timestamptz, 'infinity')
 ORDER BY c.id, a.id, b.id;
