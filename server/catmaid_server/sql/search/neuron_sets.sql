-- Skeletons, or neurons, that fit one condition of a search. Each query answers one row with one array, `ids`, in no
-- order. among: only these skeletons, or neurons; NULL for all of the project.

-- name: all
-- All skeletons of a project. Cost: 100,000 in 15 ms.
SELECT array_agg(id) AS ids FROM skeleton WHERE project_id = %(project_id)s;

-- name: known
-- Those of the given skeletons that a project has. Cost: one index lookup for each.
SELECT array_agg(id) AS ids FROM skeleton WHERE project_id = %(project_id)s AND id = ANY (%(skeleton_ids)s::integer[]);

-- name: annotation_ids
-- Annotations of a name and, if sub, those that bear one of them, directly or not.
WITH RECURSIVE below (id) AS (
    SELECT id FROM annotation WHERE project_id = %(project_id)s AND name = %(name)s
     UNION
    SELECT k.target_annotation_id
      FROM below JOIN annotation_link k ON k.annotation_id = below.id
     WHERE k.target_annotation_id IS NOT NULL AND %(sub)s::boolean
)
SELECT array_agg(id) AS ids FROM below;

-- name: annotated
-- Neurons that bear one of these annotations, put there by some users and in a time if given; the time ends before
-- `until`. A neuron may come twice. Cost: by index on the annotation; 20,000 links in 10 ms.
SELECT array_agg(neuron_id) AS ids
  FROM annotation_link
 WHERE annotation_id = ANY (%(annotation_ids)s::integer[]) AND neuron_id IS NOT NULL
   AND (%(user_ids)s::integer[] IS NULL OR user_id = ANY (%(user_ids)s::integer[]))
   AND (%(since)s::timestamptz IS NULL OR creation_time >= %(since)s::timestamptz)
   AND (%(until)s::timestamptz IS NULL OR creation_time < %(until)s::timestamptz)
   AND (%(among)s::integer[] IS NULL OR neuron_id = ANY (%(among)s::integer[]));

-- name: named
-- Neurons whose name fits a pattern of LIKE. Cost: by trigrams of the pattern.
SELECT array_agg(id) AS ids
  FROM neuron
 WHERE project_id = %(project_id)s AND name LIKE %(pattern)s
   AND (%(among)s::integer[] IS NULL OR id = ANY (%(among)s::integer[]));

-- name: named_in_any_case
-- As `named`, upper and lower case alike.
SELECT array_agg(id) AS ids
  FROM neuron
 WHERE project_id = %(project_id)s AND name ILIKE %(pattern)s
   AND (%(among)s::integer[] IS NULL OR id = ANY (%(among)s::integer[]));

-- name: matching
-- Neurons whose name a regular expression is found in. Cost: by trigrams, where the expression has any.
SELECT array_agg(id) AS ids
  FROM neuron
 WHERE project_id = %(project_id)s AND name ~ %(pattern)s
   AND (%(among)s::integer[] IS NULL OR id = ANY (%(among)s::integer[]));

-- name: matching_in_any_case
-- As `matching`, upper and lower case alike.
SELECT array_agg(id) AS ids
  FROM neuron
 WHERE project_id = %(project_id)s AND name ~* %(pattern)s
   AND (%(among)s::integer[] IS NULL OR id = ANY (%(among)s::integer[]));

-- name: skeletons_of
-- Skeletons of neurons. Cost: one index lookup for each.
SELECT array_agg(id) AS ids FROM skeleton WHERE neuron_id = ANY (%(neuron_ids)s::integer[]);

-- name: neurons_of
-- Neurons of skeletons. Cost: one index lookup for each.
SELECT array_agg(neuron_id) AS ids FROM skeleton WHERE id = ANY (%(skeleton_ids)s::integer[]);

-- name: neurons_of_all
-- All skeletons of a project, and at the same place the neuron of each. Cost: 100,000 in 20 ms.
SELECT array_agg(id) AS ids, array_agg(neuron_id) AS neuron_ids FROM skeleton WHERE project_id = %(project_id)s;

-- name: of_size
-- Skeletons of a number of treenodes, a cable length (nm), a time of their oldest treenode and of their last edition;
-- NULL ends are open, times end before `until`. Cost: one scan of the summaries of a project.
SELECT array_agg(skeleton_id) AS ids
  FROM skeleton_summary
 WHERE project_id = %(project_id)s
   AND num_nodes BETWEEN coalesce(%(nodes_low)s::integer, 0) AND coalesce(%(nodes_high)s::integer, 2147483647)
   AND cable_length BETWEEN coalesce(%(cable_low)s::float8, 0) AND coalesce(%(cable_high)s::float8, 'infinity')
   AND original_creation_time >= coalesce(%(created_since)s::timestamptz, '-infinity')
   AND original_creation_time < coalesce(%(created_until)s::timestamptz, 'infinity')
   AND last_edition_time >= coalesce(%(edited_since)s::timestamptz, '-infinity')
   AND last_edition_time < coalesce(%(edited_until)s::timestamptz, 'infinity')
   AND (%(among)s::integer[] IS NULL OR skeleton_id = ANY (%(among)s::integer[]));

