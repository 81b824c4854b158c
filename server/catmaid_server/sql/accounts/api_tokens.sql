-- API tokens: made, listed, revoked.

-- name: create_token
-- Store the digest of a new API token, its last characters and when it expires (NULL: never); its id and creation time.
INSERT INTO api_token (user_id, digest, name, ending, expiry)
VALUES (%(user_id)s, %(digest)s, %(name)s, %(ending)s, %(expiry)s)
RETURNING id, creation_time;

-- name: expiry
-- When the API token with this digest expires; NULL: never.
SELECT expiry FROM api_token WHERE digest = %(digest)s;

-- name: list_tokens
-- API tokens of a user, or all, by id.
SELECT t.id, u.username, t.name, t.creation_time, t.ending, t.expiry
  FROM api_token t JOIN app_user u ON u.id = t.user_id
 WHERE %(user_id)s::integer IS NULL OR t.user_id = %(user_id)s
 ORDER BY t.id;

-- name: revoke_tokens
-- Delete API tokens; the ids of those that existed.
DELETE FROM api_token WHERE id = ANY (%(ids)s::integer[]) RETURNING id;

-- name: revoke_tokens_of
-- Delete all API tokens of a user.
DELETE FROM api_token WHERE user_id = %(user_id)s;

-- name: revoke_own_token
-- Delete an API token of a user; its id if it existed.
DELETE FROM api_token WHERE id = %(token_id)s AND user_id = %(user_id)s RETURNING id;
