-- Image stacks, their mirrors and groups.

-- name: stacks_of_project
-- Id, title and comment of each stack of a project.
SELECT s.id, s.title, s.comment
  FROM project_stack ps JOIN stack s ON s.id = ps.stack_id
 WHERE ps.project_id = %(project_id)s
 ORDER BY s.id;

-- name: places_of_stacks
-- Stacks of a project, with the addresses or paths of their images, the best first.
SELECT s.id, s.title, ARRAY[s.dimension_x, s.dimension_y, s.dimension_z] AS dimension,
       ARRAY(SELECT coalesce(m.source->>'base', m.source->>'path', m.image_base)
               FROM stack_mirror m WHERE m.stack_id = s.id ORDER BY m.position, m.id) AS addresses
  FROM project_stack ps JOIN stack s ON s.id = ps.stack_id
 WHERE ps.project_id = %(project_id)s
 ORDER BY s.id;

-- name: stack
-- One stack in one project; the columns from ps and p are NULL where the project does not have it.
SELECT s.title, s.dimension_x, s.dimension_y, s.dimension_z, s.resolution_x, s.resolution_y, s.resolution_z,
       s.comment, s.description, s.attribution, s.metadata, s.canary_location, s.placeholder_color,
       s.downsample_factors, p.title AS project_title, ps.translation_x, ps.translation_y, ps.translation_z,
       ps.orientation
  FROM stack s
  LEFT JOIN project_stack ps ON ps.stack_id = s.id AND ps.project_id = %(project_id)s
  LEFT JOIN project p ON p.id = ps.project_id
 WHERE s.id = %(stack_id)s
 ORDER BY ps.id
 LIMIT 1;

-- name: mirrors_of_stack
-- Mirrors of a stack, first the one that a viewer should use.
SELECT id, title, image_base, file_extension, tile_width, tile_height, tile_source_type, position,
       source->>'revision' AS revision
  FROM stack_mirror
 WHERE stack_id = %(stack_id)s
 ORDER BY position, id;

-- name: broken_sections_of_stack
-- Indices of the broken sections of a stack.
SELECT section FROM broken_section WHERE stack_id = %(stack_id)s ORDER BY section;

-- name: tile_sources
-- Where this service reads the tiles of a stack of a project: the mirror with this revision, then the others; none if
-- there is no such revision. 31 zoom levels where the stack does not say.
SELECT m.source, m.tile_width, m.tile_height, coalesce(jsonb_array_length(s.downsample_factors), 31), s.canary_location
  FROM stack s
  JOIN project_stack ps ON ps.stack_id = s.id AND ps.project_id = %(project_id)s
  JOIN stack_mirror m ON m.stack_id = s.id
 WHERE s.id = %(stack_id)s
   AND m.source IS NOT NULL
   AND EXISTS (SELECT FROM stack_mirror k WHERE k.stack_id = s.id AND k.source->>'revision' = %(revision)s)
 ORDER BY m.source->>'revision' <> %(revision)s, m.position, m.id;

-- name: tiled_extent
-- Pixels, sections, tile size and zoom levels of a stack of a project that this service reads; the first mirror with
-- this revision.
SELECT s.dimension_x, s.dimension_y, s.dimension_z, m.tile_width, m.tile_height,
       coalesce(jsonb_array_length(s.downsample_factors), 1)
  FROM stack s
  JOIN project_stack ps ON ps.stack_id = s.id AND ps.project_id = %(project_id)s
  JOIN stack_mirror m ON m.stack_id = s.id AND m.source->>'revision' = %(revision)s
 WHERE s.id = %(stack_id)s
 ORDER BY m.position, m.id
 LIMIT 1;

-- name: stack_with_source
-- The stack of a project that is read from a path, if it has been registered.
SELECT m.stack_id
  FROM stack_mirror m JOIN project_stack ps ON ps.stack_id = m.stack_id
 WHERE ps.project_id = %(project_id)s
   AND m.source->>'path' = %(path)s
   AND m.source->>'revision' = %(revision)s
 ORDER BY m.id
 LIMIT 1;

-- name: stack_with_revision
-- The stack of a project whose images have a revision, if it has been registered.
SELECT m.stack_id
  FROM stack_mirror m JOIN project_stack ps ON ps.stack_id = m.stack_id
 WHERE ps.project_id = %(project_id)s
   AND m.source->>'revision' = %(revision)s
 ORDER BY m.id
 LIMIT 1;

-- name: groups_of_stack
-- Groups of a stack that have a stack in the project.
SELECT DISTINCT member.stack_group_id
  FROM stack_group_member member JOIN project_stack ps ON ps.stack_id = member.stack_id
 WHERE member.stack_id = %(stack_id)s AND ps.project_id = %(project_id)s
 ORDER BY member.stack_group_id;

-- name: stack_group
-- A group that has a stack in the project.
SELECT title FROM stack_group
 WHERE id = %(stack_group_id)s
   AND EXISTS (SELECT FROM stack_group_member member JOIN project_stack ps ON ps.stack_id = member.stack_id
                WHERE member.stack_group_id = %(stack_group_id)s AND ps.project_id = %(project_id)s);

-- name: stacks_of_group
-- Stack, relation and position of each member of a stack group, in their order.
SELECT stack_id, relation, position
  FROM stack_group_member
 WHERE stack_group_id = %(stack_group_id)s
 ORDER BY position, id;

-- name: create_stack
-- Make a stack; its id.
INSERT INTO stack (title, dimension_x, dimension_y, dimension_z, resolution_x, resolution_y, resolution_z, comment,
                   description, attribution, metadata, canary_location, placeholder_color, downsample_factors)
VALUES (%(title)s, %(dimension_x)s, %(dimension_y)s, %(dimension_z)s, %(resolution_x)s, %(resolution_y)s,
        %(resolution_z)s, %(comment)s, %(description)s, %(attribution)s, %(metadata)s,
        %(canary_location)s::integer[], %(placeholder_color)s::float8[], %(downsample_factors)s)
RETURNING id;

-- name: link_stack
-- Show a stack in a project; translation in nm.
INSERT INTO project_stack (project_id, stack_id, translation_x, translation_y, translation_z, orientation)
VALUES (%(project_id)s, %(stack_id)s, %(translation_x)s, %(translation_y)s, %(translation_z)s, %(orientation)s);

-- name: create_mirror
-- Add a mirror to a stack; its id.
INSERT INTO stack_mirror (stack_id, title, image_base, file_extension, tile_width, tile_height, tile_source_type,
                          position, source)
VALUES (%(stack_id)s, %(title)s, %(image_base)s, %(file_extension)s, %(tile_width)s, %(tile_height)s,
        %(tile_source_type)s, %(position)s, %(source)s)
RETURNING id;

-- name: mark_broken_sections
-- Mark sections of a stack as broken.
INSERT INTO broken_section (stack_id, section)
SELECT %(stack_id)s, section FROM unnest(%(sections)s::integer[]) AS section;
