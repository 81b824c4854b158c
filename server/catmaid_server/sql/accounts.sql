-- What users are told of themselves and of each other.

-- name: user_list
-- with_passwords: add the hashes, which superusers need to copy accounts to another server.
SELECT coalesce(json_agg(
           jsonb_build_object('id', id, 'login', username, 'full_name', trim(first_name || ' ' || last_name),
                              'first_name', first_name, 'last_name', last_name, 'color', color[1:3],
                              'primary_group_id', primary_group_id)
           || CASE WHEN %(with_passwords)s THEN jsonb_build_object('password', password) ELSE '{}' END
           ORDER BY username COLLATE "C"), '[]')::text
  FROM app_user
 WHERE %(only)s::integer IS NULL OR id = %(only)s;

-- name: user_names
SELECT id, username FROM app_user ORDER BY username COLLATE "C" DESC;

-- name: groups
SELECT id, name FROM user_group ORDER BY id;

-- name: group_names_of_user
SELECT g.name
  FROM group_member m JOIN user_group g ON g.id = m.group_id
 WHERE m.user_id = %(user_id)s
 ORDER BY g.name;

-- name: domain
-- The user and those whose own group, of their name, has the user as a member.
SELECT owner.id
  FROM app_user owner
 WHERE owner.id = %(user_id)s
    OR EXISTS (SELECT FROM user_group g JOIN group_member m ON m.group_id = g.id
                WHERE g.name = owner.username AND m.user_id = %(user_id)s)
 ORDER BY owner.id;

-- name: primary_group
SELECT primary_group_id FROM app_user WHERE id = %(user_id)s;

-- name: project_ids
SELECT id FROM project ORDER BY id;

-- name: note_login
-- password: a better hash of it, NULL to keep the one there is.
UPDATE app_user SET last_login = now(), password = coalesce(%(password)s, password) WHERE id = %(user_id)s;

-- name: ensure_token
INSERT INTO api_token (user_id, digest, name)
VALUES (%(user_id)s, %(digest)s, %(name)s)
ON CONFLICT (digest) DO NOTHING;

-- name: users_with_permissions
-- Users who were granted something in a project themselves, and what.
SELECT coalesce(json_object_agg(user_id, json_build_object('user_name', username, 'permissions', permissions)), '{}')::text
  FROM (SELECT u.id AS user_id, u.username, array_agg(p.permission ORDER BY p.permission) AS permissions
          FROM project_permission p JOIN app_user u ON u.id = p.user_id
         WHERE p.project_id = %(project_id)s
         GROUP BY u.id) granted;

-- name: groups_with_permissions
SELECT coalesce(json_object_agg(group_id, json_build_object('group_name', name, 'permissions', permissions)), '{}')::text
  FROM (SELECT g.id AS group_id, g.name, array_agg(p.permission ORDER BY p.permission) AS permissions
          FROM project_permission p JOIN user_group g ON g.id = p.group_id
         WHERE p.project_id = %(project_id)s
         GROUP BY g.id) granted;
