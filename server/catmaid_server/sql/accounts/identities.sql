-- Users who sign in elsewhere.

-- name: user_of_identity
-- Id of the user whom an issuer calls by this name.
SELECT user_id FROM identity WHERE issuer = %(issuer)s AND subject = %(subject)s;

-- name: one_at_a_time
-- Let one transaction at a time make the user of an identity.
SELECT pg_advisory_xact_lock(hashtextextended('identity ' || %(issuer)s || ' ' || %(subject)s, 0));

-- name: link
-- Let the user be known to an issuer by this name; the name that they had there before is theirs no more.
INSERT INTO identity (issuer, subject, user_id) VALUES (%(issuer)s, %(subject)s, %(user_id)s)
ON CONFLICT (user_id, issuer) DO UPDATE SET subject = excluded.subject;

-- name: unlink
-- Take a user's identity away; its name if they had one.
DELETE FROM identity WHERE issuer = %(issuer)s AND user_id = %(user_id)s RETURNING subject;

-- name: list_identities
-- All identities, or those of a user, by issuer and name, with the user's name.
SELECT i.issuer, i.subject, u.username
  FROM identity i JOIN app_user u ON u.id = i.user_id
 WHERE %(user_id)s::integer IS NULL OR i.user_id = %(user_id)s
 ORDER BY 1, 2;

-- name: note_sign_in
-- Note that a user has signed in just now.
UPDATE app_user SET last_login = now() WHERE id = %(user_id)s;

-- name: names_of_users
-- Which of these names users have, whose groups say who may edit their data.
SELECT username FROM app_user WHERE username = ANY (%(names)s::text[]);

-- name: make_groups
-- Make groups of these names where they are missing.
INSERT INTO user_group (name) SELECT unnest(%(names)s::text[]) ON CONFLICT DO NOTHING;

-- name: leave_groups
-- End the memberships that the issuer gave and no longer tells of.
DELETE FROM group_member m
 USING identity_membership i JOIN user_group g ON g.id = i.group_id
 WHERE i.issuer = %(issuer)s AND i.user_id = %(user_id)s AND NOT g.name = ANY (%(names)s::text[])
   AND m.user_id = i.user_id AND m.group_id = i.group_id;

-- name: join_groups
-- Make the user a member of the groups of these names; those that they join now are noted as the issuer's.
WITH joined AS (
    INSERT INTO group_member (user_id, group_id)
    SELECT %(user_id)s, id FROM user_group WHERE name = ANY (%(names)s::text[])
    ON CONFLICT DO NOTHING
    RETURNING user_id, group_id
)
INSERT INTO identity_membership (issuer, user_id, group_id)
SELECT %(issuer)s, user_id, group_id FROM joined;

-- name: forget_expired_tokens
-- Delete the API tokens of a user that were made for an identity and have run out.
DELETE FROM api_token WHERE user_id = %(user_id)s AND name = %(name)s AND expiry < now();

-- name: forget_tokens
-- Delete the API tokens of a user that were made for an identity.
DELETE FROM api_token WHERE user_id = %(user_id)s AND name = %(name)s;
