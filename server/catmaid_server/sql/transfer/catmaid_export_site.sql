-- Users, projects and stacks as rows of CATMAID's export files: {"model": ..., "pk": ..., "fields": {...}}.
-- projects: ids. owner_id: user who owns what nobody made here.

-- name: user
-- Users that any exported row names, without passwords.
COPY (SELECT json_build_object('model', 'auth.user', 'pk', u.id, 'fields', json_build_object(
             'username', u.username, 'password', '!', 'first_name', u.first_name, 'last_name', u.last_name))
        FROM app_user u
       WHERE u.id = %(owner_id)s OR u.id IN (
                      SELECT user_id FROM treenode WHERE project_id = ANY (%(projects)s)
                       UNION SELECT editor_id FROM treenode WHERE project_id = ANY (%(projects)s)
                       UNION SELECT user_id FROM connector WHERE project_id = ANY (%(projects)s)
                       UNION SELECT editor_id FROM connector WHERE project_id = ANY (%(projects)s)
                       UNION SELECT user_id FROM connector_link WHERE project_id = ANY (%(projects)s)
                       UNION SELECT user_id FROM neuron WHERE project_id = ANY (%(projects)s)
                       UNION SELECT user_id FROM skeleton WHERE project_id = ANY (%(projects)s)
                       UNION SELECT user_id FROM annotation WHERE project_id = ANY (%(projects)s)
                       UNION SELECT user_id FROM annotation_link WHERE project_id = ANY (%(projects)s)
                       UNION SELECT user_id FROM label WHERE project_id = ANY (%(projects)s)
                       UNION SELECT user_id FROM node_label WHERE project_id = ANY (%(projects)s)
                       UNION SELECT user_id FROM relation WHERE project_id = ANY (%(projects)s)
                       UNION SELECT reviewer_id FROM review WHERE project_id = ANY (%(projects)s)
                       UNION SELECT user_id FROM log_entry WHERE project_id = ANY (%(projects)s)
                       UNION SELECT user_id FROM volume WHERE project_id = ANY (%(projects)s)
                       UNION SELECT editor_id FROM volume WHERE project_id = ANY (%(projects)s)
                       UNION SELECT user_id FROM reviewer_whitelist WHERE project_id = ANY (%(projects)s)
                       UNION SELECT reviewer_id FROM reviewer_whitelist WHERE project_id = ANY (%(projects)s)
                       UNION SELECT user_id FROM suppressed_virtual_node WHERE project_id = ANY (%(projects)s)
                       UNION SELECT user_id FROM class WHERE project_id = ANY (%(projects)s)
                       UNION SELECT user_id FROM class_link WHERE project_id = ANY (%(projects)s)
                       UNION SELECT user_id FROM cardinality_restriction WHERE project_id = ANY (%(projects)s)
                       UNION SELECT user_id FROM class_instance WHERE project_id = ANY (%(projects)s)
                       UNION SELECT user_id FROM class_instance_link WHERE project_id = ANY (%(projects)s)
                       UNION SELECT user_id FROM landmark WHERE project_id = ANY (%(projects)s)
                       UNION SELECT user_id FROM landmark_group WHERE project_id = ANY (%(projects)s)
                       UNION SELECT user_id FROM landmark_member WHERE project_id = ANY (%(projects)s)
                       UNION SELECT user_id FROM landmark_group_link WHERE project_id = ANY (%(projects)s)
                       UNION SELECT user_id FROM landmark_point WHERE project_id = ANY (%(projects)s)
                       UNION SELECT user_id FROM landmark_location WHERE project_id = ANY (%(projects)s)
                       UNION SELECT user_id FROM landmark_group_location WHERE project_id = ANY (%(projects)s)
                       UNION SELECT user_id FROM point_cloud WHERE project_id = ANY (%(projects)s)
                       UNION SELECT user_id FROM point_set WHERE project_id = ANY (%(projects)s)
                       UNION SELECT user_id FROM region WHERE project_id = ANY (%(projects)s)
                       UNION SELECT user_id FROM region_link WHERE project_id = ANY (%(projects)s)
                       UNION SELECT editor_id FROM landmark_point WHERE project_id = ANY (%(projects)s)
                       UNION SELECT user_id FROM sampler WHERE project_id = ANY (%(projects)s)
                       UNION SELECT user_id FROM sampler_domain WHERE project_id = ANY (%(projects)s)
                       UNION SELECT user_id FROM sampler_interval WHERE project_id = ANY (%(projects)s)
                       UNION SELECT user_id FROM sampler_connector WHERE project_id = ANY (%(projects)s)
                       UNION SELECT user_id FROM volume_annotation WHERE project_id = ANY (%(projects)s)
                       UNION SELECT user_id FROM deep_link WHERE project_id = ANY (%(projects)s))
       ORDER BY u.id)
TO STDOUT;