-- name: traced
-- Skeletons with a treenode made by one of some users. Cost: grows with the treenodes of these users, or of `among`.
SELECT array_agg(DISTINCT skeleton_id) AS ids
  FROM treenode
 WHERE project_id = %(project_id)s AND user_id = ANY (%(user_ids)s::integer[])
   AND (%(among)s::integer[] IS NULL OR skeleton_id = ANY (%(among)s::integer[]));

-- name: edited
-- Skeletons with a treenode edited last by one of some users.
SELECT array_agg(DISTINCT skeleton_id) AS ids
  FROM treenode
 WHERE project_id = %(project_id)s AND editor_id = ANY (%(user_ids)s::integer[])
   AND (%(among)s::integer[] IS NULL OR skeleton_id = ANY (%(among)s::integer[]));

-- name: reviewed
-- Skeletons of which a percentage of treenodes was reviewed by one of some users (NULL: anybody), lowest and highest
-- included; above 0 if is_any. Cost: grows with the reviews of the project, or of `among`.
SELECT array_agg(s.skeleton_id) AS ids
  FROM skeleton_summary s
  LEFT JOIN (SELECT skeleton_id, count(DISTINCT treenode_id) AS nodes
               FROM review
              WHERE project_id = %(project_id)s
                AND (%(user_ids)s::integer[] IS NULL OR reviewer_id = ANY (%(user_ids)s::integer[]))
                AND (%(among)s::integer[] IS NULL OR skeleton_id = ANY (%(among)s::integer[]))
              GROUP BY skeleton_id) r USING (skeleton_id)
 WHERE s.project_id = %(project_id)s AND s.num_nodes > 0
   AND (NOT %(is_any)s::boolean OR r.nodes > 0)
   AND (%(among)s::integer[] IS NULL OR s.skeleton_id = ANY (%(among)s::integer[]))
   AND 100.0::float8 * coalesce(r.nodes, 0) / s.num_nodes
       BETWEEN coalesce(%(low)s::float8, 0) AND coalesce(%(high)s::float8, 100);

-- name: partners
-- Partners of skeletons that have at least so many pairs of links with all of them together.
-- mine, theirs: relations of both sides of a connector. Cost: from indexes alone, as connectivity.partner_counts.
SELECT array_agg(skeleton_id) AS ids
  FROM (SELECT p.skeleton_id
          FROM connector_link s
         CROSS JOIN LATERAL (
                SELECT t.skeleton_id
                  FROM connector_link t
                 WHERE t.connector_id = s.connector_id AND t.id <> s.id
                   AND t.relation_id = (SELECT id FROM relation WHERE project_id = %(project_id)s AND name = %(theirs)s)
                OFFSET 0) p
         WHERE s.skeleton_id = ANY (%(skeleton_ids)s::integer[])
           AND s.relation_id = (SELECT id FROM relation WHERE project_id = %(project_id)s AND name = %(mine)s)
         GROUP BY 1
        HAVING count(*) >= %(synapses)s) partner;

-- name: tagged
-- Skeletons with a treenode that has a label of this name. Cost: by index on the label; grows with its uses.
SELECT array_agg(DISTINCT t.skeleton_id) AS ids
  FROM label l JOIN node_label k ON k.label_id = l.id JOIN treenode t ON t.id = k.treenode_id
 WHERE l.project_id = %(project_id)s AND l.name = %(name)s;

-- name: volumes
-- Volumes of a name: whether each is closed, its box, and its corners, as PostgreSQL sends a float8 array.
SELECT watertight, box, array_send(corners) FROM volume WHERE project_id = %(project_id)s AND name = %(name)s ORDER BY id;

-- name: nodes_in_box
-- Treenodes in a box, at most so many: skeletons, x, y, z (nm). Cost: by the index of edges in x and z.
SELECT array_agg(skeleton_id) AS skeleton_ids, array_agg(x) AS x, array_agg(y) AS y, array_agg(z) AS z
  FROM (SELECT t.skeleton_id, t.x, t.y, t.z
          FROM treenode_in_space t
         WHERE t.project_id = %(project_id)s
           AND xz_box(t.edge) && box(point(%(x0)s::float8, %(z0)s::float8), point(%(x1)s::float8, %(z1)s::float8))
           AND t.x BETWEEN %(x0)s::float8 AND %(x1)s::float8 AND t.y BETWEEN %(y0)s::float8 AND %(y1)s::float8
           AND t.z BETWEEN %(z0)s::float8 AND %(z1)s::float8
           AND (%(among)s::integer[] IS NULL OR t.skeleton_id = ANY (%(among)s::integer[]))
         LIMIT %(most)s) node;

-- name: user_ids
-- Users of these names: name, id.
SELECT username, id FROM app_user WHERE username = ANY (%(names)s::text[]);

-- name: annotation_names
-- Names of the annotations of a project. Looked through when a name is not there.
SELECT DISTINCT name FROM annotation WHERE project_id = %(project_id)s;

-- name: label_names
-- Names of the labels of a project. Looked through when a name is not there.
SELECT DISTINCT name FROM label WHERE project_id = %(project_id)s;

-- name: volume_names
-- Names of the volumes of a project. Looked through when a name is not there.
SELECT DISTINCT name FROM volume WHERE project_id = %(project_id)s;

-- name: user_names
-- Names of all users. Looked through when a name is not there.
SELECT username FROM app_user;

-- name: label_exists
-- Whether a project has a label of this name.
SELECT EXISTS (SELECT FROM label WHERE project_id = %(project_id)s AND name = %(name)s);
