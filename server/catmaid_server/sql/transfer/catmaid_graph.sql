-- From staged rows of CATMAID to ontologies, landmarks, regions and points; see catmaid_import.sql for the parameters.

-- name: insert_classes
-- Insert classes that the project does not have by name; one whose id is taken gets a new id in any case.
INSERT INTO class (id, project_id, name, description, user_id, creation_time, edition_time)
SELECT CASE WHEN %(keep)s AND c.id > 0 AND NOT EXISTS (SELECT FROM class t WHERE t.id = c.id) THEN c.id
            ELSE nextval('concept_id_seq') END, %(project_id)s, c.class_name, c.description, u.new_id,
       c.creation_time, c.edition_time
  FROM (SELECT DISTINCT ON (r.class_name) s.id, r.*
          FROM staged_row s
         CROSS JOIN LATERAL jsonb_to_record(s.row) AS r (
                project bigint, "user" bigint, creation_time timestamptz, edition_time timestamptz, class_name text,
                description text)
         WHERE s.model = 'catmaid.class' AND r.project = %(source)s
         ORDER BY r.class_name, s.id) c
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = c."user"
    ON CONFLICT (project_id, name) DO NOTHING;

-- name: map_classes
-- Map the rows' classes to those of the project, by name.
INSERT INTO new_id (model, old_id, new_id)
SELECT 'catmaid.class', s.id, c.id
  FROM staged_class s JOIN class c ON c.project_id = %(project_id)s AND c.name = s.name
 WHERE s.project = %(source)s;

-- name: insert_relation_details
-- Insert what relations have beside their names.
INSERT INTO relation_detail (relation_id, uri, description, isreciprocal)
SELECT DISTINCT ON (n.new_id) n.new_id, coalesce(s.row ->> 'uri', ''), s.row ->> 'description',
       (s.row ->> 'isreciprocal')::boolean
  FROM staged_row s
  JOIN new_id n ON n.model = 'catmaid.relation' AND n.old_id = s.id
 WHERE s.model = 'catmaid.relation' AND (s.row ->> 'project')::bigint = %(source)s
 ORDER BY n.new_id, s.id
    ON CONFLICT (relation_id) DO NOTHING;

-- name: insert_class_links
-- Insert links between classes, and map their ids.
WITH made AS (
    SELECT s.id AS old_id, CASE WHEN %(keep)s AND s.id > 0 THEN s.id ELSE nextval('concept_id_seq') END AS new_id
      FROM staged_row s
     WHERE s.model = 'catmaid.classclass' AND (s.row ->> 'project')::bigint = %(source)s
     ORDER BY s.id),
mapped AS (
    INSERT INTO new_id (model, old_id, new_id) SELECT 'catmaid.classclass', old_id, new_id FROM made)
INSERT INTO class_link (id, project_id, relation_id, class_a_id, class_b_id, user_id, creation_time, edition_time)
SELECT made.new_id, %(project_id)s, n.new_id, a.new_id, b.new_id, u.new_id, r.creation_time, r.edition_time
  FROM made
  JOIN staged_row s ON s.model = 'catmaid.classclass' AND s.id = made.old_id
 CROSS JOIN LATERAL jsonb_to_record(s.row) AS r (
        "user" bigint, creation_time timestamptz, edition_time timestamptz, relation bigint, class_a bigint,
        class_b bigint)
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = r."user"
  JOIN new_id n ON n.model = 'catmaid.relation' AND n.old_id = r.relation
  JOIN new_id a ON a.model = 'catmaid.class' AND a.old_id = r.class_a
  JOIN new_id b ON b.model = 'catmaid.class' AND b.old_id = r.class_b;

-- name: insert_restrictions
-- Insert restrictions on links between classes.
INSERT INTO cardinality_restriction (id, project_id, class_link_id, type, value, enabled, user_id, creation_time,
                                     edition_time)
SELECT CASE WHEN %(keep)s AND s.id > 0 THEN s.id ELSE nextval('concept_id_seq') END, %(project_id)s, l.new_id,
       r.cardinality_type, r.value, r.enabled, u.new_id, r.creation_time, r.edition_time
  FROM staged_row s
 CROSS JOIN LATERAL jsonb_to_record(s.row) AS r (
        project bigint, "user" bigint, creation_time timestamptz, edition_time timestamptz, enabled boolean,
        restricted_link bigint, cardinality_type smallint, value integer)
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = r."user"
  JOIN new_id l ON l.model = 'catmaid.classclass' AND l.old_id = r.restricted_link
 WHERE s.model = 'catmaid.cardinalityrestriction' AND r.project = %(source)s
 ORDER BY s.id;

