-- Whose reviews users trust.

-- name: list
-- The reviewers whom a user trusts: reviewer, time from which on; by reviewer.
SELECT reviewer_id, accept_after
  FROM reviewer_whitelist
 WHERE project_id = %(project_id)s AND user_id = %(user_id)s
 ORDER BY reviewer_id;

-- name: delete_others
-- Delete the reviewers whom a user trusts, except the given ones.
DELETE FROM reviewer_whitelist
 WHERE project_id = %(project_id)s AND user_id = %(user_id)s AND reviewer_id <> ALL (%(reviewer_ids)s::integer[]);

-- name: put
-- Add trusted reviewers, or change the time from which on they are trusted.
INSERT INTO reviewer_whitelist (project_id, user_id, reviewer_id, accept_after)
SELECT %(project_id)s, %(user_id)s, reviewer_id, accept_after
  FROM unnest(%(reviewer_ids)s::integer[], %(accept_after)s::timestamptz[]) AS trusted (reviewer_id, accept_after)
ON CONFLICT (project_id, user_id, reviewer_id) DO UPDATE SET accept_after = excluded.accept_after;
