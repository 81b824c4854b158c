-- Projects in the form of CATMAID's export files: each row an object {"model": ..., "pk": ..., "fields": {...}}.
-- projects: ids. relations, classes: JSON lists of {"project_id", "name", "id"}; what a project lacks is among them.

-- name: projects
SELECT id FROM project WHERE %(project_id)s::integer IS NULL OR id = %(project_id)s ORDER BY id;

-- name: highest_concept
SELECT greatest(0,
    (SELECT max(id) FROM neuron WHERE project_id = ANY (%(projects)s)),
    (SELECT max(greatest(id, model_of_link_id)) FROM skeleton WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM connector_link WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM label WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM node_label WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM annotation WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM annotation_link WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM relation WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM review WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM log_entry WHERE project_id = ANY (%(projects)s)),
    (SELECT max(entity_id) FROM volume WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM volume_annotation WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM class WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM class_link WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM cardinality_restriction WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM class_instance WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM class_instance_link WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM landmark WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM landmark_group WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM landmark_member WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM landmark_group_link WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM landmark_location WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM landmark_group_location WHERE project_id = ANY (%(projects)s)),
    (SELECT max(id) FROM region_link WHERE project_id = ANY (%(projects)s)));

-- name: relations
SELECT project_id, name, id FROM relation WHERE project_id = ANY (%(projects)s);

-- name: classes
SELECT project_id, name, id FROM class WHERE project_id = ANY (%(projects)s);

-- name: owner
-- An administrator, if there is one.
SELECT id FROM app_user ORDER BY NOT is_superuser, id LIMIT 1;

