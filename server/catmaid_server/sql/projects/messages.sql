-- Messages to users.

-- name: unread
SELECT id, title, action, text, time FROM message
 WHERE user_id = %(user_id)s AND NOT read
 ORDER BY time DESC, id DESC;

-- name: latest_unread
SELECT max(time) FROM message WHERE user_id = %(user_id)s AND NOT read;

-- name: mark_read
UPDATE message SET read = true WHERE id = %(message_id)s AND user_id = %(user_id)s RETURNING action;
