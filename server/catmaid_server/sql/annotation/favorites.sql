-- The projects that users like best.

-- name: add
-- Make a project a favorite of a user.
INSERT INTO project_favorite (project_id, user_id) VALUES (%(project_id)s, %(user_id)s) ON CONFLICT DO NOTHING;

-- name: remove
-- Remove a project from the favorites of a user.
DELETE FROM project_favorite WHERE project_id = %(project_id)s AND user_id = %(user_id)s;
