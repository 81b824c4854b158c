-- When users were at work.

-- name: edits
-- Times of the last edits of treenodes and connectors by a user, start included, end not.
SELECT edition_time FROM treenode
 WHERE project_id = %(project_id)s AND editor_id = %(user_id)s
   AND edition_time >= %(start)s AND edition_time < %(end)s
 UNION ALL
SELECT edition_time FROM connector
 WHERE project_id = %(project_id)s AND editor_id = %(user_id)s
   AND edition_time >= %(start)s AND edition_time < %(end)s;

-- name: reviews
-- Times of a user's reviews in a period.
SELECT review_time FROM review
 WHERE project_id = %(project_id)s AND reviewer_id = %(user_id)s
   AND review_time >= %(start)s AND review_time < %(end)s;

-- name: writes
-- Times of a user's transactions in a period.
SELECT time FROM transaction_info
 WHERE project_id = %(project_id)s AND user_id = %(user_id)s AND time >= %(start)s AND time < %(end)s;
