-- From staged rows of CATMAID (see catmaid_staging.sql) to ours, a project at a time.
-- source: the project's id among the rows; project_id: here. keep: whether ids stay as they are; those below 0 are made
-- up, so such rows get new ones in any case.

-- name: map_users
-- Map the rows' users to those here.
INSERT INTO new_id (model, old_id, new_id)
SELECT 'auth.user', * FROM unnest(%(old_ids)s::bigint[], %(new_ids)s::integer[]);

-- name: map_entities
-- Map the ids of class instances; labels, annotations and landmarks that the project has by name are used.
INSERT INTO new_entity (old_id, new_id, is_here)
SELECT e.id, coalesce(here.id, CASE WHEN %(keep)s AND e.id > 0 THEN e.id ELSE nextval('concept_id_seq') END),
       here.id IS NOT NULL
  FROM (SELECT id, kind, name FROM entity WHERE project = %(source)s AND kind <> 'stack_property' ORDER BY id) e
  LEFT JOIN (SELECT 'label' AS kind, name, min(id) AS id FROM label WHERE project_id = %(project_id)s GROUP BY name
              UNION ALL
             SELECT 'annotation', name, min(id) FROM annotation WHERE project_id = %(project_id)s GROUP BY name
              UNION ALL
             SELECT 'landmark', name, min(id) FROM landmark WHERE project_id = %(project_id)s GROUP BY name
              UNION ALL
             SELECT 'landmarkgroup', name, min(id) FROM landmark_group
              WHERE project_id = %(project_id)s GROUP BY name) here
    ON (here.kind, here.name) = (e.kind, e.name);

-- name: map_nodes
-- Map the ids of treenodes, connectors, points and regions, which share one number space.
INSERT INTO new_node (old_id, new_id)
SELECT id, CASE WHEN %(keep)s AND id > 0 THEN id ELSE nextval('location_id_seq') END
  FROM (SELECT id FROM staged_treenode WHERE project = %(source)s
         UNION SELECT id FROM staged_connector WHERE project = %(source)s
         UNION SELECT id FROM staged_row WHERE model IN ('catmaid.point', 'catmaid.regionofinterest')
                                           AND (row ->> 'project')::bigint = %(source)s
         ORDER BY id) n;

-- name: insert_relations
-- Insert relations that the project does not have by name; one whose id is taken gets a new id in any case.
INSERT INTO relation (id, project_id, name, user_id)
SELECT CASE WHEN %(keep)s AND r.id > 0 AND NOT EXISTS (SELECT FROM relation t WHERE t.id = r.id) THEN r.id
            ELSE nextval('concept_id_seq') END, %(project_id)s, r.name, u.new_id
  FROM (SELECT DISTINCT ON (name) id, name, "user" FROM staged_relation WHERE project = %(source)s
         ORDER BY name, id) r
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = r."user"
    ON CONFLICT (project_id, name) DO NOTHING;

-- name: map_relations
-- Map the rows' relations to those of the project, by name.
INSERT INTO new_id (model, old_id, new_id)
SELECT 'catmaid.relation', s.id, r.id
  FROM staged_relation s JOIN relation r ON r.project_id = %(project_id)s AND r.name = s.name
 WHERE s.project = %(source)s;

-- name: analyze
-- Let the planner know how many ids are mapped.
ANALYZE new_entity, new_node, new_id;

-- name: insert_neurons
-- Insert neurons.
INSERT INTO neuron (id, project_id, name, user_id, creation_time, edition_time)
SELECT m.new_id, %(project_id)s, e.name, u.new_id, e.creation_time, e.edition_time
  FROM entity e
  JOIN new_entity m ON m.old_id = e.id
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = e."user"
 WHERE e.project = %(source)s AND e.kind = 'neuron';

-- name: insert_lone_neurons
-- Insert a neuron for each skeleton that has none; where ids are kept, with a negated id, which is free for sure.
WITH lone AS (
    INSERT INTO neuron (id, project_id, name, user_id, creation_time, edition_time)
    SELECT CASE WHEN %(keep)s THEN -e.id ELSE nextval('concept_id_seq') END, %(project_id)s, e.name, u.new_id,
           e.creation_time, e.edition_time
      FROM entity e
      JOIN new_id u ON u.model = 'auth.user' AND u.old_id = e."user"
     WHERE e.project = %(source)s AND e.kind = 'skeleton'
       AND NOT EXISTS (SELECT FROM model_link l WHERE l.skeleton = e.id)
     ORDER BY e.id
    RETURNING id)
