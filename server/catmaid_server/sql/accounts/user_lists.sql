-- Lists of users and groups.

-- name: user_list
-- with_passwords: add the hashes, which superusers need to copy accounts to another server.
SELECT coalesce(json_agg(
           jsonb_build_object('id', id, 'login', username, 'full_name', trim(first_name || ' ' || last_name),
                              'first_name', first_name, 'last_name', last_name, 'color', color[1:3],
                              'primary_group_id', primary_group_id)
           || CASE WHEN %(with_passwords)s THEN jsonb_build_object('password', password) ELSE '{}' END
           ORDER BY last_name COLLATE "C", first_name COLLATE "C", id), '[]')::text
  FROM app_user
 WHERE %(only)s::integer IS NULL OR id = %(only)s;

-- name: user_names
-- Id and name of each user, last name first.
SELECT id, username FROM app_user ORDER BY username COLLATE "C" DESC;

-- name: annotators
-- Users who used each of these annotations and annotated this neuron (NULL: any), in projects that viewer_id may see
-- (NULL: all).
WITH seen AS (
    SELECT p.id FROM project p
     WHERE %(viewer_id)s::integer IS NULL
        OR EXISTS (SELECT FROM effective_permission e
                    WHERE e.project_id = p.id AND e.user_id = %(viewer_id)s
                      AND e.permission IN ('can_browse', 'can_annotate', 'can_administer'))
)
SELECT u.username, u.first_name, u.last_name, u.id
  FROM app_user u
 WHERE NOT EXISTS (SELECT FROM unnest(%(annotations)s::text[]) AS wanted
                    WHERE NOT EXISTS (SELECT FROM annotation_link k JOIN annotation a ON a.id = k.annotation_id
                                       WHERE k.user_id = u.id AND a.name = wanted
                                         AND k.project_id IN (SELECT id FROM seen)))
   AND (%(neuron_id)s::integer IS NULL
        OR EXISTS (SELECT FROM annotation_link k
                    WHERE k.user_id = u.id AND k.neuron_id = %(neuron_id)s
                      AND k.project_id IN (SELECT id FROM seen)))
 ORDER BY u.id;

-- name: groups
-- Id and name of each group, or of each group of one user.
SELECT g.id, g.name
  FROM user_group g
 WHERE %(member_id)s::integer IS NULL
    OR EXISTS (SELECT FROM group_member m WHERE m.group_id = g.id AND m.user_id = %(member_id)s)
 ORDER BY g.id;
