-- Mail that users have sent.

-- name: one_at_a_time
-- Others who have mail sent for the same user wait until the transaction ends.
SELECT pg_advisory_xact_lock(hashtext('mails'), %(user_id)s);

-- name: in_last_hour
-- How much mail of these kinds a user has had sent in the last hour.
SELECT count(*) FROM job
 WHERE user_id = %(user_id)s AND kind = ANY (%(kinds)s) AND created > now() - interval '1 hour';

-- name: invitation
-- What is mailed of an invitation; no row if it was withdrawn.
SELECT t.email AS address, t.token, p.title AS project, a.username AS "user",
       trim(a.first_name || ' ' || a.last_name) AS full_name, t.needs_approval, t.expiry AS expires, t.most_uses
  FROM project_token t
  JOIN project p ON p.id = t.project_id
  JOIN app_user a ON a.id = t.user_id
 WHERE t.id = %(token_id)s AND t.project_id = %(project_id)s AND t.enabled;

-- name: message
-- A message to a user who has an address and an open account: address, title, text.
SELECT a.email AS address, m.title, m.text
  FROM message m JOIN app_user a ON a.id = m.user_id
 WHERE m.id = %(message_id)s AND a.is_active AND a.email <> '';

-- name: has_address
-- Whether a user has an address and an open account.
SELECT EXISTS (SELECT FROM app_user WHERE id = %(user_id)s AND is_active AND email <> '');