-- name: insert_class_instances
-- Insert instances of classes that have no table of their own.
INSERT INTO class_instance (id, project_id, class_id, name, user_id, creation_time, edition_time)
SELECT m.new_id, %(project_id)s, c.new_id, i.name, u.new_id, i.creation_time, i.edition_time
  FROM thing t
  JOIN staged_class_instance i ON i.id = t.id
  JOIN new_entity m ON m.old_id = i.id AND NOT m.is_here
  JOIN new_id c ON c.model = 'catmaid.class' AND c.old_id = i.class
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = i."user"
 WHERE t.project = %(source)s AND t.is_other;

-- name: insert_class_instance_links
-- Insert links between class instances, and between them and neurons.
INSERT INTO class_instance_link (id, project_id, relation_id, instance_a_id, neuron_a_id, instance_b_id, neuron_b_id,
                                 user_id, creation_time, edition_time)
SELECT CASE WHEN %(keep)s AND l.id > 0 THEN l.id ELSE nextval('concept_id_seq') END, %(project_id)s, r.new_id,
       CASE WHEN a.is_other THEN ma.new_id END, CASE WHEN NOT a.is_other THEN ma.new_id END,
       CASE WHEN b.is_other THEN mb.new_id END, CASE WHEN NOT b.is_other THEN mb.new_id END,
       u.new_id, l.creation_time, l.edition_time
  FROM (SELECT * FROM staged_class_link WHERE project = %(source)s ORDER BY id) l
  JOIN staged_relation s ON s.id = l.relation AND s.name <> 'annotated_with'
  JOIN thing a ON a.id = l.a AND (a.is_other OR a.kind = 'neuron')
  JOIN thing b ON b.id = l.b AND (b.is_other OR b.kind = 'neuron')
  JOIN new_entity ma ON ma.old_id = l.a
  JOIN new_entity mb ON mb.old_id = l.b
  JOIN new_id r ON r.model = 'catmaid.relation' AND r.old_id = l.relation
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = l."user";

-- name: insert_landmarks
-- Insert landmarks that the project does not have by name.
INSERT INTO landmark (id, project_id, name, user_id, creation_time, edition_time)
SELECT m.new_id, %(project_id)s, e.name, u.new_id, e.creation_time, e.edition_time
  FROM entity e
  JOIN new_entity m ON m.old_id = e.id AND NOT m.is_here
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = e."user"
 WHERE e.project = %(source)s AND e.kind = 'landmark';

-- name: insert_landmark_groups
-- Insert landmark groups that the project does not have by name.
INSERT INTO landmark_group (id, project_id, name, user_id, creation_time, edition_time)
SELECT m.new_id, %(project_id)s, e.name, u.new_id, e.creation_time, e.edition_time
  FROM entity e
  JOIN new_entity m ON m.old_id = e.id AND NOT m.is_here
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = e."user"
 WHERE e.project = %(source)s AND e.kind = 'landmarkgroup';

-- name: insert_landmark_members
-- Insert which landmarks are in which groups.
INSERT INTO landmark_member (id, project_id, landmark_id, group_id, user_id, creation_time, edition_time)
SELECT CASE WHEN %(keep)s AND l.id > 0 THEN l.id ELSE nextval('concept_id_seq') END, %(project_id)s, a.new_id,
       b.new_id, u.new_id, l.creation_time, l.edition_time
  FROM (SELECT * FROM staged_class_link WHERE project = %(source)s ORDER BY id) l
  JOIN staged_relation r ON r.id = l.relation AND r.name = 'part_of'
  JOIN entity ea ON ea.id = l.a AND ea.kind = 'landmark'
  JOIN entity eb ON eb.id = l.b AND eb.kind = 'landmarkgroup'
  JOIN new_entity a ON a.old_id = l.a
  JOIN new_entity b ON b.old_id = l.b
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = l."user"
    ON CONFLICT (landmark_id, group_id) DO NOTHING;

-- name: insert_landmark_group_links
-- Insert links between landmark groups.
INSERT INTO landmark_group_link (id, project_id, relation_id, group_1_id, group_2_id, user_id, creation_time,
                                 edition_time)
SELECT CASE WHEN %(keep)s AND l.id > 0 THEN l.id ELSE nextval('concept_id_seq') END, %(project_id)s, r.new_id,
       a.new_id, b.new_id, u.new_id, l.creation_time, l.edition_time
  FROM (SELECT * FROM staged_class_link WHERE project = %(source)s ORDER BY id) l
  JOIN entity ea ON ea.id = l.a AND ea.kind = 'landmarkgroup'
  JOIN entity eb ON eb.id = l.b AND eb.kind = 'landmarkgroup'
  JOIN new_entity a ON a.old_id = l.a
  JOIN new_entity b ON b.old_id = l.b
  JOIN new_id r ON r.model = 'catmaid.relation' AND r.old_id = l.relation
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = l."user"
    ON CONFLICT (group_1_id, group_2_id, relation_id) DO NOTHING;

