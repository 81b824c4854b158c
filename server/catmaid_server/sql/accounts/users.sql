-- Users, groups, tokens.

-- name: user_by_name
SELECT id, username, is_superuser, is_active, first_name, last_name, password
  FROM app_user WHERE username = %(username)s;

-- name: user_by_id
SELECT id, username, is_superuser, is_active, first_name, last_name, password
  FROM app_user WHERE id = %(user_id)s;

-- name: user_by_token
SELECT u.id, u.username, u.is_superuser, u.is_active, u.first_name, u.last_name, u.password
  FROM api_token t JOIN app_user u ON u.id = t.user_id
 WHERE t.digest = %(digest)s AND u.is_active;

-- name: create_user
INSERT INTO app_user (id, username, password, is_superuser, is_staff, first_name, last_name, email, color)
VALUES (coalesce(%(id)s::integer, nextval('app_user_id_seq')::integer), %(username)s, %(password)s,
        %(is_superuser)s, %(is_superuser)s, %(first_name)s, %(last_name)s, %(email)s, %(color)s)
RETURNING id;

-- name: create_own_group
-- CATMAID treats the members of the group that bears a user's name as that user's co-owners.
INSERT INTO user_group (name) VALUES (%(username)s) ON CONFLICT DO NOTHING;

-- name: set_password
UPDATE app_user SET password = %(password)s WHERE id = %(user_id)s;

-- name: set_active
UPDATE app_user SET is_active = %(active)s WHERE id = %(user_id)s;

-- name: create_token
INSERT INTO api_token (user_id, digest, name) VALUES (%(user_id)s, %(digest)s, %(name)s);

-- name: group_by_name
SELECT id FROM user_group WHERE name = %(name)s;

-- name: grant
INSERT INTO project_permission (project_id, user_id, group_id, permission)
VALUES (%(project_id)s, %(user_id)s, %(group_id)s, %(permission)s)
ON CONFLICT DO NOTHING;

-- name: take_back
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
SELECT username, id FROM app_user WHERE username = ANY (%(usernames)s::text[]);

-- name: has_project
SELECT EXISTS (SELECT FROM project WHERE id = %(project_id)s);
