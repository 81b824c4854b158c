-- How skeletons were made, reviewed and connected.

-- name: treenodes
-- Treenodes of skeletons: id, parent, user, creation time (s since 1970), x, y, z (nm), skeleton.
SELECT id, parent_id, user_id, extract(epoch FROM creation_time)::float8, x, y, z, skeleton_id
  FROM treenode
 WHERE project_id = %(project_id)s AND skeleton_id = ANY (%(skeleton_ids)s::integer[])
 ORDER BY id;

-- name: reviews
-- Reviews of skeletons: skeleton, reviewer, treenode, time (s since 1970).
SELECT skeleton_id, reviewer_id, treenode_id, extract(epoch FROM review_time)::float8
  FROM review
 WHERE project_id = %(project_id)s AND skeleton_id = ANY (%(skeleton_ids)s::integer[])
 ORDER BY review_time, id;

-- name: synapses
-- Number of links by skeleton, relation and user.
SELECT l.skeleton_id, r.name, l.user_id, count(*)
  FROM connector_link l JOIN relation r ON r.id = l.relation_id
 WHERE l.project_id = %(project_id)s AND l.skeleton_id = ANY (%(skeleton_ids)s::integer[])
   AND r.name IN ('presynaptic_to', 'postsynaptic_to')
 GROUP BY l.skeleton_id, r.name, l.user_id;

-- name: outputs
-- Postsynaptic links at the connectors that skeletons are presynaptic to, once for each link of theirs.
SELECT l.skeleton_id, count(*)
  FROM connector_link l
  JOIN relation r ON r.id = l.relation_id AND r.name = 'presynaptic_to'
  JOIN connector_link other ON other.connector_id = l.connector_id
  JOIN relation s ON s.id = other.relation_id AND s.name = 'postsynaptic_to'
 WHERE l.project_id = %(project_id)s AND l.skeleton_id = ANY (%(skeleton_ids)s::integer[])
 GROUP BY l.skeleton_id;

-- name: partners
-- How many skeletons are on the other side of this one's synapses, by this one's relation.
SELECT mine.name, count(DISTINCT other.skeleton_id)
  FROM connector_link l
  JOIN relation mine ON mine.id = l.relation_id
  JOIN connector_link other ON other.connector_id = l.connector_id
  JOIN relation theirs ON theirs.id = other.relation_id
 WHERE l.skeleton_id = %(skeleton_id)s AND l.project_id = %(project_id)s
   AND (mine.name, theirs.name) IN (('presynaptic_to', 'postsynaptic_to'), ('postsynaptic_to', 'presynaptic_to'))
 GROUP BY mine.name;

-- name: cable_length
-- Cable length of a skeleton (nm).
SELECT cable_length FROM skeleton_summary WHERE skeleton_id = %(skeleton_id)s AND project_id = %(project_id)s;