-- name: insert_landmark_points
-- Insert the points of landmarks; points of a cloud come with it.
INSERT INTO landmark_point (id, project_id, x, y, z, user_id, editor_id, creation_time, edition_time)
SELECT n.new_id, %(project_id)s, r.location_x, r.location_y, r.location_z, u.new_id, e.new_id, r.creation_time,
       r.edition_time
  FROM staged_row s
 CROSS JOIN LATERAL jsonb_to_record(s.row) AS r (
        project bigint, "user" bigint, editor bigint, location_x float8, location_y float8, location_z float8,
        creation_time timestamptz, edition_time timestamptz)
  JOIN new_node n ON n.old_id = s.id
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = r."user"
  JOIN new_id e ON e.model = 'auth.user' AND e.old_id = r.editor
 WHERE s.model = 'catmaid.point' AND r.project = %(source)s
   AND s.id IN (SELECT (l.row ->> 'point')::bigint FROM staged_row l WHERE l.model = 'catmaid.pointclassinstance');

-- name: insert_landmark_locations
-- Insert the points of landmarks.
INSERT INTO landmark_location (id, project_id, landmark_id, point_id, user_id, creation_time, edition_time)
SELECT CASE WHEN %(keep)s AND l.id > 0 THEN l.id ELSE nextval('concept_id_seq') END, %(project_id)s, m.new_id,
       n.new_id, u.new_id, l.creation_time, l.edition_time
  FROM point_link l
  JOIN entity e ON e.id = l.class_instance AND e.kind = 'landmark'
  JOIN new_entity m ON m.old_id = e.id
  JOIN new_node n ON n.old_id = l.point
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = l."user"
 WHERE l.project = %(source)s
 ORDER BY l.id
    ON CONFLICT (landmark_id, point_id) DO NOTHING;

-- name: insert_landmark_group_locations
-- Insert the points of landmark groups.
INSERT INTO landmark_group_location (id, project_id, group_id, point_id, user_id, creation_time, edition_time)
SELECT CASE WHEN %(keep)s AND l.id > 0 THEN l.id ELSE nextval('concept_id_seq') END, %(project_id)s, m.new_id,
       n.new_id, u.new_id, l.creation_time, l.edition_time
  FROM point_link l
  JOIN entity e ON e.id = l.class_instance AND e.kind = 'landmarkgroup'
  JOIN new_entity m ON m.old_id = e.id
  JOIN new_node n ON n.old_id = l.point
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = l."user"
 WHERE l.project = %(source)s
 ORDER BY l.id
    ON CONFLICT (group_id, point_id) DO NOTHING;

-- name: insert_point_clouds
-- Insert point clouds, and map their ids.
WITH made AS (
    SELECT s.id AS old_id, CASE WHEN %(keep)s AND s.id > 0 THEN s.id ELSE nextval('point_cloud_id_seq') END AS new_id
      FROM staged_row s
     WHERE s.model = 'catmaid.pointcloud' AND (s.row ->> 'project')::bigint = %(source)s
     ORDER BY s.id),
mapped AS (
    INSERT INTO new_id (model, old_id, new_id) SELECT 'catmaid.pointcloud', old_id, new_id FROM made)
INSERT INTO point_cloud (id, project_id, user_id, name, description, source_path, creation_time, edition_time)
SELECT made.new_id, %(project_id)s, u.new_id, r.name, r.description, r.source_path, r.creation_time, r.edition_time
  FROM made
  JOIN staged_row s ON s.model = 'catmaid.pointcloud' AND s.id = made.old_id
 CROSS JOIN LATERAL jsonb_to_record(s.row) AS r (
        "user" bigint, creation_time timestamptz, edition_time timestamptz, name text, description text,
        source_path text)
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = r."user";

-- name: insert_cloud_points
-- Insert the points of point clouds.
INSERT INTO cloud_point (id, point_cloud_id, x, y, z)
SELECT DISTINCT ON (n.new_id) n.new_id, c.new_id, (p.row ->> 'location_x')::float8, (p.row ->> 'location_y')::float8,
       (p.row ->> 'location_z')::float8
  FROM staged_row s
  JOIN new_id c ON c.model = 'catmaid.pointcloud' AND c.old_id = (s.row ->> 'pointcloud')::bigint
  JOIN staged_row p ON p.model = 'catmaid.point' AND p.id = (s.row ->> 'point')::bigint
  JOIN new_node n ON n.old_id = p.id
 WHERE s.model = 'catmaid.pointcloudpoint' AND (s.row ->> 'project')::bigint = %(source)s
 ORDER BY n.new_id, c.new_id;

