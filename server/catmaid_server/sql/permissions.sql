-- Who may edit whose data.

-- name: co_owned_users
-- The users whose namesake group this user is a member of.
SELECT owner.id
  FROM group_member m
  JOIN user_group g ON g.id = m.group_id
  JOIN app_user owner ON owner.username = g.name
 WHERE m.user_id = %(user_id)s;

-- name: lock_owners
SELECT l.user_id
  FROM annotation_link l JOIN annotation a ON a.id = l.annotation_id
 WHERE l.neuron_id = %(neuron_id)s AND a.name = %(locked)s;
