-- Wrong passwords of the last minute.

-- name: counts
-- How many there were of an account from a place, of this account, and from this place.
SELECT count(*) FILTER (WHERE account = %(account)s AND place = %(place)s),
       count(*) FILTER (WHERE account = %(account)s),
       count(*) FILTER (WHERE place = %(place)s)
  FROM wrong_password
 WHERE (account = %(account)s OR place = %(place)s) AND time > now() - %(within)s::interval;

-- name: note
-- One more wrong password.
INSERT INTO wrong_password (account, place) VALUES (%(account)s, %(place)s);

-- name: forgive
-- Forget the wrong passwords of an account from a place.
DELETE FROM wrong_password WHERE account = %(account)s AND place = %(place)s;

-- name: forget_old
-- Forget what counts no more.
DELETE FROM wrong_password WHERE time < now() - %(within)s::interval;