-- name: insert_point_sets
-- Insert point sets.
INSERT INTO point_set (id, project_id, user_id, name, description, coordinates, creation_time, edition_time)
SELECT CASE WHEN %(keep)s AND s.id > 0 THEN s.id ELSE nextval('point_set_id_seq') END, %(project_id)s, u.new_id,
       r.name, coalesce(r.description, ''), r.points, r.creation_time, r.edition_time
  FROM staged_row s
 CROSS JOIN LATERAL jsonb_to_record(s.row) AS r (
        project bigint, "user" bigint, creation_time timestamptz, edition_time timestamptz, name text,
        description text, points float8[])
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = r."user"
 WHERE s.model = 'catmaid.pointset' AND r.project = %(source)s
 ORDER BY s.id;

-- name: insert_interpolatable_sections
-- Insert sections to interpolate; CATMAID does not know who made them.
INSERT INTO interpolatable_section (id, project_id, user_id, orientation, location_coordinate)
SELECT CASE WHEN %(keep)s AND s.id > 0 THEN s.id ELSE nextval('interpolatable_section_id_seq') END, %(project_id)s,
       t.user_id, (s.row ->> 'orientation')::smallint, (s.row ->> 'location_coordinate')::float8
  FROM staged_row s
  JOIN transaction_info t ON t.id = current_version()
 WHERE s.model = 'catmaid.interpolatablesection' AND (s.row ->> 'project')::bigint = %(source)s
 ORDER BY s.id;

-- name: insert_regions
-- Insert regions of interest.
INSERT INTO region (id, project_id, stack_id, x, y, z, width, height, rotation_cw, zoom_level, user_id, creation_time,
                    edition_time)
SELECT n.new_id, %(project_id)s, k.new_id, r.location_x, r.location_y, r.location_z, r.width, r.height, r.rotation_cw,
       r.zoom_level, u.new_id, r.creation_time, r.edition_time
  FROM staged_row s
 CROSS JOIN LATERAL jsonb_to_record(s.row) AS r (
        project bigint, "user" bigint, stack bigint, location_x float8, location_y float8, location_z float8,
        width float8, height float8, rotation_cw float8, zoom_level integer, creation_time timestamptz,
        edition_time timestamptz)
  JOIN new_node n ON n.old_id = s.id
  JOIN new_id k ON k.model = 'catmaid.stack' AND k.old_id = r.stack
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = r."user"
 WHERE s.model = 'catmaid.regionofinterest' AND r.project = %(source)s
 ORDER BY s.id;

-- name: insert_region_links
-- Insert links from regions of interest to class instances and neurons.
INSERT INTO region_link (id, project_id, relation_id, region_id, instance_id, neuron_id, user_id, creation_time,
                         edition_time)
SELECT CASE WHEN %(keep)s AND s.id > 0 THEN s.id ELSE nextval('concept_id_seq') END, %(project_id)s, n.new_id,
       g.new_id, CASE WHEN t.is_other THEN m.new_id END, CASE WHEN NOT t.is_other THEN m.new_id END, u.new_id,
       r.creation_time, r.edition_time
  FROM staged_row s
 CROSS JOIN LATERAL jsonb_to_record(s.row) AS r (
        project bigint, "user" bigint, creation_time timestamptz, edition_time timestamptz, relation bigint,
        region_of_interest bigint, class_instance bigint)
  JOIN thing t ON t.id = r.class_instance AND (t.is_other OR t.kind = 'neuron')
  JOIN new_entity m ON m.old_id = t.id
  JOIN new_node g ON g.old_id = r.region_of_interest
  JOIN new_id n ON n.model = 'catmaid.relation' AND n.old_id = r.relation
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = r."user"
 WHERE s.model = 'catmaid.regionofinterestclassinstance' AND r.project = %(source)s
 ORDER BY s.id;

-- name: insert_volume_annotations
-- Insert annotations of volumes.
INSERT INTO volume_annotation (id, project_id, annotation_id, volume_id, user_id, creation_time, edition_time)
SELECT CASE WHEN %(keep)s AND l.id > 0 THEN l.id ELSE nextval('concept_id_seq') END, %(project_id)s, b.new_id, v.id,
       u.new_id, l.creation_time, l.edition_time
  FROM (SELECT * FROM staged_class_link WHERE project = %(source)s ORDER BY id) l
  JOIN staged_relation r ON r.id = l.relation AND r.name = 'annotated_with'
  JOIN entity e ON e.id = l.a AND e.kind = 'volume'
  JOIN new_entity a ON a.old_id = l.a
  JOIN new_entity b ON b.old_id = l.b
  JOIN volume v ON v.entity_id = a.new_id
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = l."user";
