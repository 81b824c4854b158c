-- API tokens, for administrators.

-- name: list_tokens
SELECT t.id, u.username, t.name, t.creation_time
  FROM api_token t JOIN app_user u ON u.id = t.user_id
 WHERE %(user_id)s::integer IS NULL OR t.user_id = %(user_id)s
 ORDER BY t.id;

-- name: revoke_tokens
DELETE FROM api_token WHERE id = ANY (%(ids)s::integer[]) RETURNING id;

-- name: revoke_tokens_of
DELETE FROM api_token WHERE user_id = %(user_id)s;