INSERT INTO new_id (model, old_id, new_id)
SELECT 'lone neuron', s.id, n.id
  FROM (SELECT id, row_number() OVER (ORDER BY abs(id)) AS number FROM lone) n
  JOIN (SELECT e.id, row_number() OVER (ORDER BY e.id) AS number
          FROM entity e
         WHERE e.project = %(source)s AND e.kind = 'skeleton'
           AND NOT EXISTS (SELECT FROM model_link l WHERE l.skeleton = e.id)) s USING (number);

-- name: insert_skeletons
-- Insert skeletons, each with its neuron.
INSERT INTO skeleton (id, project_id, neuron_id, model_of_link_id, name, user_id, creation_time, edition_time)
SELECT m.new_id, %(project_id)s, coalesce(n.new_id, lone.new_id),
       CASE WHEN %(keep)s AND l.id > 0 THEN l.id ELSE nextval('concept_id_seq') END, e.name, u.new_id,
       e.creation_time, e.edition_time
  FROM entity e
  JOIN new_entity m ON m.old_id = e.id
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = e."user"
  LEFT JOIN model_link l ON l.skeleton = e.id
  LEFT JOIN new_entity n ON n.old_id = l.neuron
  LEFT JOIN new_id lone ON lone.model = 'lone neuron' AND lone.old_id = e.id
 WHERE e.project = %(source)s AND e.kind = 'skeleton';

-- name: insert_treenodes
-- Insert treenodes, each with the edge to its parent.
INSERT INTO treenode (id, project_id, skeleton_id, parent_id, x, y, z, radius, confidence, user_id, editor_id,
                      creation_time, edition_time, edge)
SELECT n.new_id, %(project_id)s, s.new_id, pn.new_id, t.x, t.y, t.z, coalesce(t.radius, -1), t.confidence, u.new_id,
       e.new_id, t.creation_time, t.edition_time,
       ST_MakeLine(ST_MakePoint(coalesce(p.x, t.x), coalesce(p.y, t.y), coalesce(p.z, t.z)),
                   ST_MakePoint(t.x, t.y, t.z))
  FROM staged_treenode t
  JOIN new_node n ON n.old_id = t.id
  JOIN new_entity s ON s.old_id = t.skeleton
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = t."user"
  JOIN new_id e ON e.model = 'auth.user' AND e.old_id = t.editor
  LEFT JOIN staged_treenode p ON p.id = t.parent
  LEFT JOIN new_node pn ON pn.old_id = t.parent
 WHERE t.project = %(source)s;

-- name: insert_connectors
-- Insert connectors.
INSERT INTO connector (id, project_id, x, y, z, confidence, user_id, editor_id, creation_time, edition_time)
SELECT n.new_id, %(project_id)s, c.x, c.y, c.z, c.confidence, u.new_id, e.new_id, c.creation_time, c.edition_time
  FROM staged_connector c
  JOIN new_node n ON n.old_id = c.id
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = c."user"
  JOIN new_id e ON e.model = 'auth.user' AND e.old_id = c.editor
 WHERE c.project = %(source)s;

-- name: insert_links
-- Insert links between treenodes and connectors, each with its edge.
INSERT INTO connector_link (id, project_id, relation_id, connector_id, treenode_id, skeleton_id, confidence, user_id,
                            creation_time, edition_time, edge)
SELECT CASE WHEN %(keep)s AND l.id > 0 THEN l.id ELSE nextval('connector_link_id_seq') END,
       %(project_id)s, r.new_id, cn.new_id, tn.new_id,
       s.new_id, l.confidence, u.new_id, l.creation_time, l.edition_time,
       ST_MakeLine(ST_MakePoint(t.x, t.y, t.z), ST_MakePoint(c.x, c.y, c.z))
  FROM (SELECT * FROM staged_link WHERE project = %(source)s ORDER BY id) l
  JOIN staged_treenode t ON t.id = l.treenode
  JOIN staged_connector c ON c.id = l.connector
  JOIN new_node tn ON tn.old_id = l.treenode
  JOIN new_node cn ON cn.old_id = l.connector
  JOIN new_entity s ON s.old_id = t.skeleton
  JOIN new_id r ON r.model = 'catmaid.relation' AND r.old_id = l.relation
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = l."user";

