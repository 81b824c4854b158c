-- Accounts that people make themselves.

-- name: one_at_a_time
-- Until the end of the transaction: two who choose a name at the same time do not see each other's.
SELECT pg_advisory_xact_lock(hashtext('catmaid registration'));

-- name: taken_names
-- A group's name, too, since who grants something names a user or a group.
SELECT username FROM app_user UNION SELECT name FROM user_group;
