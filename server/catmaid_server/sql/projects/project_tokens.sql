-- Tokens that let people into a project, and copies of projects.

-- name: create
-- Make a token; without a name it is named after its id. All fields of the new token.
INSERT INTO project_token (id, project_id, user_id, name, needs_approval, default_permissions)
SELECT id, %(project_id)s, %(user_id)s, coalesce(nullif(%(name)s, ''), 'Project token ' || id), %(needs_approval)s,
       %(permissions)s
  FROM (SELECT nextval(pg_get_serial_sequence('project_token', 'id'))::integer AS id) next
RETURNING id, creation_time, edition_time, name, token, needs_approval, enabled, default_permissions, user_id,
          project_id;

-- name: list
-- The tokens of a project with all their fields, by id.
SELECT id, creation_time, edition_time, name, token, needs_approval, enabled, default_permissions, user_id, project_id
  FROM project_token
 WHERE project_id = %(project_id)s
 ORDER BY id;

-- name: withdraw
-- Let nobody in with a token any more, who used it stays: its id; no row if the project has no such token.
UPDATE project_token SET enabled = false, edition_time = now()
 WHERE project_id = %(project_id)s AND id = %(token_id)s
RETURNING id;

-- name: note_use
-- Record that a user applied a token; no row changes if they did so before.
INSERT INTO project_token_use (project_token_id, user_id, enabled) VALUES (%(token_id)s, %(user_id)s, %(enabled)s)
ON CONFLICT DO NOTHING;

-- name: uses_by_user
-- Ids of the tokens of a project that a user has applied.
SELECT u.project_token_id
  FROM project_token_use u JOIN project_token t ON t.id = u.project_token_id
 WHERE t.project_id = %(project_id)s AND u.user_id = %(user_id)s
 ORDER BY u.id;

-- name: set_use
-- Enable or disable a user's use of a token; the permissions that the token grants.
UPDATE project_token_use u SET enabled = %(enabled)s, edition_time = now()
  FROM project_token t
 WHERE t.id = u.project_token_id AND t.project_id = %(project_id)s AND t.id = %(token_id)s
   AND u.user_id = %(user_id)s
RETURNING granted_by_token(t.default_permissions);

-- name: awaiting
-- Who applied a token of a project and was neither approved nor refused, in the order in which they did.
SELECT t.id, t.name, u.user_id, a.username, trim(a.first_name || ' ' || a.last_name), t.default_permissions,
       u.creation_time
  FROM project_token_use u JOIN project_token t ON t.id = u.project_token_id JOIN app_user a ON a.id = u.user_id
 WHERE t.project_id = %(project_id)s AND NOT u.enabled AND u.edition_time = u.creation_time
 ORDER BY u.id;

-- name: refuse
-- Note that a user who awaits approval is refused: the id of the token; no row if they await none.
UPDATE project_token_use u SET edition_time = clock_timestamp()
  FROM project_token t
 WHERE t.id = u.project_token_id AND t.project_id = %(project_id)s AND t.id = %(token_id)s
   AND u.user_id = %(user_id)s AND NOT u.enabled AND u.edition_time = u.creation_time
RETURNING t.id;

-- name: permissions_of
-- The permissions that a token grants.
SELECT granted_by_token(default_permissions) FROM project_token WHERE project_id = %(project_id)s AND id = %(token_id)s;

-- name: end_use
-- Delete a user's use of a token if it is enabled.
DELETE FROM project_token_use WHERE project_token_id = %(token_id)s AND user_id = %(user_id)s AND enabled;

-- name: revoke_permissions
-- Take from a user permissions of a token, except those that another token gives.
DELETE FROM project_permission p
 WHERE p.project_id = %(project_id)s AND p.user_id = %(user_id)s AND p.permission = ANY (%(permissions)s)
   AND NOT EXISTS (SELECT FROM project_token_use u JOIN project_token t ON t.id = u.project_token_id
                    WHERE u.user_id = p.user_id AND u.enabled AND t.project_id = p.project_id
                      AND p.permission = ANY (granted_by_token(t.default_permissions)));

-- name: copy_stacks
-- Show the stacks of one project in another, at the same places.
INSERT INTO project_stack (project_id, stack_id, translation_x, translation_y, translation_z, orientation)
SELECT %(copy_id)s, stack_id, translation_x, translation_y, translation_z, orientation
  FROM project_stack WHERE project_id = %(project_id)s ORDER BY id;

-- name: copy_volumes
-- Copy the volumes of one project to another.
INSERT INTO volume (project_id, user_id, editor_id, name, comment, corners, area, volume, watertight)
SELECT %(copy_id)s, user_id, editor_id, name, comment, corners, area, volume, watertight
  FROM volume WHERE project_id = %(project_id)s ORDER BY id;
