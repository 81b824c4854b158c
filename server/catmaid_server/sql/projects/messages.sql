-- Messages to users.

-- name: unread
-- Unread messages of a user, newest first: id, title, action, text, time.
SELECT id, title, action, text, time FROM message
 WHERE user_id = %(user_id)s AND NOT read
 ORDER BY time DESC, id DESC;

-- name: latest_unread
-- Time of the newest unread message of a user, NULL if there is none.
SELECT max(time) FROM message WHERE user_id = %(user_id)s AND NOT read;

-- name: mark_read
-- Mark a message of a user as read; its action, no row if it is not theirs.
UPDATE message SET read = true WHERE id = %(message_id)s AND user_id = %(user_id)s RETURNING action;

-- name: send
-- A new message to a user; its id.
INSERT INTO message (user_id, title, text, action) VALUES (%(user_id)s, %(title)s, %(text)s, %(action)s) RETURNING id;
