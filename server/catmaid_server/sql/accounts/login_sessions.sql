-- Login sessions: begun, ended, forgotten.

-- name: begin_session
-- Begin a session of a user; its id.
INSERT INTO login_session (user_id, expiry)
VALUES (%(user_id)s, now() + %(lifetime)s::interval)
RETURNING id;

-- name: end_oldest_sessions
-- End all sessions of a user but the newest ones.
DELETE FROM login_session
 WHERE id IN (SELECT id FROM login_session
               WHERE user_id = %(user_id)s
               ORDER BY creation_time DESC, id
              OFFSET %(most)s);

-- name: end_session
-- End a session.
DELETE FROM login_session WHERE id = %(session_id)s;

-- name: end_sessions_of
-- End all sessions of a user.
DELETE FROM login_session WHERE user_id = %(user_id)s;

-- name: is_open
-- Whether this is a session of this user that was not ended.
SELECT EXISTS (SELECT FROM login_session
                WHERE id = %(session_id)s AND user_id = %(user_id)s AND expiry > now());

-- name: forget_expired
-- Delete the sessions that have run out.
DELETE FROM login_session WHERE expiry < now();
