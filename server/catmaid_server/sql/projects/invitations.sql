-- Project tokens as invitations: how long they let people in, how many, and for whom they were made.

-- name: create
-- Make a token that may end; without a name it is named after its id. Its id.
INSERT INTO project_token (id, project_id, user_id, name, needs_approval, default_permissions, expiry, most_uses,
                           email)
SELECT id, %(project_id)s, %(user_id)s, coalesce(nullif(%(name)s, ''), 'Invitation ' || id), %(needs_approval)s,
       %(permissions)s, %(expiry)s, %(most_uses)s, %(email)s
  FROM (SELECT nextval(pg_get_serial_sequence('project_token', 'id'))::integer AS id) next
RETURNING id;

-- name: listed
-- The tokens of a project with who made each, how many used it and what became of its mail, by id.
SELECT t.id, t.name, t.token, t.default_permissions AS permissions, t.needs_approval, t.enabled,
       t.creation_time AS created, t.expiry AS expires, t.most_uses, used.uses, a.id AS user_id, a.username AS "user",
       t.email, CASE WHEN mail.note IS NULL THEN '' ELSE coalesce(nullif(mail.note, ''), 'waits') END AS mail
  FROM project_token t
  JOIN app_user a ON a.id = t.user_id
  LEFT JOIN LATERAL (SELECT j.note FROM job j
                      WHERE j.project_id = t.project_id AND j.kind = 'invitation mail' AND t.email <> ''
                        AND (j.arguments ->> 'token_id')::integer = t.id
                      ORDER BY j.id DESC LIMIT 1) mail ON true
 CROSS JOIN LATERAL (SELECT count(*) AS uses FROM project_token_use u WHERE u.project_token_id = t.id) used
 WHERE t.project_id = %(project_id)s
 ORDER BY t.id;

-- name: hold
-- Hold a token until the transaction ends, so that those who use it are counted one after the other: its id.
SELECT id FROM project_token WHERE token = %(token)s FOR UPDATE;

-- name: by_token
-- What a token lets one do where, and how far it is used up; used: whether this user has used it.
SELECT t.id, t.name, t.project_id, p.title AS project, t.default_permissions AS permissions, t.needs_approval,
       t.enabled, t.expiry AS expires, coalesce(t.expiry <= now(), false) AS is_over, t.most_uses, used.uses,
       a.username AS "user", trim(a.first_name || ' ' || a.last_name) AS full_name,
       a.is_superuser AND a.is_active AS by_superuser,
       EXISTS (SELECT FROM project_token_use u WHERE u.project_token_id = t.id AND u.user_id = %(user_id)s) AS is_used,
       EXISTS (SELECT FROM project_token_use u
                WHERE u.project_token_id = t.id AND u.user_id = %(user_id)s AND u.enabled) AS is_in
  FROM project_token t
  JOIN project p ON p.id = t.project_id
  JOIN app_user a ON a.id = t.user_id
 CROSS JOIN LATERAL (SELECT count(*) AS uses FROM project_token_use u WHERE u.project_token_id = t.id) used
 WHERE t.token = %(token)s;

-- name: maker
-- Who made a token of a project: the id of the user; no row if the project has no such token.
SELECT user_id FROM project_token WHERE project_id = %(project_id)s AND id = %(token_id)s;
