-- Class instances, ontologies, volumes, landmarks, points and regions as rows of CATMAID's export files:
-- {"model": ..., "pk": ..., "fields": {...}}.
-- projects: ids. owner_id: user who owns what nobody made here. relations, classes: JSON lists of
-- {"project_id", "name", "id"}, those that a project lacks included.

-- name: class
-- Classes, those that a project lacks included.
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
-- Relations with their descriptions, those that a project lacks included.
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
-- Links between classes.
COPY (SELECT json_build_object('model', 'catmaid.classclass', 'pk', id, 'fields', json_build_object(
             'user', user_id, 'creation_time', creation_time, 'edition_time', edition_time, 'project', project_id,
             'relation', relation_id, 'class_a', class_a_id, 'class_b', class_b_id))
        FROM class_link WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: cardinalityrestriction
-- Restrictions on links between classes.
COPY (SELECT json_build_object('model', 'catmaid.cardinalityrestriction', 'pk', id, 'fields', json_build_object(
             'user', user_id, 'creation_time', creation_time, 'edition_time', edition_time, 'project', project_id,
             'enabled', enabled, 'restricted_link', class_link_id, 'cardinality_type', type, 'value', value))
        FROM cardinality_restriction WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: classinstance
-- Class instances: neurons, skeletons, labels, annotations, volumes, landmarks, and instances of other classes.
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
-- Links between class instances: models, annotations, landmark members, and links of an ontology.
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

-- name: volume
-- Volumes, with their triangles as TIN.
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
-- Links from volumes to their class instances.
COPY (SELECT json_build_object('model', 'catmaid.volumeclassinstance', 'pk', v.id, 'fields', json_build_object(
             'user', v.user_id, 'project', v.project_id, 'creation_time', v.creation_time,
             'edition_time', v.edition_time, 'relation', r.id, 'volume', v.id, 'class_instance', v.entity_id))
        FROM volume v
        JOIN jsonb_to_recordset(%(relations)s) AS r (project_id integer, name text, id integer)
          ON r.project_id = v.project_id AND r.name = 'model_of'
       ORDER BY v.id)
TO STDOUT;

-- name: point
-- Points of landmarks and of point clouds.
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
-- Points of landmarks and landmark groups.
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
-- Point clouds.
COPY (SELECT json_build_object('model', 'catmaid.pointcloud', 'pk', id, 'fields', json_build_object(
             'user', user_id, 'project', project_id, 'creation_time', creation_time, 'edition_time', edition_time,
             'name', name, 'description', description, 'source_path', source_path))
        FROM point_cloud WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: pointcloudpoint
-- Points of point clouds.
COPY (SELECT json_build_object('model', 'catmaid.pointcloudpoint', 'pk', p.id, 'fields', json_build_object(
             'project', c.project_id, 'pointcloud', c.id, 'point', p.id))
        FROM cloud_point p JOIN point_cloud c ON c.id = p.point_cloud_id
       WHERE c.project_id = ANY (%(projects)s) ORDER BY p.id)
TO STDOUT;

-- name: pointset
-- Point sets.
COPY (SELECT json_build_object('model', 'catmaid.pointset', 'pk', id, 'fields', json_build_object(
             'user', user_id, 'project', project_id, 'creation_time', creation_time, 'edition_time', edition_time,
             'name', name, 'description', description, 'points', coordinates))
        FROM point_set WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: regionofinterest
-- Regions of interest.
COPY (SELECT json_build_object('model', 'catmaid.regionofinterest', 'pk', id, 'fields', json_build_object(
             'user', user_id, 'project', project_id, 'creation_time', creation_time, 'edition_time', edition_time,
             'editor', user_id, 'location_x', x, 'location_y', y, 'location_z', z, 'stack', stack_id,
             'zoom_level', zoom_level, 'width', width, 'height', height, 'rotation_cw', rotation_cw))
        FROM region WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;

-- name: regionofinterestclassinstance
-- Links from regions of interest to class instances and neurons.
COPY (SELECT json_build_object('model', 'catmaid.regionofinterestclassinstance', 'pk', id, 'fields', json_build_object(
             'user', user_id, 'project', project_id, 'creation_time', creation_time, 'edition_time', edition_time,
             'relation', relation_id, 'region_of_interest', region_id,
             'class_instance', coalesce(instance_id, neuron_id)))
        FROM region_link WHERE project_id = ANY (%(projects)s) ORDER BY id)
TO STDOUT;
