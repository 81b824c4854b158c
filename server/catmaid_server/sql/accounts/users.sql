-- Users, groups, tokens.

-- name: user_by_name
-- The user of this name.
SELECT id, username, is_superuser, is_active, first_name, last_name, password
  FROM app_user WHERE username = %(username)s;

-- name: user_by_id
-- The user of this id.
SELECT id, username, is_superuser, is_active, first_name, last_name, password
  FROM app_user WHERE id = %(user_id)s;

-- name: user_by_token
-- The active user to whom the API token with this digest was given, unless it expired.
SELECT u.id, u.username, u.is_superuser, u.is_active, u.first_name, u.last_name, u.password
  FROM api_token t JOIN app_user u ON u.id = t.user_id
 WHERE t.digest = %(digest)s AND u.is_active AND (t.expiry IS NULL OR t.expiry > now());

-- name: create_user
-- Make a user, with the given id or the next free one; the id.
INSERT INTO app_user (id, username, password, is_superuser, is_staff, first_name, last_name, email, color)
VALUES (coalesce(%(id)s::integer, nextval('app_user_id_seq')::integer), %(username)s, %(password)s,
        %(is_superuser)s, %(is_superuser)s, %(first_name)s, %(last_name)s, %(email)s, %(color)s)
RETURNING id;

-- name: create_own_group
-- Make the group named after a user; its members may edit the user's data, as in CATMAID.
INSERT INTO user_group (name) VALUES (%(username)s) ON CONFLICT DO NOTHING;

-- name: set_password
-- Replace the password hash of a user.
UPDATE app_user SET password = %(password)s WHERE id = %(user_id)s;

-- name: set_active
-- Switch an account on or off.
UPDATE app_user SET is_active = %(active)s WHERE id = %(user_id)s;

-- name: forget_closing
-- Forget for which inactivity an account was closed, when somebody opens or closes it.
DELETE FROM inactivity_notice WHERE user_id = %(user_id)s;

-- name: group_by_name
-- Id of the group of this name.
SELECT id FROM user_group WHERE name = %(name)s;

-- name: grant
-- Give a user or a group one permission in a project.
INSERT INTO project_permission (project_id, user_id, group_id, permission)
VALUES (%(project_id)s, %(user_id)s, %(group_id)s, %(permission)s)
ON CONFLICT DO NOTHING;

-- name: take_back
-- Take one permission in a project from a user or a group.
DELETE FROM project_permission
 WHERE project_id = %(project_id)s AND permission = %(permission)s
   AND (user_id = %(user_id)s OR group_id = %(group_id)s);

-- name: permissions_of_user
-- Each project in which a user has permissions, with their names.
SELECT project_id, array_agg(permission)
  FROM effective_permission
 WHERE user_id = %(user_id)s
 GROUP BY project_id;

-- name: ids_by_name
-- Names and ids of users with these names.
SELECT username, id FROM app_user WHERE username = ANY (%(usernames)s::text[]);

-- name: archived_projects
-- Ids of all archived projects.
SELECT project_id FROM project_archive;

-- name: has_project
-- Whether there is a project of this id.
SELECT EXISTS (SELECT FROM project WHERE id = %(project_id)s);
