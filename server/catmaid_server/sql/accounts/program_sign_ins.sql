-- Programs that ask a person to let them in.

-- name: forget_expired
-- Delete those for which nobody waits any more.
DELETE FROM program_sign_in WHERE expiry < now();

-- name: count
-- How many there are from a place.
SELECT count(*) FROM program_sign_in WHERE place = %(place)s;

-- name: begin
-- A program begins to wait.
INSERT INTO program_sign_in (digest, code, name, place, expiry)
VALUES (%(digest)s, %(code)s, %(name)s, %(place)s, now() + %(lifetime)s::interval);

-- name: of_code
-- Name and place of the program that shows a code and was not let in yet.
SELECT name, place FROM program_sign_in WHERE code = %(code)s AND user_id IS NULL AND expiry > now();

-- name: allow
-- Let the program that shows a code in as a user.
UPDATE program_sign_in SET user_id = %(user_id)s WHERE code = %(code)s AND user_id IS NULL AND expiry > now()
RETURNING name;

-- name: refuse
-- End the wait of the program that shows a code.
DELETE FROM program_sign_in WHERE code = %(code)s AND user_id IS NULL RETURNING name;

-- name: of_digest
-- Who let a program in, NULL: nobody yet, and its name; no row if nobody will.
SELECT user_id, name FROM program_sign_in WHERE digest = %(digest)s AND expiry > now();

-- name: finish
-- A program that was let in has its token; who let it in, if it had none before.
DELETE FROM program_sign_in WHERE digest = %(digest)s AND user_id IS NOT NULL AND expiry > now() RETURNING user_id;
