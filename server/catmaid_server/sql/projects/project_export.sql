-- Projects with all that is known of their stacks.

-- name: projects
-- Visible projects by title, with all data of their stacks as JSON text; all_projects: for a superuser.
SELECT p.id, p.title, coalesce((
           SELECT json_agg(json_build_object(
                      'id', s.id, 'title', s.title, 'comment', s.comment, 'description', s.description,
                      'attribution', s.attribution, 'metadata', s.metadata, 'orientation', ps.orientation,
                      'dimension', ARRAY[s.dimension_x, s.dimension_y, s.dimension_z],
                      'resolution', ARRAY[s.resolution_x, s.resolution_y, s.resolution_z],
                      'translation', ARRAY[ps.translation_x, ps.translation_y, ps.translation_z],
                      'canary_location', s.canary_location, 'placeholder_color', s.placeholder_color,
                      'downsample_factors', s.downsample_factors,
                      'broken_sections', coalesce((SELECT json_agg(b.section ORDER BY b.section)
                                                     FROM broken_section b WHERE b.stack_id = s.id), '[]'),
                      'mirrors', coalesce((
                          SELECT json_agg(json_build_object(
                                     'title', m.title, 'position', m.position, 'url', m.image_base,
                                     'fileextension', m.file_extension, 'tile_width', m.tile_width,
                                     'tile_height', m.tile_height, 'tile_source_type', m.tile_source_type,
                                     'revision', m.source->>'revision',
                                     'source', CASE WHEN %(all_projects)s AND m.source->>'base' ~ '^https?://'
                                                    THEN m.source - 'token' END)
                                 ORDER BY m.position, m.id)
                            FROM stack_mirror m WHERE m.stack_id = s.id), '[]'),
                      'stackgroups', (
                          SELECT json_agg(json_build_object('id', g.id, 'title', g.title, 'relation', k.relation)
                                          ORDER BY g.id)
                            FROM stack_group_member k JOIN stack_group g ON g.id = k.stack_group_id
                           WHERE k.stack_id = s.id))
                      ORDER BY s.id)
             FROM project_stack ps JOIN stack s ON s.id = ps.stack_id
            WHERE ps.project_id = p.id), '[]')::text
  FROM project p
 WHERE %(all_projects)s
    OR EXISTS (SELECT FROM effective_permission e
                WHERE e.project_id = p.id AND e.user_id = %(user_id)s
                  AND e.permission IN ('can_browse', 'can_annotate', 'can_administer'))
 ORDER BY p.title, p.id;
