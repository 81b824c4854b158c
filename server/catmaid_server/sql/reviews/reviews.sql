-- Reviews: who looked at which treenode, and how much of a skeleton was looked at.

-- name: status
-- Per skeleton the number of nodes, and of those reviewed by any of reviewer_ids (NULL: by anybody).
SELECT s.skeleton_id, s.num_nodes,
       (SELECT count(DISTINCT r.treenode_id)
          FROM review r
         WHERE r.skeleton_id = s.skeleton_id
           AND (%(reviewer_ids)s::integer[] IS NULL OR r.reviewer_id = ANY (%(reviewer_ids)s::integer[])))
  FROM skeleton_summary s
 WHERE s.project_id = %(project_id)s AND s.skeleton_id = ANY (%(skeleton_ids)s::integer[]);

-- name: trusted_status
-- As `status`, but of reviewers whom a user trusts, from when they are trusted on.
SELECT s.skeleton_id, s.num_nodes,
       (SELECT count(DISTINCT r.treenode_id)
          FROM review r
          JOIN reviewer_whitelist w ON w.reviewer_id = r.reviewer_id AND w.project_id = r.project_id
         WHERE r.skeleton_id = s.skeleton_id AND w.user_id = %(user_id)s AND r.review_time >= w.accept_after)
  FROM skeleton_summary s
 WHERE s.project_id = %(project_id)s AND s.skeleton_id = ANY (%(skeleton_ids)s::integer[]);

-- name: skeleton_of
-- The skeleton of a treenode; the treenode stays on it until the transaction ends.
SELECT skeleton_id FROM treenode WHERE id = %(treenode_id)s AND project_id = %(project_id)s FOR SHARE;

-- name: renew
-- Set the time of a review to now; no row if this reviewer has not reviewed the treenode.
UPDATE review SET review_time = now()
 WHERE treenode_id = %(treenode_id)s AND reviewer_id = %(reviewer_id)s
RETURNING review_time;

-- name: add
-- Add the first review of a treenode by a reviewer.
INSERT INTO review (project_id, reviewer_id, treenode_id, skeleton_id)
VALUES (%(project_id)s, %(reviewer_id)s, %(treenode_id)s, %(skeleton_id)s)
RETURNING review_time;

-- name: of_skeleton
-- All reviews of a skeleton: treenode, reviewer, time; oldest first.
SELECT treenode_id, reviewer_id, review_time
  FROM review
 WHERE skeleton_id = %(skeleton_id)s AND project_id = %(project_id)s
 ORDER BY review_time, id;

-- name: delete_own
-- Delete the reviews of a skeleton by one reviewer.
DELETE FROM review
 WHERE skeleton_id = %(skeleton_id)s AND project_id = %(project_id)s AND reviewer_id = %(reviewer_id)s;

-- name: arbor
-- The treenodes of a skeleton: id, parent, place (nm), creator; by id.
SELECT id, parent_id, x, y, z, user_id
  FROM treenode
 WHERE skeleton_id = %(skeleton_id)s AND project_id = %(project_id)s
 ORDER BY id;

-- name: suppressed
-- Virtual nodes of a skeleton that reviewers skip: treenode below them, orientation, coordinate.
SELECT v.child_id, v.orientation, v.location_coordinate
  FROM suppressed_virtual_node v JOIN treenode t ON t.id = v.child_id
 WHERE t.skeleton_id = %(skeleton_id)s AND t.project_id = %(project_id)s
 ORDER BY v.id;
