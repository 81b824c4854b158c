-- Answers to writes that came with a key.

-- name: find
-- The answer to an earlier write with this key.
SELECT body, content_type FROM edit_answer WHERE key = %(key)s;

-- name: remember
-- Store the answer to a write with a key.
INSERT INTO edit_answer (key, user_id, body, content_type)
VALUES (%(key)s, %(user_id)s, %(body)s, %(content_type)s);

-- name: forget_old
-- Delete the answers that are older than `days`.
DELETE FROM edit_answer WHERE time < now() - make_interval(days => %(days)s);
