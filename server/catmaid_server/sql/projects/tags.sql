-- Tags of projects and stacks.

-- name: project_tags
SELECT name FROM project_tag WHERE project_id = %(id)s ORDER BY name;

-- name: remove_project_tags
DELETE FROM project_tag WHERE project_id = %(id)s AND name <> ALL (%(keep)s::text[]);

-- name: add_project_tags
INSERT INTO project_tag (project_id, name) SELECT %(id)s, unnest(%(names)s::text[]) ON CONFLICT DO NOTHING;

-- name: stack_in_project
SELECT true FROM project_stack WHERE project_id = %(project_id)s AND stack_id = %(stack_id)s;

-- name: stack_tags
SELECT name FROM stack_tag WHERE stack_id = %(id)s ORDER BY name;

-- name: remove_stack_tags
DELETE FROM stack_tag WHERE stack_id = %(id)s AND name <> ALL (%(keep)s::text[]);

-- name: add_stack_tags
INSERT INTO stack_tag (stack_id, name) SELECT %(id)s, unnest(%(names)s::text[]) ON CONFLICT DO NOTHING;
