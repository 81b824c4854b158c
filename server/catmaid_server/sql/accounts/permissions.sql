-- Who may edit whose data.

-- name: co_owned_users
-- Ids of users whose own group (of the same name) has this user as a member.
SELECT owner.id
  FROM group_member m
  JOIN user_group g ON g.id = m.group_id
  JOIN app_user owner ON owner.username = g.name
 WHERE m.user_id = %(user_id)s;

-- name: lock_owners
-- Users who annotated the neuron as locked.
SELECT l.user_id
  FROM annotation_link l JOIN annotation a ON a.id = l.annotation_id
 WHERE l.neuron_id = %(neuron_id)s AND a.name = %(locked)s;

-- name: project_of_object
-- Project of a named object.
SELECT project_id FROM neuron WHERE id = %(object_id)s UNION ALL
SELECT project_id FROM skeleton WHERE id = %(object_id)s UNION ALL
SELECT project_id FROM annotation WHERE id = %(object_id)s UNION ALL
SELECT project_id FROM label WHERE id = %(object_id)s;

-- name: locks_on
-- Users who locked a named object; no row if there is no such object, NULL if nobody locked it.
SELECT l.user_id
  FROM (SELECT id FROM neuron UNION ALL SELECT id FROM skeleton UNION ALL
        SELECT id FROM annotation UNION ALL SELECT id FROM label) thing
  LEFT JOIN (annotation_link l JOIN annotation a ON a.id = l.annotation_id AND a.name = %(locked)s)
         ON l.neuron_id = thing.id OR l.target_annotation_id = thing.id
 WHERE thing.id = %(object_id)s;
