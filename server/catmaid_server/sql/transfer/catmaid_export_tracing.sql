-- Treenodes, connectors, reviews and samplers as rows of CATMAID's export files:
-- {"model": ..., "pk": ..., "fields": {...}}.
-- projects: ids. relations: JSON list of {"project_id", "name", "id"}, those that a project lacks included.

-- name: treenode
-- Treenodes.
COPY (SELECT json_build_object('model', 'catmaid.treenode', 'pk', id, 'fields', json_build_object(
             'project', project_id, 'location_x', x, 'location_y', y, 'location_z', z, 'editor', editor_id,
             'user', user_id, 'creation_time', creation_time, 'edition_time', edition_time, 'skeleton', skeleton_id,
             'radius', radius, 'confidence', confidence, 'parent', parent_id))
        FROM treenode WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: connector
-- Connectors.
COPY (SELECT json_build_object('model', 'catmaid.connector', 'pk', id, 'fields', json_build_object(
             'project', project_id, 'location_x', x, 'location_y', y, 'location_z', z, 'editor', editor_id,
             'user', user_id, 'creation_time', creation_time, 'edition_time', edition_time,
             'confidence', confidence))
        FROM connector WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: treenodeconnector
-- Links between treenodes and connectors.
COPY (SELECT json_build_object('model', 'catmaid.treenodeconnector', 'pk', id, 'fields', json_build_object(
             'user', user_id, 'creation_time', creation_time, 'edition_time', edition_time, 'project', project_id,
             'relation', relation_id, 'treenode', treenode_id, 'connector', connector_id, 'skeleton', skeleton_id,
             'confidence', confidence))
        FROM connector_link WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: treenodeclassinstance
-- Labels of treenodes.
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
-- Labels of connectors.
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
-- Reviews.
COPY (SELECT json_build_object('model', 'catmaid.review', 'pk', id, 'fields', json_build_object(
             'project', project_id, 'reviewer', reviewer_id, 'review_time', review_time, 'skeleton', skeleton_id,
             'treenode', treenode_id))
        FROM review WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: log
-- Log entries.
COPY (SELECT json_build_object('model', 'catmaid.log', 'pk', id, 'fields', json_build_object(
             'user', user_id, 'project', project_id, 'creation_time', creation_time, 'edition_time', edition_time,
             'operation_type', operation_type, 'location',
             CASE WHEN x IS NOT NULL THEN format('(%%s, %%s, %%s)', x, y, z) END, 'freetext', freetext))
        FROM log_entry WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: textlabel
-- Text labels.
COPY (SELECT json_build_object('model', 'catmaid.textlabel', 'pk', id, 'fields', json_build_object(
             'type', type, 'text', text, 'colour', '(' || array_to_string(color, ', ') || ')', 'font_name', font_name,
             'font_style', font_style, 'font_size', font_size, 'project', project_id, 'scaling', scaling,
             'creation_time', creation_time, 'edition_time', edition_time, 'deleted', false))
        FROM text_label WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: textlabellocation
-- Positions of text labels.
COPY (SELECT json_build_object('model', 'catmaid.textlabellocation', 'pk', id, 'fields', json_build_object(
             'textlabel', id, 'location', format('(%%s, %%s, %%s)', x, y, z), 'deleted', false))
        FROM text_label WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: suppressedvirtualtreenode
-- Suppressed virtual nodes.
COPY (SELECT json_build_object('model', 'catmaid.suppressedvirtualtreenode', 'pk', id, 'fields', json_build_object(
             'user', user_id, 'project', project_id, 'creation_time', creation_time, 'edition_time', edition_time,
             'child', child_id, 'location_coordinate', location_coordinate, 'orientation', orientation))
        FROM suppressed_virtual_node WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: sampler
-- Samplers.
COPY (SELECT json_build_object('model', 'catmaid.sampler', 'pk', id, 'fields', json_build_object(
             'user', user_id, 'project', project_id, 'creation_time', creation_time, 'edition_time', edition_time,
             'interval_length', interval_length, 'interval_error', interval_error,
             'create_interval_boundaries', create_interval_boundaries, 'review_required', review_required,
             'sampler_state', state_id, 'skeleton', skeleton_id, 'leaf_segment_handling', leaf_segment_handling,
             'merge_limit', merge_limit))
        FROM sampler WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: samplerdomain
-- Domains of samplers.
COPY (SELECT json_build_object('model', 'catmaid.samplerdomain', 'pk', id, 'fields', json_build_object(
             'user', user_id, 'project', project_id, 'creation_time', creation_time, 'edition_time', edition_time,
             'sampler', sampler_id, 'start_node', start_node_id, 'domain_type', type_id,
             'parent_interval', parent_interval_id))
        FROM sampler_domain WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: samplerdomainend
-- End nodes of sampler domains.
COPY (SELECT json_build_object('model', 'catmaid.samplerdomainend', 'pk', e.id, 'fields', json_build_object(
             'domain', e.domain_id, 'end_node', e.end_node_id))
        FROM sampler_domain_end e JOIN sampler_domain d ON d.id = e.domain_id
       WHERE d.project_id = ANY (%(projects)s) ORDER BY e.id)
TO STDOUT;

-- name: samplerinterval
-- Intervals of sampler domains.
COPY (SELECT json_build_object('model', 'catmaid.samplerinterval', 'pk', id, 'fields', json_build_object(
             'user', user_id, 'project', project_id, 'creation_time', creation_time, 'edition_time', edition_time,
             'domain', domain_id, 'interval_state', state_id, 'start_node', start_node_id, 'end_node', end_node_id))
        FROM sampler_interval WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: samplerconnector
-- Connectors of sampler intervals.
COPY (SELECT json_build_object('model', 'catmaid.samplerconnector', 'pk', id, 'fields', json_build_object(
             'user', user_id, 'project', project_id, 'creation_time', creation_time, 'edition_time', edition_time,
             'interval', interval_id, 'connector', connector_id, 'connector_state', state_id))
        FROM sampler_connector WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;
