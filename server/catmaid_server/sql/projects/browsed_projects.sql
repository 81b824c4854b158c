-- What people choose a project by.

-- name: visible_projects
-- Visible projects by title, each with its stacks, how much is in it, its owners and what the user may do, as JSON text.
-- all_projects: for a superuser, who has all_permissions everywhere. names_people: whether owners are named.
-- visitor: name of the user without a login.
WITH seen AS (
    SELECT p.id, p.title, p.comment
      FROM project p
     WHERE p.id > 0
       AND (%(all_projects)s
            OR EXISTS (SELECT FROM effective_permission e
                        WHERE e.project_id = p.id AND e.user_id = %(user_id)s
                          AND e.permission IN ('can_browse', 'can_annotate', 'can_administer')))
), traced AS (
    SELECT s.project_id, sum(s.num_nodes)::bigint AS nodes, max(s.last_edition_time) AS last_edit
      FROM skeleton_summary s
     GROUP BY s.project_id
), named AS (
    SELECT n.project_id, count(*) AS neurons FROM neuron n GROUP BY n.project_id
), shown AS (
    SELECT k.project_id, json_agg(json_build_object('id', s.id, 'title', s.title) ORDER BY s.id) AS stacks
      FROM project_stack k JOIN stack s ON s.id = k.stack_id
     GROUP BY k.project_id
), owned AS (
    SELECT g.project_id, json_agg(DISTINCT u.username) AS owners
      FROM project_permission g JOIN app_user u ON u.id = g.user_id
     WHERE g.permission IN ('can_administer', 'delete_project') AND %(names_people)s
     GROUP BY g.project_id
), allowed AS (
    SELECT e.project_id, json_agg(e.permission ORDER BY e.permission) AS permissions
      FROM effective_permission e
     WHERE e.user_id = %(user_id)s
     GROUP BY e.project_id
), public AS (
    SELECT DISTINCT e.project_id
      FROM effective_permission e JOIN app_user u ON u.id = e.user_id
     WHERE u.username = %(visitor)s AND e.permission IN ('can_browse', 'can_annotate', 'can_administer')
), asked AS (
    SELECT t.project_id, count(*) AS requests
      FROM project_token_use w JOIN project_token t ON t.id = w.project_token_id
     WHERE NOT w.enabled AND w.edition_time = w.creation_time
     GROUP BY t.project_id
), administered AS (
    SELECT e.project_id FROM effective_permission e
     WHERE e.user_id = %(user_id)s AND e.permission = 'can_administer'
)
SELECT coalesce(json_agg(json_build_object(
           'id', p.id, 'title', p.title, 'comment', coalesce(p.comment, ''),
           'stacks', coalesce(shown.stacks, '[]'),
           'neurons', coalesce(named.neurons, 0), 'nodes', coalesce(traced.nodes, 0),
           'last_edit', traced.last_edit,
           'owners', coalesce(owned.owners, '[]'),
           'permissions', CASE WHEN %(all_projects)s THEN to_json(%(all_permissions)s::text[])
                               ELSE coalesce(allowed.permissions, '[]') END,
           'favorite', f.user_id IS NOT NULL,
           'is_public', public.project_id IS NOT NULL, 'archived', a.time,
           'requests', CASE WHEN %(all_projects)s OR p.id IN (SELECT project_id FROM administered)
                            THEN coalesce(asked.requests, 0) ELSE 0 END)
           ORDER BY p.title, p.id), '[]')::text
  FROM seen p
  LEFT JOIN traced ON traced.project_id = p.id
  LEFT JOIN named ON named.project_id = p.id
  LEFT JOIN shown ON shown.project_id = p.id
  LEFT JOIN owned ON owned.project_id = p.id
  LEFT JOIN allowed ON allowed.project_id = p.id
  LEFT JOIN asked ON asked.project_id = p.id
  LEFT JOIN public ON public.project_id = p.id
  LEFT JOIN project_archive a ON a.project_id = p.id
  LEFT JOIN project_favorite f ON f.project_id = p.id AND f.user_id = %(user_id)s;
