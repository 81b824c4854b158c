-- Users for administrators.

-- name: list_members
-- All users, by id, with the names of their groups except their own group.
SELECT u.id, u.username, trim(u.first_name || ' ' || u.last_name) AS full_name, u.is_superuser, u.is_active,
       coalesce(array_agg(g.name ORDER BY g.name) FILTER (WHERE g.name <> u.username), '{}') AS groups
  FROM app_user u
  LEFT JOIN group_member m ON m.user_id = u.id
  LEFT JOIN user_group g ON g.id = m.group_id
 GROUP BY u.id, u.username, u.first_name, u.last_name, u.is_superuser, u.is_active
 ORDER BY u.id;
