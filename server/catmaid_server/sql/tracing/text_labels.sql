-- Text on the image.

-- name: create
-- Add a text label; its id.
INSERT INTO text_label (project_id, type, text, color, font_name, font_style, font_size, scaling, x, y, z)
VALUES (%(project_id)s, %(type)s, %(text)s, %(color)s, %(font_name)s, %(font_style)s, %(font_size)s, %(scaling)s,
        %(x)s, %(y)s, %(z)s)
RETURNING id;

-- name: update
-- Change a text label; NULL leaves a value as it is. No row if the project has none with this id.
UPDATE text_label
   SET type = coalesce(%(type)s, type), text = coalesce(%(text)s, text),
       color = ARRAY[coalesce(%(r)s::float8, color[1]), coalesce(%(g)s::float8, color[2]),
                     coalesce(%(b)s::float8, color[3]), coalesce(%(a)s::float8, color[4])],
       font_name = coalesce(%(font_name)s, font_name), font_style = coalesce(%(font_style)s, font_style),
       font_size = coalesce(%(font_size)s::float8, font_size), scaling = coalesce(%(scaling)s::boolean, scaling),
       x = coalesce(%(x)s::float8, x), y = coalesce(%(y)s::float8, y), z = coalesce(%(z)s::float8, z),
       edition_time = now()
 WHERE id = %(label_id)s AND project_id = %(project_id)s
RETURNING id;

-- name: delete
-- Delete a text label of a project.
DELETE FROM text_label WHERE id = %(label_id)s AND project_id = %(project_id)s;

-- name: in_section
-- Text labels in a rectangle of the section of a stack at z; all nm. Labels that shrink with the image are left out
-- when they are too small to read.
SELECT l.id, l.type, l.text, l.font_name, l.font_style, l.font_size, l.scaling, l.color, l.x, l.y, l.z
  FROM text_label l
  JOIN project_stack ps ON ps.project_id = l.project_id AND ps.stack_id = %(stack_id)s
  JOIN stack s ON s.id = ps.stack_id
 WHERE l.project_id = %(project_id)s
   AND (NOT l.scaling OR l.font_size * %(scale)s >= 3)
   AND l.x BETWEEN %(left)s AND %(left)s + %(width)s
   AND l.y BETWEEN %(top)s AND %(top)s + %(height)s
   AND abs(l.z - %(z)s::float8) <= 0.5 * s.resolution_z
 ORDER BY l.id;
