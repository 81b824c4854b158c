-- How long members of groups may do nothing.

-- name: set_period
-- Say how long members of a group may do nothing.
INSERT INTO group_inactivity_period (group_id, days, closes, message)
VALUES (%(group_id)s, %(days)s, %(closes)s, %(message)s)
ON CONFLICT (group_id) DO UPDATE SET days = excluded.days, closes = excluded.closes, message = excluded.message;

-- name: remove_contacts
-- Take away the contacts of a group's period.
DELETE FROM group_inactivity_contact WHERE group_id = %(group_id)s;

-- name: add_contacts
-- Make users contacts of a group's period.
INSERT INTO group_inactivity_contact (group_id, user_id) SELECT %(group_id)s, unnest(%(user_ids)s::integer[]);

-- name: remove_period
-- Let members of a group do nothing as long as they like; no row if that was so.
DELETE FROM group_inactivity_period WHERE group_id = %(group_id)s RETURNING group_id;

-- name: list_periods
-- The periods of all groups, by name of group, with the names of contacts.
SELECT g.name AS "group", p.days, p.closes, p.message,
       ARRAY(SELECT u.username FROM group_inactivity_contact c JOIN app_user u ON u.id = c.user_id
              WHERE c.group_id = g.id ORDER BY u.username) AS contacts
  FROM group_inactivity_period p JOIN user_group g ON g.id = p.group_id
 ORDER BY g.name;

-- name: inactive_members
-- Members of groups who did nothing for longer than these allow, who are no superusers, by group and name. Activity is what
-- makes a version, a login, a request with an API token, and joining the group; a user who was changed, as by opening the
-- account, begins anew. told: whether the contacts were told since then.
SELECT a.user_id, a.username, a.group_id, a."group", a.days, a.closes, a.is_active, a.last_activity,
       EXISTS (SELECT FROM inactivity_notice n
                WHERE n.group_id = a.group_id AND n.user_id = a.user_id AND n.time > a.last_activity
                  AND (n.closed OR NOT a.closes)) AS told
  FROM (SELECT u.id AS user_id, u.username, g.id AS group_id, g.name AS "group", p.days, p.closes, u.is_active,
               greatest(
                   u.date_joined, u.last_login,
                   (SELECT max(time) FROM transaction_info WHERE id IN (m.version, u.version) AND u.is_active),
                   (SELECT v.time FROM transaction_info v WHERE v.user_id = u.id ORDER BY v.id DESC LIMIT 1),
                   (SELECT max(s.creation_time) FROM login_session s WHERE s.user_id = u.id),
                   (SELECT max(l.last_use) FROM api_token t JOIN api_token_use l ON l.api_token_id = t.id
                     WHERE t.user_id = u.id)
               ) AS last_activity
          FROM group_inactivity_period p
          JOIN user_group g ON g.id = p.group_id
          JOIN group_member m ON m.group_id = p.group_id
          JOIN app_user u ON u.id = m.user_id
         WHERE NOT u.is_superuser AND u.username <> %(anonymous)s) a
 WHERE a.last_activity < now() - make_interval(days => a.days)
 ORDER BY a."group", a.username;

-- name: note
-- Note that the contacts of a group were told of a member, or that the account was closed.
INSERT INTO inactivity_notice (group_id, user_id, days, closed)
VALUES (%(group_id)s, %(user_id)s, %(days)s, %(closed)s)
ON CONFLICT (group_id, user_id) DO UPDATE SET time = now(), days = excluded.days, closed = excluded.closed;

-- name: to_be_told
-- Ids of the contacts of a group's period who may log in; of superusers if there are none.
WITH contact AS (
    SELECT u.id FROM group_inactivity_contact c JOIN app_user u ON u.id = c.user_id
     WHERE c.group_id = %(group_id)s AND u.is_active
)
SELECT id FROM contact
 UNION ALL
SELECT id FROM app_user WHERE is_superuser AND is_active AND NOT EXISTS (SELECT FROM contact);

-- name: why_closed
-- For the group for which a user was last closed: its name, the days, its message, and the names of contacts.
SELECT g.name, n.days, coalesce(p.message, ''),
       ARRAY(SELECT u.username FROM group_inactivity_contact c JOIN app_user u ON u.id = c.user_id
              WHERE c.group_id = g.id ORDER BY u.username)
  FROM inactivity_notice n
  JOIN user_group g ON g.id = n.group_id
  LEFT JOIN group_inactivity_period p ON p.group_id = g.id
 WHERE n.user_id = %(user_id)s AND n.closed
 ORDER BY n.time DESC
 LIMIT 1;
