-- Groups of image stacks.

-- name: find_group
-- A group by title that has a stack in the project.
SELECT g.id
  FROM stack_group g
 WHERE g.title = %(title)s
   AND EXISTS (SELECT FROM stack_group_member k JOIN project_stack ps ON ps.stack_id = k.stack_id
                WHERE k.stack_group_id = g.id AND ps.project_id = %(project_id)s)
 ORDER BY g.id
 LIMIT 1;

-- name: create_group
-- Make a group; its id.
INSERT INTO stack_group (title) VALUES (%(title)s) RETURNING id;

-- name: add_member
-- Add a stack at the end of a group, unless it is in it.
INSERT INTO stack_group_member (stack_group_id, stack_id, relation, position)
SELECT %(stack_group_id)s, %(stack_id)s, %(relation)s,
       (SELECT count(*) FROM stack_group_member k WHERE k.stack_group_id = %(stack_group_id)s)
 WHERE NOT EXISTS (SELECT FROM stack_group_member k
                    WHERE k.stack_group_id = %(stack_group_id)s AND k.stack_id = %(stack_id)s);

-- name: stack_at
-- A stack of a project with a title and a mirror at an address.
SELECT s.id
  FROM project_stack ps
  JOIN stack s ON s.id = ps.stack_id
  JOIN stack_mirror m ON m.stack_id = s.id
 WHERE ps.project_id = %(project_id)s AND s.title = %(title)s AND m.image_base = %(address)s
 ORDER BY s.id
 LIMIT 1;
