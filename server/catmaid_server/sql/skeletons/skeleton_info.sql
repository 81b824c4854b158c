-- Lists and summaries of skeletons; answers come from skeleton_summary, so none of them counts nodes.

-- name: skeleton_ids
-- created_by: has nodes of this user; reviewed_by: has nodes reviewed by this user; each, if a period is given, in it.
SELECT k.id
  FROM skeleton k
 WHERE k.project_id = %(project_id)s
   AND (%(created_by)s::integer IS NULL
        OR EXISTS (SELECT FROM treenode t
                    WHERE t.skeleton_id = k.id AND t.user_id = %(created_by)s
                      AND t.creation_time >= coalesce(%(since)s::timestamptz, '-infinity')
                      AND t.creation_time < coalesce(%(until)s::timestamptz, 'infinity')))
   AND (%(reviewed_by)s::integer IS NULL
        OR EXISTS (SELECT FROM review r
                    WHERE r.skeleton_id = k.id AND r.reviewer_id = %(reviewed_by)s
                      AND r.review_time >= coalesce(%(since)s::timestamptz, '-infinity')
                      AND r.review_time < coalesce(%(until)s::timestamptz, 'infinity')))
   AND (%(more_nodes_than)s::integer IS NULL
        OR EXISTS (SELECT FROM skeleton_summary s
                    WHERE s.skeleton_id = k.id AND s.num_nodes > %(more_nodes_than)s))
 ORDER BY k.id;

-- name: summaries
-- Summaries by skeleton, as a JSON object.
SELECT coalesce(json_object_agg(skeleton_id, json_build_object(
           'skeleton_id', skeleton_id, 'num_nodes', num_nodes, 'cable_length', cable_length,
           'num_imported_nodes', num_imported_nodes, 'original_creation_time', original_creation_time,
           'last_edition_time', last_edition_time, 'last_editor_id', last_editor_id,
           'last_summary_update', last_summary_update)), '{}')::text
  FROM skeleton_summary
 WHERE project_id = %(project_id)s AND skeleton_id = ANY (%(skeleton_ids)s::integer[]);

-- name: cable_lengths
-- nm, per skeleton.
SELECT skeleton_id, cable_length
  FROM skeleton_summary
 WHERE project_id = %(project_id)s AND skeleton_id = ANY (%(skeleton_ids)s::integer[]);

-- name: root
-- Root treenode of a skeleton: id, x, y, z (nm).
SELECT id, x, y, z
  FROM treenode
 WHERE skeleton_id = %(skeleton_id)s AND parent_id IS NULL AND project_id = %(project_id)s;

-- name: neuron_of_skeleton
-- Neuron of a skeleton: id, project, name, user, creation time.
SELECT n.id, n.project_id, n.name, n.user_id, n.creation_time
  FROM skeleton k JOIN neuron n ON n.id = k.neuron_id
 WHERE k.id = %(skeleton_id)s AND k.project_id = %(project_id)s;

-- name: neuron_names
-- Names of neurons by skeleton.
SELECT k.id, n.name
  FROM skeleton k JOIN neuron n ON n.id = k.neuron_id
 WHERE k.project_id = %(project_id)s AND k.id = ANY (%(skeleton_ids)s::integer[]);

-- name: node_count
-- Number of treenodes of a skeleton, and the skeleton; given itself or one of its treenodes.
SELECT num_nodes, skeleton_id
  FROM skeleton_summary
 WHERE project_id = %(project_id)s
   AND skeleton_id = coalesce(%(skeleton_id)s::integer,
                              (SELECT skeleton_id FROM treenode WHERE id = %(treenode_id)s));

-- name: labelled_skeletons
-- For each label the skeletons with a node that bears it.
SELECT l.label_id, array_agg(DISTINCT t.skeleton_id)
  FROM node_label l
  JOIN treenode t ON t.id = l.treenode_id
  JOIN label b ON b.id = l.label_id
 WHERE l.project_id = %(project_id)s
   AND (l.label_id = ANY (%(label_ids)s::integer[]) OR b.name = ANY (%(label_names)s::text[]))
 GROUP BY l.label_id
 ORDER BY l.label_id;

-- name: node_overview
-- Rows as [id, parent, confidence, x, y, z, radius, user, edition time (whole s)], [node, reviewer], [node, label].
SELECT json_build_array(
    coalesce((SELECT json_agg(json_build_array(id, parent_id, confidence, x, y, z, radius, user_id,
                                               floor(extract(epoch FROM edition_time))))
                FROM treenode WHERE skeleton_id = %(skeleton_id)s AND project_id = %(project_id)s), '[]'),
    coalesce((SELECT json_agg(json_build_array(treenode_id, reviewer_id))
                FROM review WHERE skeleton_id = %(skeleton_id)s AND project_id = %(project_id)s), '[]'),
    coalesce((SELECT json_agg(json_build_array(l.treenode_id, b.name))
                FROM treenode t
                JOIN node_label l ON l.treenode_id = t.id
                JOIN label b ON b.id = l.label_id
               WHERE t.skeleton_id = %(skeleton_id)s AND t.project_id = %(project_id)s), '[]'))::text;
