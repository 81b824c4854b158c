-- Accounts that people make themselves.

-- name: one_at_a_time
-- Lock registration to the end of the transaction: two people could choose the same name at the same time.
SELECT pg_advisory_xact_lock(hashtext('catmaid registration'));

-- name: taken_names
-- Names of users and groups; both, since grants are made by name to a user or a group.
SELECT username FROM app_user UNION SELECT name FROM user_group;
