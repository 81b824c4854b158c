-- Answers to writes that came with a key.

-- name: find
SELECT body, content_type FROM edit_answer WHERE key = %(key)s;

-- name: remember
INSERT INTO edit_answer (key, user_id, body, content_type)
VALUES (%(key)s, %(user_id)s, %(body)s, %(content_type)s);

-- name: forget_old
DELETE FROM edit_answer WHERE time < now() - interval '7 days';
