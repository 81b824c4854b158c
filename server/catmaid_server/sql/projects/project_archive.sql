-- Archived projects.

-- name: archive
-- Archive a project; its id, no row if it is archived already.
INSERT INTO project_archive (project_id, user_id) VALUES (%(project_id)s, %(user_id)s)
ON CONFLICT DO NOTHING
RETURNING project_id;

-- name: restore
-- Bring a project back; its id, no row if it is not archived.
DELETE FROM project_archive WHERE project_id = %(project_id)s RETURNING project_id;
