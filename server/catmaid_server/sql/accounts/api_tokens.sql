-- API tokens, for administrators.

-- name: list_tokens
-- API tokens of a user, or all, by id: id, user name, name, creation time.
SELECT t.id, u.username, t.name, t.creation_time
  FROM api_token t JOIN app_user u ON u.id = t.user_id
 WHERE %(user_id)s::integer IS NULL OR t.user_id = %(user_id)s
 ORDER BY t.id;

-- name: revoke_tokens
-- Delete API tokens; the ids of those that existed.
DELETE FROM api_token WHERE id = ANY (%(ids)s::integer[]) RETURNING id;

-- name: revoke_tokens_of
-- Delete all API tokens of a user.
DELETE FROM api_token WHERE user_id = %(user_id)s;