-- name: insert_labels
-- Insert labels that the project does not have by name.
INSERT INTO label (id, project_id, name, user_id, creation_time, edition_time)
SELECT m.new_id, %(project_id)s, e.name, u.new_id, e.creation_time, e.edition_time
  FROM entity e
  JOIN new_entity m ON m.old_id = e.id AND NOT m.is_here
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = e."user"
 WHERE e.project = %(source)s AND e.kind = 'label';

-- name: insert_node_labels
-- Insert which treenodes and connectors have which labels.
INSERT INTO node_label (id, project_id, label_id, treenode_id, connector_id, user_id, creation_time, edition_time)
SELECT CASE WHEN %(keep)s AND l.id > 0 THEN l.id ELSE nextval('node_label_id_seq') END, %(project_id)s, m.new_id,
       CASE WHEN l.of_treenode THEN n.new_id END, CASE WHEN NOT l.of_treenode THEN n.new_id END, u.new_id,
       l.creation_time, l.edition_time
  FROM (SELECT id, project, "user", creation_time, edition_time, relation, treenode AS node, class_instance,
               true AS of_treenode
          FROM staged_treenode_class
         UNION ALL
        SELECT id, project, "user", creation_time, edition_time, relation, connector, class_instance, false
          FROM staged_connector_class
         ORDER BY id) l
  JOIN staged_relation r ON r.id = l.relation AND r.name = 'labeled_as'
  JOIN new_entity m ON m.old_id = l.class_instance
  JOIN new_node n ON n.old_id = l.node
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = l."user"
 WHERE l.project = %(source)s;

-- name: insert_annotations
-- Insert annotations that the project does not have by name.
INSERT INTO annotation (id, project_id, name, user_id, creation_time, edition_time)
SELECT m.new_id, %(project_id)s, e.name, u.new_id, e.creation_time, e.edition_time
  FROM entity e
  JOIN new_entity m ON m.old_id = e.id AND NOT m.is_here
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = e."user"
 WHERE e.project = %(source)s AND e.kind = 'annotation';

-- name: insert_annotation_links
-- Insert annotations of neurons and of annotations.
INSERT INTO annotation_link (id, project_id, annotation_id, neuron_id, target_annotation_id, user_id, creation_time,
                             edition_time)
SELECT CASE WHEN %(keep)s AND l.id > 0 THEN l.id ELSE nextval('concept_id_seq') END, %(project_id)s, b.new_id,
       CASE e.kind WHEN 'neuron' THEN a.new_id END, CASE e.kind WHEN 'annotation' THEN a.new_id END, u.new_id,
       l.creation_time, l.edition_time
  FROM (SELECT * FROM staged_class_link WHERE project = %(source)s ORDER BY id) l
  JOIN staged_relation r ON r.id = l.relation AND r.name = 'annotated_with'
  JOIN entity e ON e.id = l.a AND e.kind IN ('neuron', 'annotation')
  JOIN new_entity a ON a.old_id = l.a
  JOIN new_entity b ON b.old_id = l.b
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = l."user";

-- name: insert_reviews
-- Insert reviews.
INSERT INTO review (id, project_id, reviewer_id, treenode_id, skeleton_id, review_time)
SELECT CASE WHEN %(keep)s AND v.id > 0 THEN v.id ELSE nextval('review_id_seq') END,
       %(project_id)s, u.new_id, n.new_id, s.new_id,
       v.review_time
  FROM (SELECT * FROM staged_review WHERE project = %(source)s ORDER BY id) v
  JOIN staged_treenode t ON t.id = v.treenode
  JOIN new_node n ON n.old_id = v.treenode
  JOIN new_entity s ON s.old_id = t.skeleton
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = v.reviewer;

