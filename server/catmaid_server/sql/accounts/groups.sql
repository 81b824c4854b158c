-- Groups of users.

-- name: list_groups
-- All groups, by name, with the names of their members and whether a user has the same name.
SELECT g.id, g.name, EXISTS (SELECT FROM app_user u WHERE u.username = g.name) AS of_user,
       ARRAY(SELECT u.username FROM group_member m JOIN app_user u ON u.id = m.user_id
              WHERE m.group_id = g.id ORDER BY u.username) AS members
  FROM user_group g
 ORDER BY g.name;

-- name: group_by_id
-- Id and name of the group of this id.
SELECT id, name FROM user_group WHERE id = %(group_id)s;

-- name: group_by_name
-- Id and name of the group of this name.
SELECT id, name FROM user_group WHERE name = %(name)s;

-- name: taken
-- Whether a user or a group has this name.
SELECT EXISTS (SELECT FROM app_user WHERE username = %(name)s UNION ALL SELECT FROM user_group WHERE name = %(name)s);

-- name: create_group
-- Make a group; its id.
INSERT INTO user_group (name) VALUES (%(name)s) RETURNING id;

-- name: is_of_user
-- Whether a user has this name.
SELECT EXISTS (SELECT FROM app_user WHERE username = %(name)s);

-- name: forget_primary_group
-- Take a group from the users whose primary group it is.
UPDATE app_user SET primary_group_id = NULL WHERE primary_group_id = %(group_id)s;

-- name: take_permissions
-- Take everything that a group was granted.
DELETE FROM project_permission WHERE group_id = %(group_id)s;

-- name: remove_all_members
-- Remove all members of a group.
DELETE FROM group_member WHERE group_id = %(group_id)s;

-- name: delete_group
-- Delete a group.
DELETE FROM user_group WHERE id = %(group_id)s;

-- name: add_member
-- Make a user a member of a group, if they are none.
INSERT INTO group_member (user_id, group_id) VALUES (%(user_id)s, %(group_id)s) ON CONFLICT DO NOTHING;

-- name: remove_member
-- Remove a user from a group.
DELETE FROM group_member WHERE user_id = %(user_id)s AND group_id = %(group_id)s;
