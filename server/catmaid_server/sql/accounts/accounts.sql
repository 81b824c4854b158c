-- What users are told of themselves and of each other.

-- name: group_names_of_user
-- Names of the groups of a user.
SELECT g.name
  FROM group_member m JOIN user_group g ON g.id = m.group_id
 WHERE m.user_id = %(user_id)s
 ORDER BY g.name;

-- name: domain
-- Ids of the users whose data this user may edit: the user, and owners of groups (of the same name) with the user.
SELECT owner.id
  FROM app_user owner
 WHERE owner.id = %(user_id)s
    OR EXISTS (SELECT FROM user_group g JOIN group_member m ON m.group_id = g.id
                WHERE g.name = owner.username AND m.user_id = %(user_id)s)
 ORDER BY owner.id;

-- name: primary_group
-- Id of the primary group of a user.
SELECT primary_group_id FROM app_user WHERE id = %(user_id)s;

-- name: project_ids
-- Ids of all projects.
SELECT id FROM project ORDER BY id;

-- name: note_login
-- checked: the hash that the password was compared with. better: one to keep instead, NULL to keep it.
UPDATE app_user
   SET last_login = now(), password = CASE WHEN password = %(checked)s THEN coalesce(%(better)s, password) ELSE password END
 WHERE id = %(user_id)s
RETURNING password;

-- name: ensure_token
-- Store the digest of an API token unless it is stored already.
INSERT INTO api_token (user_id, digest, name)
VALUES (%(user_id)s, %(digest)s, %(name)s)
ON CONFLICT (digest) DO NOTHING;
