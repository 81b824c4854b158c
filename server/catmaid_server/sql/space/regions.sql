-- Regions of interest, and what they are linked to.

-- name: region
-- A region of the project: stack, centre and size (nm), rotation, zoom level and owner.
SELECT id, project_id, stack_id, x, y, z, width, height, rotation_cw, zoom_level, user_id
  FROM region WHERE id = %(id)s AND project_id = %(project_id)s;

-- name: stack_in_project
-- The id of the stack, if the project shows it.
SELECT stack_id FROM project_stack WHERE project_id = %(project_id)s AND stack_id = %(stack_id)s LIMIT 1;

-- name: create
-- Make a region; its id.
INSERT INTO region (project_id, stack_id, x, y, z, width, height, rotation_cw, zoom_level, user_id)
VALUES (%(project_id)s, %(stack_id)s, %(x)s, %(y)s, %(z)s, %(width)s, %(height)s, %(rotation_cw)s, %(zoom_level)s,
        %(user_id)s)
RETURNING id;

-- name: create_link
-- Link a region to a thing or a neuron; id of the link.
INSERT INTO region_link (project_id, relation_id, region_id, instance_id, neuron_id, user_id)
VALUES (%(project_id)s, %(relation_id)s, %(region_id)s, %(instance_id)s, %(neuron_id)s, %(user_id)s)
RETURNING id;

-- name: link
-- Region and owner of a link.
SELECT region_id, user_id FROM region_link WHERE id = %(id)s AND project_id = %(project_id)s;

-- name: delete_links
-- Delete links of regions; the regions, one for each link.
DELETE FROM region_link WHERE id = ANY (%(ids)s::integer[]) RETURNING region_id;

-- name: links_of_things
-- Thing and link of each region that shows one of these things.
SELECT instance_id, id FROM region_link WHERE instance_id = ANY (%(instance_ids)s::integer[]) ORDER BY id;

-- name: delete_unlinked
-- Delete those of these regions that have no links; their ids.
DELETE FROM region r
 WHERE r.id = ANY (%(ids)s::integer[]) AND NOT EXISTS (SELECT FROM region_link l WHERE l.region_id = r.id)
RETURNING r.id;

-- name: instance
-- The id, if it is that of a thing of the project.
SELECT id FROM class_instance WHERE id = %(id)s AND project_id = %(project_id)s;

-- name: neuron
-- The id, if it is that of a neuron of the project.
SELECT id FROM neuron WHERE id = %(id)s AND project_id = %(project_id)s;

-- name: images
-- Resolution and translation (nm) of a stack of a project, and the first of its mirrors that this service reads.
SELECT s.resolution_x, s.resolution_y, s.resolution_z, ps.translation_x, ps.translation_y, ps.translation_z,
       m.source ->> 'revision', m.tile_width, m.tile_height, coalesce(jsonb_array_length(s.downsample_factors), 1)
  FROM stack s
  JOIN project_stack ps ON ps.stack_id = s.id AND ps.project_id = %(project_id)s
  JOIN stack_mirror m ON m.stack_id = s.id AND m.source IS NOT NULL
 WHERE s.id = %(stack_id)s
 ORDER BY m.position, m.id
 LIMIT 1;