-- name: project
-- The projects.
COPY (SELECT json_build_object('model', 'catmaid.project', 'pk', id, 'fields', json_build_object(
             'title', title, 'comment', comment))
        FROM project WHERE id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: stack
-- Stacks of the projects.
COPY (SELECT json_build_object('model', 'catmaid.stack', 'pk', id, 'fields', json_build_object(
             'title', title, 'dimension', format('(%%s, %%s, %%s)', dimension_x, dimension_y, dimension_z),
             'resolution', format('(%%s, %%s, %%s)', resolution_x, resolution_y, resolution_z),
             'comment', comment, 'description', description, 'attribution', attribution, 'metadata', metadata,
             'canary_location', '(' || array_to_string(canary_location, ', ') || ')',
             'placeholder_color', '(' || array_to_string(placeholder_color, ', ') || ')',
             'downsample_factors', downsample_factors))
        FROM stack
       WHERE id IN (SELECT stack_id FROM project_stack WHERE project_id = ANY (%(projects)s))
       ORDER BY id)
TO STDOUT;

-- name: stackmirror
-- Mirrors of the projects' stacks.
COPY (SELECT json_build_object('model', 'catmaid.stackmirror', 'pk', id, 'fields', json_build_object(
             'stack', stack_id, 'title', title, 'image_base', image_base, 'file_extension', file_extension,
             'tile_width', tile_width, 'tile_height', tile_height, 'tile_source_type', tile_source_type,
             'position', position))
        FROM stack_mirror
       WHERE stack_id IN (SELECT stack_id FROM project_stack WHERE project_id = ANY (%(projects)s))
       ORDER BY id)
TO STDOUT;

-- name: projectstack
-- Where the projects' stacks lie in them.
COPY (SELECT json_build_object('model', 'catmaid.projectstack', 'pk', id, 'fields', json_build_object(
             'project', project_id, 'stack', stack_id,
             'translation', format('(%%s, %%s, %%s)', translation_x, translation_y, translation_z),
             'orientation', orientation))
        FROM project_stack WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: brokenslice
-- Broken sections of the projects' stacks.
COPY (SELECT json_build_object('model', 'catmaid.brokenslice', 'pk', id, 'fields', json_build_object(
             'stack', stack_id, 'index', section))
        FROM broken_section
       WHERE stack_id IN (SELECT stack_id FROM project_stack WHERE project_id = ANY (%(projects)s))
       ORDER BY id)
TO STDOUT;

-- name: interpolatablesection
-- Sections to interpolate.
COPY (SELECT json_build_object('model', 'catmaid.interpolatablesection', 'pk', id, 'fields', json_build_object(
             'project', project_id, 'location_coordinate', location_coordinate, 'orientation', orientation))
        FROM interpolatable_section WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: stackgroup
-- Stack groups with a stack of the projects.
COPY (SELECT json_build_object('model', 'catmaid.stackgroup', 'pk', id, 'fields', json_build_object(
             'title', title, 'comment', comment))
        FROM stack_group
       WHERE id IN (SELECT m.stack_group_id
                      FROM stack_group_member m JOIN project_stack p ON p.stack_id = m.stack_id
                     WHERE p.project_id = ANY (%(projects)s))
       ORDER BY id)
TO STDOUT;

-- name: stackgrouprelation
-- The two relations of stacks in a group; they are fixed here.
COPY (SELECT json_build_object('model', 'catmaid.stackgrouprelation', 'pk', id, 'fields', json_build_object(
             'name', name))
        FROM (VALUES (1, 'view'), (2, 'channel')) kind (id, name) ORDER BY id)
TO STDOUT;

-- name: stackstackgroup
-- Members of stack groups among the projects' stacks.
COPY (SELECT json_build_object('model', 'catmaid.stackstackgroup', 'pk', m.id, 'fields', json_build_object(
             'group_relation', CASE m.relation WHEN 'view' THEN 1 ELSE 2 END, 'stack', m.stack_id,
             'stack_group', m.stack_group_id, 'position', m.position))
        FROM stack_group_member m
       WHERE m.stack_id IN (SELECT stack_id FROM project_stack WHERE project_id = ANY (%(projects)s))
       ORDER BY m.id)
TO STDOUT;

-- name: reviewerwhitelist
-- Reviewers whom users trust.
COPY (SELECT json_build_object('model', 'catmaid.reviewerwhitelist', 'pk', id, 'fields', json_build_object(
             'project', project_id, 'user', user_id, 'reviewer', reviewer_id, 'accept_after', accept_after))
        FROM reviewer_whitelist WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: deeplink
-- Deep links that have no password: passwords are not exported.
COPY (SELECT json_build_object('model', 'catmaid.deeplink', 'pk', id, 'fields', json_build_object(
             'user', user_id, 'project', project_id, 'creation_time', creation_time, 'edition_time', edition_time,
             'alias', alias, 'is_public', is_public, 'is_exportable', is_exportable, 'location_x', location_x,
             'location_y', location_y, 'location_z', location_z, 'active_treenode', active_treenode,
             'active_connector', active_connector, 'active_skeleton', active_skeleton,
             'follow_id_history', follow_id_history, 'layered_stacks', layered_stacks, 'layout', layout, 'tool', tool,
             'show_help', show_help, 'message', message))
        FROM deep_link WHERE project_id = ANY (%(projects)s) AND password = '' ORDER BY id)
TO STDOUT;