-- name: insert_log
-- Insert log entries.
INSERT INTO log_entry (id, project_id, user_id, creation_time, edition_time, operation_type, x, y, z, freetext)
SELECT CASE WHEN %(keep)s AND s.id > 0 THEN s.id ELSE nextval('log_entry_id_seq') END,
       %(project_id)s, u.new_id, r.creation_time,
       r.edition_time, r.operation_type, r.location[1], r.location[2], r.location[3], r.freetext
  FROM staged_row s
 CROSS JOIN LATERAL jsonb_to_record(s.row) AS r (
        project bigint, "user" bigint, creation_time timestamptz, edition_time timestamptz, operation_type text,
        location float8[], freetext text)
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = r."user"
 WHERE s.model = 'catmaid.log' AND r.project = %(source)s
 ORDER BY s.id;

-- name: insert_text_labels
-- Insert text labels at their positions; those that are marked as deleted are left out.
INSERT INTO text_label (id, project_id, type, text, color, font_name, font_style, font_size, scaling, x, y, z,
                        creation_time, edition_time)
SELECT CASE WHEN %(keep)s AND s.id > 0 THEN s.id ELSE nextval('text_label_id_seq') END,
       %(project_id)s, r.type, r.text, r.colour,
       r.font_name, r.font_style, r.font_size, r.scaling, place.location[1], place.location[2], place.location[3],
       r.creation_time, r.edition_time
  FROM staged_row s
 CROSS JOIN LATERAL jsonb_to_record(s.row) AS r (
        project bigint, type text, text text, colour float8[], font_name text, font_style text, font_size float8,
        scaling boolean, creation_time timestamptz, edition_time timestamptz, deleted boolean)
  JOIN (SELECT DISTINCT ON (p.textlabel) p.textlabel, p.location
          FROM staged_row l
         CROSS JOIN LATERAL jsonb_to_record(l.row) AS p (textlabel bigint, location float8[], deleted boolean)
         WHERE l.model = 'catmaid.textlabellocation' AND NOT p.deleted
         ORDER BY p.textlabel, l.id) place ON place.textlabel = s.id
 WHERE s.model = 'catmaid.textlabel' AND r.project = %(source)s AND NOT r.deleted
 ORDER BY s.id;

-- name: insert_volumes
-- Insert volumes with their triangles.
INSERT INTO volume (id, project_id, user_id, editor_id, entity_id, name, comment, creation_time, edition_time, corners,
                    area, volume, watertight)
SELECT CASE WHEN %(keep)s AND s.id > 0 THEN s.id ELSE nextval('volume_id_seq') END, %(project_id)s, u.new_id, e.new_id,
       coalesce(m.new_id, nextval('concept_id_seq')), r.name, r.comment, r.creation_time, r.edition_time,
       ARRAY(SELECT value::float8 FROM jsonb_array_elements_text(r.geometry::jsonb) WITH ORDINALITY AS c (value, place)
              ORDER BY place),
       r.area, r.volume, r.watertight
  FROM staged_row s
 CROSS JOIN LATERAL jsonb_to_record(s.row) AS r (
        project bigint, "user" bigint, editor bigint, name text, comment text, creation_time timestamptz,
        edition_time timestamptz, geometry text, area float8, volume float8, watertight boolean)
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = r."user"
  JOIN new_id e ON e.model = 'auth.user' AND e.old_id = r.editor
  LEFT JOIN (SELECT DISTINCT ON (v.volume) v.volume, v.class_instance
               FROM staged_row k
              CROSS JOIN LATERAL jsonb_to_record(k.row) AS v (volume bigint, class_instance bigint)
              WHERE k.model = 'catmaid.volumeclassinstance'
              ORDER BY v.volume, k.id) link ON link.volume = s.id
  LEFT JOIN new_entity m ON m.old_id = link.class_instance
 WHERE s.model = 'catmaid.volume' AND r.project = %(source)s
 ORDER BY s.id;

