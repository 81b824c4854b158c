-- Taking image stacks out of projects.

-- name: unlink
-- Do not show a stack in a project any more; its title, none if the project did not show it.
DELETE FROM project_stack ps USING stack s
 WHERE ps.project_id = %(project_id)s AND ps.stack_id = %(stack_id)s AND s.id = ps.stack_id
RETURNING s.title;

-- name: is_used
-- Whether anything still refers to a stack: projects, stack groups, regions.
SELECT EXISTS (SELECT FROM project_stack WHERE stack_id = %(stack_id)s)
    OR EXISTS (SELECT FROM stack_group_member WHERE stack_id = %(stack_id)s)
    OR EXISTS (SELECT FROM region WHERE stack_id = %(stack_id)s);

-- name: delete_tags
-- Take its tags from a stack.
DELETE FROM stack_tag WHERE stack_id = %(stack_id)s;

-- name: delete_broken_sections
-- Forget the broken sections of a stack.
DELETE FROM broken_section WHERE stack_id = %(stack_id)s;

-- name: delete_mirrors
-- Forget where the images of a stack are.
DELETE FROM stack_mirror WHERE stack_id = %(stack_id)s;

-- name: delete_stack
-- Delete a stack that nothing refers to.
DELETE FROM stack WHERE id = %(stack_id)s;
