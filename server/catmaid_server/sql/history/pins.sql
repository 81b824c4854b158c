-- Names of versions.

-- name: list
-- The pins of a project, oldest first.
SELECT p.id, p.name, p.version, p.user_id, u.username, p.time, p.note
  FROM pin p JOIN app_user u ON u.id = p.user_id
 WHERE p.project_id = %(project_id)s
 ORDER BY p.version, p.id;

-- name: add
-- Name a version; no row if the project has a pin of this name.
INSERT INTO pin (project_id, name, version, user_id, note)
VALUES (%(project_id)s, %(name)s, %(version)s, %(user_id)s, %(note)s)
ON CONFLICT (project_id, name) DO NOTHING
RETURNING id;
