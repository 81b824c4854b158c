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

-- name: lock_treenodes
-- Those of some treenodes that exist, with their skeletons; they stay on them until the transaction ends.
SELECT id, skeleton_id
  FROM treenode
 WHERE id = ANY (%(treenode_ids)s::integer[]) AND project_id = %(project_id)s
 ORDER BY id FOR SHARE;

-- name: renew
-- Set the time of a reviewer's reviews of treenodes to now: the treenodes that have one.
WITH own AS (
    SELECT id FROM review
     WHERE treenode_id = ANY (%(treenode_ids)s::integer[]) AND reviewer_id = %(reviewer_id)s
     ORDER BY id FOR UPDATE
)
UPDATE review r SET review_time = now() FROM own WHERE r.id = own.id
RETURNING r.treenode_id;

-- name: add
-- Add the first reviews of treenodes by a reviewer.
INSERT INTO review (project_id, reviewer_id, treenode_id, skeleton_id)
SELECT %(project_id)s, %(reviewer_id)s, treenode_id, skeleton_id
  FROM unnest(%(treenode_ids)s::integer[], %(skeleton_ids)s::integer[]) AS new (treenode_id, skeleton_id);

-- name: now
-- The time of reviews that this transaction makes.
SELECT now();

-- name: of_skeleton
-- All reviews of a skeleton: treenode, reviewer, time; oldest first.
SELECT treenode_id, reviewer_id, review_time
  FROM review
 WHERE skeleton_id = %(skeleton_id)s AND project_id = %(project_id)s
 ORDER BY review_time, id;

-- name: reviewers
-- Per skeleton and reviewer the number of treenodes reviewed, and when last.
SELECT skeleton_id, reviewer_id, count(DISTINCT treenode_id), max(review_time)
  FROM review
 WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[]) AND project_id = %(project_id)s
 GROUP BY skeleton_id, reviewer_id
 ORDER BY skeleton_id, reviewer_id;

-- name: segments
-- Per skeleton the number of its ends, each of which begins a segment to review.
-- Cost: all treenodes of the skeletons, by index; a million take seconds.
WITH node AS MATERIALIZED (
    SELECT id, parent_id, skeleton_id
      FROM treenode
     WHERE skeleton_id = ANY (%(skeleton_ids)s::integer[]) AND project_id = %(project_id)s
)
SELECT n.skeleton_id, count(*)
  FROM node n
 WHERE NOT EXISTS (SELECT FROM node c WHERE c.parent_id = n.id)
 GROUP BY n.skeleton_id;

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
