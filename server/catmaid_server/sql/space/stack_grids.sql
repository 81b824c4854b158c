-- The voxels of stacks that this service reads.

-- name: stack_grid
-- Size, place, levels (31 where the stack does not say) and revision of a stack of a project that this service reads.
SELECT s.id, s.title, s.dimension_x, s.dimension_y, s.dimension_z, s.resolution_x, s.resolution_y, s.resolution_z,
       ps.translation_x, ps.translation_y, ps.translation_z, ps.orientation,
       coalesce(jsonb_array_length(s.downsample_factors), 31) AS levels, m.source->>'revision' AS revision
  FROM stack s
  JOIN project_stack ps ON ps.stack_id = s.id AND ps.project_id = %(project_id)s
  JOIN stack_mirror m ON m.stack_id = s.id AND m.source IS NOT NULL
 WHERE s.id = %(stack_id)s
 ORDER BY m.position, m.id
 LIMIT 1;
