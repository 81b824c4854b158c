-- Projects with their stacks.

-- name: visible_projects
-- Visible projects with stacks and stack groups, by title, as one JSON text.
-- all_projects: for a superuser. traced_only: projects without skeletons are left out. with_archived: archived ones are
-- among them.
SELECT coalesce(json_agg(
           CASE WHEN f.user_id IS NULL THEN '{}'::jsonb ELSE '{"favorite": true}' END
           || CASE WHEN a.project_id IS NULL THEN '{}'::jsonb ELSE '{"archived": true}' END || jsonb_build_object(
           'id', p.id, 'title', p.title, 'comment', p.comment,
           'stacks', coalesce((
               SELECT json_agg(json_build_object('id', s.id, 'title', s.title, 'comment', s.comment, 'dimensions',
                                                 ARRAY[s.dimension_x, s.dimension_y, s.dimension_z]) ORDER BY s.id)
                 FROM project_stack ps JOIN stack s ON s.id = ps.stack_id
                WHERE ps.project_id = p.id), '[]'),
           'stackgroups', coalesce((
               SELECT json_agg(json_build_object('id', g.id, 'title', g.title, 'comment', g.comment) ORDER BY g.id)
                 FROM stack_group g
                WHERE g.id IN (SELECT m.stack_group_id
                                 FROM project_stack ps JOIN stack_group_member m ON m.stack_id = ps.stack_id
                                WHERE ps.project_id = p.id)), '[]'))
           ORDER BY p.title, p.id), '[]')::text
  FROM project p
  LEFT JOIN project_archive a ON a.project_id = p.id
  LEFT JOIN project_favorite f ON f.project_id = p.id AND f.user_id = %(user_id)s
 WHERE (%(all_projects)s
        OR EXISTS (SELECT FROM effective_permission e
                    WHERE e.project_id = p.id AND e.user_id = %(user_id)s
                      AND e.permission IN ('can_browse', 'can_annotate', 'can_administer')))
   AND (a.project_id IS NULL OR %(with_archived)s)
   AND (NOT %(traced_only)s OR EXISTS (SELECT FROM skeleton k WHERE k.project_id = p.id));

-- name: project
-- Id, title and comment of a project, and whether it is archived.
SELECT id, title, comment, EXISTS (SELECT FROM project_archive a WHERE a.project_id = p.id)
  FROM project p WHERE id = %(project_id)s;

-- name: edit_project
-- Change title and comment where they are not NULL; id, title and comment after that, and false: it is not archived.
UPDATE project
   SET title = coalesce(%(title)s, title), comment = coalesce(%(comment)s, comment)
 WHERE id = %(project_id)s
RETURNING id, title, comment, false;