-- name: insert_whitelist
-- Insert the reviewers whom users trust, one row for each pair.
INSERT INTO reviewer_whitelist (id, project_id, user_id, reviewer_id, accept_after)
SELECT CASE WHEN %(keep)s THEN min(s.id) ELSE nextval('reviewer_whitelist_id_seq') END,
       %(project_id)s, u.new_id, v.new_id, max(r.accept_after)
  FROM staged_row s
 CROSS JOIN LATERAL jsonb_to_record(s.row) AS r (
        project bigint, "user" bigint, reviewer bigint, accept_after timestamptz)
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = r."user"
  JOIN new_id v ON v.model = 'auth.user' AND v.old_id = r.reviewer
 WHERE s.model = 'catmaid.reviewerwhitelist' AND r.project = %(source)s
 GROUP BY u.new_id, v.new_id
    ON CONFLICT (project_id, user_id, reviewer_id) DO NOTHING;

-- name: insert_suppressed
-- Insert suppressed virtual nodes.
INSERT INTO suppressed_virtual_node (id, project_id, child_id, orientation, location_coordinate, user_id,
                                     creation_time, edition_time)
SELECT CASE WHEN %(keep)s AND s.id > 0 THEN s.id ELSE nextval('suppressed_virtual_node_id_seq') END,
       %(project_id)s, n.new_id, r.orientation, r.location_coordinate, u.new_id, r.creation_time, r.edition_time
  FROM staged_row s
 CROSS JOIN LATERAL jsonb_to_record(s.row) AS r (
        project bigint, "user" bigint, child bigint, orientation smallint, location_coordinate float8,
        creation_time timestamptz, edition_time timestamptz)
  JOIN new_node n ON n.old_id = r.child
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = r."user"
 WHERE s.model = 'catmaid.suppressedvirtualtreenode' AND r.project = %(source)s
 ORDER BY s.id;

-- name: insert_deep_links
-- Insert deep links; what was active in one may have another id now, or be missing.
INSERT INTO deep_link (id, project_id, user_id, creation_time, edition_time, alias, is_public, is_exportable,
                       location_x, location_y, location_z, active_treenode, active_connector, active_skeleton,
                       follow_id_history, layered_stacks, layout, tool, show_help, message)
SELECT CASE WHEN %(keep)s AND s.id > 0 THEN s.id ELSE nextval('deep_link_id_seq') END, %(project_id)s, u.new_id,
       r.creation_time, r.edition_time, r.alias, r.is_public, r.is_exportable, r.location_x, r.location_y,
       r.location_z, t.new_id, c.new_id, k.new_id, r.follow_id_history, coalesce(r.layered_stacks, false), r.layout,
       r.tool, coalesce(r.show_help, false), r.message
  FROM staged_row s
 CROSS JOIN LATERAL jsonb_to_record(s.row) AS r (
        project bigint, "user" bigint, creation_time timestamptz, edition_time timestamptz, alias text,
        is_public boolean, is_exportable boolean, location_x float8, location_y float8, location_z float8,
        active_treenode bigint, active_connector bigint, active_skeleton bigint, follow_id_history boolean,
        layered_stacks boolean, layout text, tool text, show_help boolean, message text)
  JOIN new_id u ON u.model = 'auth.user' AND u.old_id = r."user"
  LEFT JOIN new_node t ON t.old_id = r.active_treenode
  LEFT JOIN new_node c ON c.old_id = r.active_connector
  LEFT JOIN new_entity k ON k.old_id = r.active_skeleton
 WHERE s.model = 'catmaid.deeplink' AND r.project = %(source)s
 ORDER BY s.id
    ON CONFLICT (project_id, alias) DO NOTHING;

-- name: insert_data_source
-- Insert the server and project that the skeletons were copied from.
INSERT INTO data_source (project_id, name, url, source_project_id, user_id)
VALUES (%(project_id)s, %(name)s, %(url)s, %(source)s, %(user_id)s)
    ON CONFLICT (project_id, url, source_project_id) DO NOTHING;

-- name: insert_origins
-- Insert the id that each skeleton has in the project that it was copied from.
INSERT INTO skeleton_origin (skeleton_id, project_id, data_source_id, source_id, user_id)
SELECT m.new_id, %(project_id)s, d.id, e.id, %(user_id)s
  FROM entity e
  JOIN new_entity m ON m.old_id = e.id
  JOIN data_source d ON d.project_id = %(project_id)s AND d.url = %(url)s AND d.source_project_id = %(source)s
 WHERE e.project = %(source)s AND e.kind = 'skeleton'
 ORDER BY m.new_id
    ON CONFLICT (skeleton_id) DO NOTHING;

