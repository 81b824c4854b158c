-- Memberships of groups and grants of permissions.

-- name: users_of
-- Users by id, and the members of groups.
SELECT u.id
  FROM app_user u
 WHERE u.id = ANY (%(user_ids)s::integer[])
    OR EXISTS (SELECT FROM group_member m WHERE m.user_id = u.id AND m.group_id = ANY (%(group_ids)s::integer[]))
 ORDER BY u.id;

-- name: make_own_groups
-- Make the groups named after these users, where they are missing.
INSERT INTO user_group (name) SELECT username FROM app_user WHERE id = ANY (%(owner_ids)s::integer[])
ON CONFLICT DO NOTHING;

-- name: add_members
-- Make users members of the groups that are named after the owners.
INSERT INTO group_member (user_id, group_id)
SELECT member.id, g.id
  FROM app_user owner
  JOIN user_group g ON g.name = owner.username
 CROSS JOIN unnest(%(user_ids)s::integer[]) AS member (id)
 WHERE owner.id = ANY (%(owner_ids)s::integer[])
ON CONFLICT DO NOTHING;

-- name: remove_members
-- Remove users from the groups that are named after the owners.
DELETE FROM group_member m
 USING app_user owner JOIN user_group g ON g.name = owner.username
 WHERE owner.id = ANY (%(owner_ids)s::integer[]) AND m.group_id = g.id AND m.user_id = ANY (%(user_ids)s::integer[]);

-- name: users_with_permissions
-- Name and own permissions in a project of each user that has any, as one JSON text by user id.
SELECT coalesce(json_object_agg(user_id, json_build_object('user_name', username, 'permissions', permissions)), '{}')::text
  FROM (SELECT u.id AS user_id, u.username, array_agg(p.permission ORDER BY p.permission) AS permissions
          FROM project_permission p JOIN app_user u ON u.id = p.user_id
         WHERE p.project_id = %(project_id)s
         GROUP BY u.id, u.username) granted;

-- name: groups_with_permissions
-- Name and permissions in a project of each group that has any, as one JSON text by group id.
SELECT coalesce(json_object_agg(group_id, json_build_object('group_name', name, 'permissions', permissions)), '{}')::text
  FROM (SELECT g.id AS group_id, g.name, array_agg(p.permission ORDER BY p.permission) AS permissions
          FROM project_permission p JOIN user_group g ON g.id = p.group_id
         WHERE p.project_id = %(project_id)s
         GROUP BY g.id, g.name) granted;

-- name: holders
-- Users, then groups, that have permissions in a project, by name, with what they were granted.
SELECT name, kind, array_agg(permission ORDER BY permission) AS permissions
  FROM (SELECT coalesce(u.username, g.name) AS name, CASE WHEN u.id IS NULL THEN 'group' ELSE 'user' END AS kind,
               p.permission
          FROM project_permission p
          LEFT JOIN app_user u ON u.id = p.user_id
          LEFT JOIN user_group g ON g.id = p.group_id
         WHERE p.project_id = %(project_id)s) granted
 GROUP BY name, kind
 ORDER BY kind DESC, name;

-- name: holder
-- The user or group of this id, one row if it exists.
SELECT id FROM app_user WHERE id = %(user_id)s
 UNION ALL
SELECT id FROM user_group WHERE id = %(group_id)s;

-- name: give
-- Give a user or a group permissions in a project.
INSERT INTO project_permission (project_id, user_id, group_id, permission)
SELECT %(project_id)s, %(user_id)s::integer, %(group_id)s::integer, permission
  FROM unnest(%(permissions)s::text[]) AS permission
ON CONFLICT DO NOTHING;

-- name: take
-- Take permissions in a project from a user or a group.
DELETE FROM project_permission
 WHERE project_id = %(project_id)s AND permission = ANY (%(permissions)s::text[])
   AND (user_id = %(user_id)s OR group_id = %(group_id)s);