-- name: user
-- Everybody whom a row names; passwords stay here.
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
COPY (SELECT json_build_object('model', 'catmaid.project', 'pk', id, 'fields', json_build_object(
             'title', title, 'comment', comment))
        FROM project WHERE id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: stack
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
COPY (SELECT json_build_object('model', 'catmaid.stackmirror', 'pk', id, 'fields', json_build_object(
             'stack', stack_id, 'title', title, 'image_base', image_base, 'file_extension', file_extension,
             'tile_width', tile_width, 'tile_height', tile_height, 'tile_source_type', tile_source_type,
             'position', position))
        FROM stack_mirror
       WHERE stack_id IN (SELECT stack_id FROM project_stack WHERE project_id = ANY (%(projects)s))
       ORDER BY id)
TO STDOUT;

-- name: projectstack
COPY (SELECT json_build_object('model', 'catmaid.projectstack', 'pk', id, 'fields', json_build_object(
             'project', project_id, 'stack', stack_id,
             'translation', format('(%%s, %%s, %%s)', translation_x, translation_y, translation_z),
             'orientation', orientation))
        FROM project_stack WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: brokenslice
COPY (SELECT json_build_object('model', 'catmaid.brokenslice', 'pk', id, 'fields', json_build_object(
             'stack', stack_id, 'index', section))
        FROM broken_section
       WHERE stack_id IN (SELECT stack_id FROM project_stack WHERE project_id = ANY (%(projects)s))
       ORDER BY id)
TO STDOUT;

-- name: stackgroup
COPY (SELECT json_build_object('model', 'catmaid.stackgroup', 'pk', id, 'fields', json_build_object(
             'title', title, 'comment', comment))
        FROM stack_group
       WHERE id IN (SELECT m.stack_group_id
                      FROM stack_group_member m JOIN project_stack p ON p.stack_id = m.stack_id
                     WHERE p.project_id = ANY (%(projects)s))
       ORDER BY id)
TO STDOUT;

-- name: stackgrouprelation
COPY (SELECT json_build_object('model', 'catmaid.stackgrouprelation', 'pk', id, 'fields', json_build_object(
             'name', name))
        FROM (VALUES (1, 'view'), (2, 'channel')) kind (id, name) ORDER BY id)
TO STDOUT;

-- name: stackstackgroup
COPY (SELECT json_build_object('model', 'catmaid.stackstackgroup', 'pk', m.id, 'fields', json_build_object(
             'group_relation', CASE m.relation WHEN 'view' THEN 1 ELSE 2 END, 'stack', m.stack_id,
             'stack_group', m.stack_group_id, 'position', m.position))
        FROM stack_group_member m
       WHERE m.stack_id IN (SELECT stack_id FROM project_stack WHERE project_id = ANY (%(projects)s))
       ORDER BY m.id)
TO STDOUT;

-- name: class
COPY (SELECT json_build_object('model', 'catmaid.class', 'pk', c.id, 'fields', json_build_object(
             'user', coalesce(k.user_id, %(owner_id)s),
             'creation_time', coalesce(k.creation_time, '1970-01-01T00:00:00Z'),
             'edition_time', coalesce(k.edition_time, '1970-01-01T00:00:00Z'), 'project', c.project_id,
             'class_name', c.name, 'description', CASE WHEN k.id IS NULL THEN '' ELSE k.description END))
        FROM jsonb_to_recordset(%(classes)s) AS c (project_id integer, name text, id integer)
        LEFT JOIN class k ON k.id = c.id AND k.project_id = c.project_id
       ORDER BY c.id)
TO STDOUT;

-- name: relation
COPY (SELECT json_build_object('model', 'catmaid.relation', 'pk', c.id, 'fields', json_build_object(
             'user', coalesce(r.user_id, %(owner_id)s), 'creation_time', '1970-01-01T00:00:00Z',
             'edition_time', '1970-01-01T00:00:00Z', 'project', c.project_id, 'relation_name', c.name,
             'uri', coalesce(d.uri, ''), 'description', CASE WHEN d.relation_id IS NULL THEN '' ELSE d.description END,
             'isreciprocal', coalesce(d.isreciprocal, false)))
        FROM jsonb_to_recordset(%(relations)s) AS c (project_id integer, name text, id integer)
        LEFT JOIN relation r ON r.id = c.id AND r.project_id = c.project_id
        LEFT JOIN relation_detail d ON d.relation_id = r.id
       ORDER BY c.id)
TO STDOUT;

-- name: classclass
COPY (SELECT json_build_object('model', 'catmaid.classclass', 'pk', id, 'fields', json_build_object(
             'user', user_id, 'creation_time', creation_time, 'edition_time', edition_time, 'project', project_id,
             'relation', relation_id, 'class_a', class_a_id, 'class_b', class_b_id))
        FROM class_link WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: cardinalityrestriction
COPY (SELECT json_build_object('model', 'catmaid.cardinalityrestriction', 'pk', id, 'fields', json_build_object(
             'user', user_id, 'creation_time', creation_time, 'edition_time', edition_time, 'project', project_id,
             'enabled', enabled, 'restricted_link', class_link_id, 'cardinality_type', type, 'value', value))
        FROM cardinality_restriction WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: classinstance
COPY (SELECT json_build_object('model', 'catmaid.classinstance', 'pk', e.id, 'fields', json_build_object(
             'user', e.user_id, 'creation_time', e.creation_time, 'edition_time', e.edition_time,
             'project', e.project_id, 'class_column', c.id, 'name', e.name))
        FROM (SELECT id, project_id, user_id, creation_time, edition_time, name, 'neuron' AS kind FROM neuron
               UNION ALL
              SELECT id, project_id, user_id, creation_time, edition_time, name, 'skeleton' FROM skeleton
               UNION ALL
              SELECT id, project_id, user_id, creation_time, edition_time, name, 'label' FROM label
               UNION ALL
              SELECT id, project_id, user_id, creation_time, edition_time, name, 'annotation' FROM annotation
               UNION ALL
              SELECT entity_id, project_id, user_id, creation_time, edition_time, name, 'volume' FROM volume
               UNION ALL
              SELECT id, project_id, user_id, creation_time, edition_time, name, 'landmark' FROM landmark
               UNION ALL
              SELECT id, project_id, user_id, creation_time, edition_time, name, 'landmarkgroup' FROM landmark_group
               UNION ALL
              SELECT i.id, i.project_id, i.user_id, i.creation_time, i.edition_time, i.name, k.name
                FROM class_instance i JOIN class k ON k.id = i.class_id) e
        JOIN jsonb_to_recordset(%(classes)s) AS c (project_id integer, name text, id integer)
          ON c.project_id = e.project_id AND c.name = e.kind
       ORDER BY e.id)
TO STDOUT;

-- name: classinstanceclassinstance
COPY (SELECT json_build_object('model', 'catmaid.classinstanceclassinstance', 'pk', l.id, 'fields', json_build_object(
             'user', l.user_id, 'creation_time', l.creation_time, 'edition_time', l.edition_time,
             'project', l.project_id, 'relation', r.id, 'class_instance_a', l.a, 'class_instance_b', l.b))
        FROM (SELECT model_of_link_id AS id, project_id, user_id, creation_time, edition_time, 'model_of' AS relation,
                     NULL::integer AS relation_id, id AS a, neuron_id AS b
                FROM skeleton
               UNION ALL
              SELECT id, project_id, user_id, creation_time, edition_time, 'annotated_with', NULL,
                     coalesce(neuron_id, target_annotation_id), annotation_id
                FROM annotation_link
               UNION ALL
              SELECT w.id, w.project_id, w.user_id, w.creation_time, w.edition_time, 'annotated_with', NULL,
                     v.entity_id, w.annotation_id
                FROM volume_annotation w JOIN volume v ON v.id = w.volume_id
               UNION ALL
              SELECT id, project_id, user_id, creation_time, edition_time, 'part_of', NULL, landmark_id, group_id
                FROM landmark_member
               UNION ALL
              SELECT id, project_id, user_id, creation_time, edition_time, NULL, relation_id, group_1_id, group_2_id
                FROM landmark_group_link
               UNION ALL
              SELECT id, project_id, user_id, creation_time, edition_time, NULL, relation_id,
                     coalesce(instance_a_id, neuron_a_id), coalesce(instance_b_id, neuron_b_id)
                FROM class_instance_link) l
        JOIN jsonb_to_recordset(%(relations)s) AS r (project_id integer, name text, id integer)
          ON r.project_id = l.project_id AND (r.name = l.relation OR r.id = l.relation_id)
       ORDER BY l.id)
TO STDOUT;

-- name: treenode
COPY (SELECT json_build_object('model', 'catmaid.treenode', 'pk', id, 'fields', json_build_object(
             'project', project_id, 'location_x', x, 'location_y', y, 'location_z', z, 'editor', editor_id,
             'user', user_id, 'creation_time', creation_time, 'edition_time', edition_time, 'skeleton', skeleton_id,
             'radius', radius, 'confidence', confidence, 'parent', parent_id))
        FROM treenode WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: connector
COPY (SELECT json_build_object('model', 'catmaid.connector', 'pk', id, 'fields', json_build_object(
             'project', project_id, 'location_x', x, 'location_y', y, 'location_z', z, 'editor', editor_id,
             'user', user_id, 'creation_time', creation_time, 'edition_time', edition_time,
             'confidence', confidence))
        FROM connector WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: treenodeconnector
COPY (SELECT json_build_object('model', 'catmaid.treenodeconnector', 'pk', id, 'fields', json_build_object(
             'user', user_id, 'creation_time', creation_time, 'edition_time', edition_time, 'project', project_id,
             'relation', relation_id, 'treenode', treenode_id, 'connector', connector_id, 'skeleton', skeleton_id,
             'confidence', confidence))
        FROM connector_link WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: treenodeclassinstance
COPY (SELECT json_build_object('model', 'catmaid.treenodeclassinstance', 'pk', l.id, 'fields', json_build_object(
             'user', l.user_id, 'creation_time', l.creation_time, 'edition_time', l.edition_time,
             'project', l.project_id, 'relation', r.id, 'treenode', l.treenode_id, 'class_instance', l.label_id))
        FROM node_label l
        JOIN jsonb_to_recordset(%(relations)s) AS r (project_id integer, name text, id integer)
          ON r.project_id = l.project_id AND r.name = 'labeled_as'
       WHERE l.treenode_id IS NOT NULL
       ORDER BY l.id)
TO STDOUT;

-- name: connectorclassinstance
COPY (SELECT json_build_object('model', 'catmaid.connectorclassinstance', 'pk', l.id, 'fields', json_build_object(
             'user', l.user_id, 'creation_time', l.creation_time, 'edition_time', l.edition_time,
             'project', l.project_id, 'relation', r.id, 'connector', l.connector_id, 'class_instance', l.label_id))
        FROM node_label l
        JOIN jsonb_to_recordset(%(relations)s) AS r (project_id integer, name text, id integer)
          ON r.project_id = l.project_id AND r.name = 'labeled_as'
       WHERE l.connector_id IS NOT NULL
       ORDER BY l.id)
TO STDOUT;

-- name: review
COPY (SELECT json_build_object('model', 'catmaid.review', 'pk', id, 'fields', json_build_object(
             'project', project_id, 'reviewer', reviewer_id, 'review_time', review_time, 'skeleton', skeleton_id,
             'treenode', treenode_id))
        FROM review WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: log
COPY (SELECT json_build_object('model', 'catmaid.log', 'pk', id, 'fields', json_build_object(
             'user', user_id, 'project', project_id, 'creation_time', creation_time, 'edition_time', edition_time,
             'operation_type', operation_type, 'location', format('(%%s, %%s, %%s)', x, y, z), 'freetext', freetext))
        FROM log_entry WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: textlabel
COPY (SELECT json_build_object('model', 'catmaid.textlabel', 'pk', id, 'fields', json_build_object(
             'type', type, 'text', text, 'colour', '(' || array_to_string(color, ', ') || ')', 'font_name', font_name,
             'font_style', font_style, 'font_size', font_size, 'project', project_id, 'scaling', scaling,
             'creation_time', creation_time, 'edition_time', edition_time, 'deleted', false))
        FROM text_label WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: textlabellocation
COPY (SELECT json_build_object('model', 'catmaid.textlabellocation', 'pk', id, 'fields', json_build_object(
             'textlabel', id, 'location', format('(%%s, %%s, %%s)', x, y, z), 'deleted', false))
        FROM text_label WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: volume
COPY (SELECT json_build_object('model', 'catmaid.volume', 'pk', v.id, 'fields', json_build_object(
             'user', v.user_id, 'project', v.project_id, 'creation_time', v.creation_time,
             'edition_time', v.edition_time, 'editor', v.editor_id, 'name', v.name, 'comment', v.comment,
             'geometry', (SELECT 'TIN Z (' || string_agg(format('((%%s %%s %%s,%%s %%s %%s,%%s %%s %%s,%%s %%s %%s))',
                                 corners[i], corners[i + 1], corners[i + 2], corners[i + 3], corners[i + 4],
                                 corners[i + 5], corners[i + 6], corners[i + 7], corners[i + 8], corners[i],
                                 corners[i + 1], corners[i + 2]), ',' ORDER BY i) || ')'
                            FROM generate_series(1, cardinality(v.corners), 9) AS i)))
        FROM volume v WHERE v.project_id = ANY (%(projects)s) ORDER BY v.id)
TO STDOUT;

-- name: volumeclassinstance
COPY (SELECT json_build_object('model', 'catmaid.volumeclassinstance', 'pk', v.id, 'fields', json_build_object(
             'user', v.user_id, 'project', v.project_id, 'creation_time', v.creation_time,
             'edition_time', v.edition_time, 'relation', r.id, 'volume', v.id, 'class_instance', v.entity_id))
        FROM volume v
        JOIN jsonb_to_recordset(%(relations)s) AS r (project_id integer, name text, id integer)
          ON r.project_id = v.project_id AND r.name = 'model_of'
       ORDER BY v.id)
TO STDOUT;

-- name: reviewerwhitelist
COPY (SELECT json_build_object('model', 'catmaid.reviewerwhitelist', 'pk', id, 'fields', json_build_object(
             'project', project_id, 'user', user_id, 'reviewer', reviewer_id, 'accept_after', accept_after))
        FROM reviewer_whitelist WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: suppressedvirtualtreenode
COPY (SELECT json_build_object('model', 'catmaid.suppressedvirtualtreenode', 'pk', id, 'fields', json_build_object(
             'user', user_id, 'project', project_id, 'creation_time', creation_time, 'edition_time', edition_time,
             'child', child_id, 'location_coordinate', location_coordinate, 'orientation', orientation))
        FROM suppressed_virtual_node WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: deeplink
-- Without passwords, and so only those that have none.
COPY (SELECT json_build_object('model', 'catmaid.deeplink', 'pk', id, 'fields', json_build_object(
             'user', user_id, 'project', project_id, 'creation_time', creation_time, 'edition_time', edition_time,
             'alias', alias, 'is_public', is_public, 'is_exportable', is_exportable, 'location_x', location_x,
             'location_y', location_y, 'location_z', location_z, 'active_treenode', active_treenode,
             'active_connector', active_connector, 'active_skeleton', active_skeleton,
             'follow_id_history', follow_id_history, 'layered_stacks', layered_stacks, 'layout', layout, 'tool', tool,
             'show_help', show_help, 'message', message))
        FROM deep_link WHERE project_id = ANY (%(projects)s) AND password = '' ORDER BY id)
TO STDOUT;

-- name: point
COPY (SELECT json_build_object('model', 'catmaid.point', 'pk', p.id, 'fields', json_build_object(
             'user', p.user_id, 'project', p.project_id, 'creation_time', p.creation_time,
             'edition_time', p.edition_time, 'editor', p.editor_id, 'location_x', p.x, 'location_y', p.y,
             'location_z', p.z, 'radius', 0, 'confidence', 5))
        FROM (SELECT id, project_id, user_id, editor_id, creation_time, edition_time, x, y, z FROM landmark_point
               UNION ALL
              SELECT p.id, c.project_id, c.user_id, c.user_id, c.creation_time, c.edition_time, p.x, p.y, p.z
                FROM cloud_point p JOIN point_cloud c ON c.id = p.point_cloud_id) p
       WHERE p.project_id = ANY (%(projects)s) ORDER BY p.id)
TO STDOUT;

-- name: pointclassinstance
COPY (SELECT json_build_object('model', 'catmaid.pointclassinstance', 'pk', l.id, 'fields', json_build_object(
             'user', l.user_id, 'project', l.project_id, 'creation_time', l.creation_time,
             'edition_time', l.edition_time, 'relation', r.id, 'point', l.point_id, 'class_instance', l.entity_id))
        FROM (SELECT id, project_id, user_id, creation_time, edition_time, point_id, landmark_id AS entity_id
                FROM landmark_location
               UNION ALL
              SELECT id, project_id, user_id, creation_time, edition_time, point_id, group_id
                FROM landmark_group_location) l
        JOIN jsonb_to_recordset(%(relations)s) AS r (project_id integer, name text, id integer)
          ON r.project_id = l.project_id AND r.name = 'annotated_with'
       ORDER BY l.id)
TO STDOUT;

-- name: pointcloud
COPY (SELECT json_build_object('model', 'catmaid.pointcloud', 'pk', id, 'fields', json_build_object(
             'user', user_id, 'project', project_id, 'creation_time', creation_time, 'edition_time', edition_time,
             'name', name, 'description', description, 'source_path', source_path))
        FROM point_cloud WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: pointcloudpoint
COPY (SELECT json_build_object('model', 'catmaid.pointcloudpoint', 'pk', p.id, 'fields', json_build_object(
             'project', c.project_id, 'pointcloud', c.id, 'point', p.id))
        FROM cloud_point p JOIN point_cloud c ON c.id = p.point_cloud_id
       WHERE c.project_id = ANY (%(projects)s) ORDER BY p.id)
TO STDOUT;

-- name: pointset
COPY (SELECT json_build_object('model', 'catmaid.pointset', 'pk', id, 'fields', json_build_object(
             'user', user_id, 'project', project_id, 'creation_time', creation_time, 'edition_time', edition_time,
             'name', name, 'description', description, 'points', coordinates))
        FROM point_set WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: interpolatablesection
COPY (SELECT json_build_object('model', 'catmaid.interpolatablesection', 'pk', id, 'fields', json_build_object(
             'project', project_id, 'location_coordinate', location_coordinate, 'orientation', orientation))
        FROM interpolatable_section WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: regionofinterest
COPY (SELECT json_build_object('model', 'catmaid.regionofinterest', 'pk', id, 'fields', json_build_object(
             'user', user_id, 'project', project_id, 'creation_time', creation_time, 'edition_time', edition_time,
             'editor', user_id, 'location_x', x, 'location_y', y, 'location_z', z, 'stack', stack_id,
             'zoom_level', zoom_level, 'width', width, 'height', height, 'rotation_cw', rotation_cw))
        FROM region WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: regionofinterestclassinstance
COPY (SELECT json_build_object('model', 'catmaid.regionofinterestclassinstance', 'pk', id, 'fields', json_build_object(
             'user', user_id, 'project', project_id, 'creation_time', creation_time, 'edition_time', edition_time,
             'relation', relation_id, 'region_of_interest', region_id,
             'class_instance', coalesce(instance_id, neuron_id)))
        FROM region_link WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: sampler
COPY (SELECT json_build_object('model', 'catmaid.sampler', 'pk', id, 'fields', json_build_object(
             'user', user_id, 'project', project_id, 'creation_time', creation_time, 'edition_time', edition_time,
             'interval_length', interval_length, 'interval_error', interval_error,
             'create_interval_boundaries', create_interval_boundaries, 'review_required', review_required,
             'sampler_state', state_id, 'skeleton', skeleton_id, 'leaf_segment_handling', leaf_segment_handling,
             'merge_limit', merge_limit))
        FROM sampler WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: samplerdomain
COPY (SELECT json_build_object('model', 'catmaid.samplerdomain', 'pk', id, 'fields', json_build_object(
             'user', user_id, 'project', project_id, 'creation_time', creation_time, 'edition_time', edition_time,
             'sampler', sampler_id, 'start_node', start_node_id, 'domain_type', type_id,
             'parent_interval', parent_interval_id))
        FROM sampler_domain WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: samplerdomainend
COPY (SELECT json_build_object('model', 'catmaid.samplerdomainend', 'pk', e.id, 'fields', json_build_object(
             'domain', e.domain_id, 'end_node', e.end_node_id))
        FROM sampler_domain_end e JOIN sampler_domain d ON d.id = e.domain_id
       WHERE d.project_id = ANY (%(projects)s) ORDER BY e.id)
TO STDOUT;

-- name: samplerinterval
COPY (SELECT json_build_object('model', 'catmaid.samplerinterval', 'pk', id, 'fields', json_build_object(
             'user', user_id, 'project', project_id, 'creation_time', creation_time, 'edition_time', edition_time,
             'domain', domain_id, 'interval_state', state_id, 'start_node', start_node_id, 'end_node', end_node_id))
        FROM sampler_interval WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: samplerconnector
COPY (SELECT json_build_object('model', 'catmaid.samplerconnector', 'pk', id, 'fields', json_build_object(
             'user', user_id, 'project', project_id, 'creation_time', creation_time, 'edition_time', edition_time,
             'interval', interval_id, 'connector', connector_id, 'connector_state', state_id))
        FROM sampler_connector WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;
