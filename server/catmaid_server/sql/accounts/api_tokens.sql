-- API tokens: made, listed, revoked.

-- name: create_token
-- Store the digest of a new API token, its last characters and when it expires (NULL: never); its id and creation time.
INSERT INTO api_token (user_id, digest, name, ending, expiry)
VALUES (%(user_id)s, %(digest)s, %(name)s, %(ending)s, %(expiry)s)
RETURNING id, creation_time;

-- name: validity
-- Id of the API token with this digest, and when it expires; NULL: never.
SELECT id, expiry FROM api_token WHERE digest = %(digest)s;

-- name: list_tokens
-- API tokens of a user, or all, by id.
SELECT t.id, u.username, t.name, t.creation_time, t.ending, t.expiry, l.last_use
  FROM api_token t JOIN app_user u ON u.id = t.user_id LEFT JOIN api_token_use l ON l.api_token_id = t.id
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

-- name: note_uses
-- Keep when tokens were last used; in the order of ids, so that processes do not wait for each other in a circle.
INSERT INTO api_token_use (api_token_id, last_use)
SELECT t.id, u.time
  FROM unnest(%(ids)s::integer[], %(times)s::timestamptz[]) u (id, time)
  JOIN api_token t ON t.id = u.id
 ORDER BY t.id
    ON CONFLICT (api_token_id) DO UPDATE SET last_use = greatest(api_token_use.last_use, excluded.last_use);
