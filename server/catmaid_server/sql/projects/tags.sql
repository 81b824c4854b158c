-- Tags of projects and stacks.

-- name: project_tags
-- Tags of a project, by name.
SELECT name FROM project_tag WHERE project_id = %(id)s ORDER BY name;

-- name: remove_project_tags
-- Delete all tags of a project but those to keep.
DELETE FROM project_tag WHERE project_id = %(id)s AND name <> ALL (%(keep)s::text[]);

-- name: add_project_tags
-- Add tags to a project.
INSERT INTO project_tag (project_id, name) SELECT %(id)s, unnest(%(names)s::text[]) ON CONFLICT DO NOTHING;

-- name: stack_in_project
-- One row if the project shows the stack.
SELECT true FROM project_stack WHERE project_id = %(project_id)s AND stack_id = %(stack_id)s;

-- name: stack_tags
-- Tags of a stack, by name.
SELECT name FROM stack_tag WHERE stack_id = %(id)s ORDER BY name;

-- name: remove_stack_tags
-- Delete all tags of a stack but those to keep.
DELETE FROM stack_tag WHERE stack_id = %(id)s AND name <> ALL (%(keep)s::text[]);

-- name: add_stack_tags
-- Add tags to a stack.
INSERT INTO stack_tag (stack_id, name) SELECT %(id)s, unnest(%(names)s::text[]) ON CONFLICT DO NOTHING;