-- name: left_out
-- Rows of the project that have no table here: what they are, and how many. Rows that repeat what others say
-- (`element_of`: a treenode is of its skeleton) are not counted.
SELECT 'catmaid.classinstance ' || kind, count(*) FROM thing
 WHERE project = %(source)s AND kind = 'stack_property'
 GROUP BY kind
 UNION ALL
SELECT 'catmaid.classinstanceclassinstance ' || r.name, count(*)
  FROM staged_class_link l
  JOIN staged_relation r ON r.id = l.relation
  LEFT JOIN thing a ON a.id = l.a
  LEFT JOIN thing b ON b.id = l.b
 WHERE l.project = %(source)s
   AND (CASE WHEN r.name = 'model_of' AND a.kind IN ('skeleton', 'volume') THEN true
             WHEN r.name = 'annotated_with' THEN a.kind IN ('neuron', 'annotation', 'volume')
             WHEN a.kind = 'landmark' THEN b.kind = 'landmarkgroup' AND r.name = 'part_of'
             WHEN a.kind = 'landmarkgroup' THEN b.kind = 'landmarkgroup'
             ELSE (a.is_other OR a.kind = 'neuron') AND (b.is_other OR b.kind = 'neuron') END) IS NOT TRUE
 GROUP BY r.name
 UNION ALL
SELECT 'catmaid.treenodeclassinstance ' || r.name, count(*)
  FROM staged_treenode_class l JOIN staged_relation r ON r.id = l.relation
 WHERE l.project = %(source)s AND r.name NOT IN ('labeled_as', 'element_of')
 GROUP BY r.name
 UNION ALL
SELECT 'catmaid.connectorclassinstance ' || r.name, count(*)
  FROM staged_connector_class l JOIN staged_relation r ON r.id = l.relation
 WHERE l.project = %(source)s AND r.name <> 'labeled_as'
 GROUP BY r.name
 UNION ALL
SELECT 'catmaid.point without landmark or cloud', count(*)
  FROM staged_row s
 WHERE s.model = 'catmaid.point' AND (s.row ->> 'project')::bigint = %(source)s
   AND NOT EXISTS (SELECT FROM staged_row l WHERE l.model IN ('catmaid.pointclassinstance', 'catmaid.pointcloudpoint')
                                              AND (l.row ->> 'point')::bigint = s.id)
HAVING count(*) > 0;

-- name: highest_ids
-- The highest of the staged ids: of locations, and of concepts.
SELECT greatest((SELECT max(id) FROM staged_treenode), (SELECT max(id) FROM staged_connector),
                (SELECT max(id) FROM staged_row WHERE model IN ('catmaid.point', 'catmaid.regionofinterest')), 1),
       greatest((SELECT max(id) FROM staged_class_instance), (SELECT max(id) FROM staged_class_link),
                (SELECT max(id) FROM staged_link), (SELECT max(id) FROM staged_treenode_class),
                (SELECT max(id) FROM staged_connector_class), (SELECT max(id) FROM staged_review),
                (SELECT max(id) FROM staged_row
                  WHERE model IN ('catmaid.class', 'catmaid.relation', 'catmaid.log', 'catmaid.classclass',
                                  'catmaid.cardinalityrestriction', 'catmaid.pointclassinstance',
                                  'catmaid.regionofinterestclassinstance')), 1);

-- name: next_project
-- Forget the mapped ids of the project before, except those of users, groups and stacks, which projects share.
WITH entities AS (DELETE FROM new_entity), nodes AS (DELETE FROM new_node)
DELETE FROM new_id
 WHERE model IN ('catmaid.relation', 'catmaid.class', 'catmaid.classclass', 'catmaid.pointcloud', 'catmaid.sampler',
                 'catmaid.samplerdomain', 'catmaid.samplerinterval', 'lone neuron');

-- name: number_of_treenodes
-- Number of staged treenodes of a project.
SELECT count(*) FROM staged_treenode WHERE project = %(source)s;

-- name: claim_version
-- Set the project of this transaction's version: it was made in the transaction.
UPDATE transaction_info SET project_id = %(project_id)s WHERE id = current_version();
