-- Where nodes are, who made them, what is near. "Node" is a treenode or a connector.

-- name: user_info
-- Who made, edited and reviewed treenodes and connectors: one JSON object by node id.
SELECT coalesce(json_object_agg(n.id, json_build_object(
           'user', n.user_id, 'editor', n.editor_id, 'creation_time', n.creation_time, 'edition_time', n.edition_time,
           'reviewers', coalesce(r.reviewers, '{}'), 'review_times', coalesce(r.times, '{}'))), '{}')::text
  FROM (SELECT id, user_id, editor_id, creation_time, edition_time
          FROM treenode WHERE id = ANY (%(node_ids)s::integer[]) AND project_id = %(project_id)s
         UNION ALL
        SELECT id, user_id, editor_id, creation_time, edition_time
          FROM connector WHERE id = ANY (%(node_ids)s::integer[]) AND project_id = %(project_id)s) n
  LEFT JOIN LATERAL (SELECT array_agg(reviewer_id ORDER BY review_time) AS reviewers,
                            array_agg(review_time ORDER BY review_time) AS times
                       FROM review WHERE treenode_id = n.id) r ON true;

-- name: locations
-- Id and place (nm) of treenodes and connectors.
SELECT id, x, y, z
  FROM treenode WHERE id = ANY (%(node_ids)s::integer[]) AND project_id = %(project_id)s
 UNION ALL
SELECT id, x, y, z
  FROM connector WHERE id = ANY (%(node_ids)s::integer[]) AND project_id = %(project_id)s;

-- name: nearest_in_skeletons
-- The treenode nearest to a point (nm), of one skeleton or of all skeletons of one neuron: id, skeleton, place.
-- Cost: index on skeleton_id; grows with the treenodes of these skeletons.
SELECT t.id, t.skeleton_id, t.x, t.y, t.z
  FROM treenode t
 WHERE t.project_id = %(project_id)s
   AND t.skeleton_id IN (SELECT k.id FROM skeleton k
                          WHERE k.id = %(skeleton_id)s::integer OR k.neuron_id = %(neuron_id)s::integer)
 ORDER BY (t.x - %(x)s) ^ 2 + (t.y - %(y)s) ^ 2 + (t.z - %(z)s) ^ 2, t.id
 LIMIT 1;

-- name: nearest_in_column
-- The treenode nearest to a point (nm) of those that are at most so far from it in x and in z, of a whole project: id,
-- skeleton, place. Cost: by the index on the extent of edges in x and z.
SELECT t.id, t.skeleton_id, t.x, t.y, t.z
  FROM treenode_in_space t
 WHERE t.project_id = %(project_id)s
   AND xz_box(t.edge) && box(point(%(x)s::float8 - %(reach)s, %(z)s::float8 - %(reach)s),
                             point(%(x)s::float8 + %(reach)s, %(z)s::float8 + %(reach)s))
 ORDER BY (t.x - %(x)s) ^ 2 + (t.y - %(y)s) ^ 2 + (t.z - %(z)s) ^ 2, t.id
 LIMIT 1;

-- name: any_treenode
-- One treenode of a project: id, skeleton, place (nm).
SELECT id, skeleton_id, x, y, z FROM treenode WHERE project_id = %(project_id)s LIMIT 1;

-- name: most_recent
-- The node edited last, of a skeleton and of a user if given.
SELECT id, x, y, z
  FROM treenode
 WHERE project_id = %(project_id)s
   AND (%(skeleton_id)s::integer IS NULL OR skeleton_id = %(skeleton_id)s)
   AND (%(user_id)s::integer IS NULL OR editor_id = %(user_id)s)
 ORDER BY edition_time DESC, id DESC
 LIMIT 1;

-- name: labelled_near
-- Nodes with a label that fits a regular expression, nearest first; only the labels that fit.
SELECT n.id, ARRAY[n.x, n.y, n.z], n.distance, array_agg(b.name ORDER BY b.name)
  FROM (SELECT id, name FROM label WHERE project_id = %(project_id)s AND name ~ %(pattern)s) b
  JOIN node_label l ON l.label_id = b.id
 CROSS JOIN LATERAL (
        SELECT t.id, t.x, t.y, t.z, sqrt((t.x - %(x)s) ^ 2 + (t.y - %(y)s) ^ 2 + (t.z - %(z)s) ^ 2) AS distance
          FROM treenode t WHERE t.id = l.treenode_id
         UNION ALL
        SELECT c.id, c.x, c.y, c.z, sqrt((c.x - %(x)s) ^ 2 + (c.y - %(y)s) ^ 2 + (c.z - %(z)s) ^ 2)
          FROM connector c WHERE c.id = l.connector_id) n
 GROUP BY n.id, n.x, n.y, n.z, n.distance
 ORDER BY n.distance, n.id
 LIMIT %(most)s;

-- name: treenode_info
-- Skeleton and neuron of a treenode: id and name of both.
SELECT t.skeleton_id, k.name, n.id, n.name
  FROM treenode t
  JOIN skeleton k ON k.id = t.skeleton_id
  JOIN neuron n ON n.id = k.neuron_id
 WHERE t.id = %(treenode_id)s AND t.project_id = %(project_id)s;

-- name: compact_treenodes
-- Treenodes that fit all that is given (NULL: anything), in the order of columns of node/list.
SELECT coalesce(json_agg(json_build_array(
           t.id, t.parent_id, t.x, t.y, t.z, t.confidence, t.radius, t.skeleton_id,
           extract(epoch FROM t.edition_time), t.user_id)), '[]')::text
  FROM treenode t
 WHERE t.project_id = %(project_id)s
   AND (%(treenode_ids)s::integer[] IS NULL OR t.id = ANY (%(treenode_ids)s::integer[]))
   AND (%(skeleton_ids)s::integer[] IS NULL OR t.skeleton_id = ANY (%(skeleton_ids)s::integer[]))
   AND (%(label_ids)s::integer[] IS NULL
        OR t.id IN (SELECT l.treenode_id FROM node_label l WHERE l.label_id = ANY (%(label_ids)s::integer[])))
   AND (%(label_names)s::text[] IS NULL
        OR t.id IN (SELECT l.treenode_id FROM label b JOIN node_label l ON l.label_id = b.id
                     WHERE b.project_id = %(project_id)s AND b.name = ANY (%(label_names)s::text[])));

-- name: children
-- The children of a treenode: id and place (nm); by id.
SELECT id, x, y, z
  FROM treenode
 WHERE parent_id = %(treenode_id)s AND project_id = %(project_id)s
 ORDER BY id;

-- name: arbor
-- All treenodes of the skeleton of a treenode: id, parent, place (nm).
SELECT t.id, t.parent_id, t.x, t.y, t.z
  FROM treenode here JOIN treenode t ON t.skeleton_id = here.skeleton_id
 WHERE here.id = %(treenode_id)s AND here.project_id = %(project_id)s;

-- name: noted
-- Those of some treenodes with a label, a link or a confidence below 5. CATMAID linked every treenode of before 2013 to
-- its skeleton (`element_of`, which is not kept here) and counts these links, too.
SELECT t.id
  FROM treenode t
 WHERE t.id = ANY (%(treenode_ids)s::integer[])
   AND (t.confidence < 5 OR t.creation_time < '2013-01-01Z'
        OR EXISTS (SELECT FROM connector_link k WHERE k.treenode_id = t.id)
        OR EXISTS (SELECT FROM node_label l WHERE l.treenode_id = t.id));
