-- Imports: skeleton files, connectors, and tables with their ids.

-- name: next_locations
-- New ids for treenodes or connectors.
SELECT nextval('location_id_seq')::integer FROM generate_series(1, %(count)s);

-- name: copy_treenodes
-- Insert treenodes.
COPY treenode (id, project_id, skeleton_id, parent_id, x, y, z, radius, confidence, user_id, editor_id, edge)
FROM STDIN (FORMAT binary);

-- name: copy_connectors
-- Insert connectors.
COPY connector (id, project_id, x, y, z, confidence, user_id, editor_id) FROM STDIN (FORMAT binary);

-- name: copy_links
-- Insert links between treenodes and connectors.
COPY connector_link (id, project_id, relation_id, connector_id, treenode_id, skeleton_id, confidence, user_id, edge)
FROM STDIN (FORMAT binary);

-- name: remember_source
-- Remember which treenodes the nodes of a file became.
INSERT INTO import_source (project_id, name, source_ids, treenode_ids)
VALUES (%(project_id)s, %(name)s, %(source_ids)s, %(treenode_ids)s);

-- name: label_treenodes
-- Put a label on treenodes; makes the label if the project has none of this name.
WITH known AS (
    SELECT min(id) AS id FROM label WHERE project_id = %(project_id)s AND name = %(name)s
), made AS (
    INSERT INTO label (project_id, name, user_id)
    SELECT %(project_id)s, %(name)s, %(user_id)s FROM known WHERE known.id IS NULL
    RETURNING id
)
INSERT INTO node_label (project_id, label_id, treenode_id, connector_id, user_id)
SELECT %(project_id)s, coalesce(known.id, made.id), t.id, NULL, %(user_id)s
  FROM known LEFT JOIN made ON true CROSS JOIN unnest(%(treenode_ids)s::integer[]) AS t (id);

-- name: nodes_of_sources
-- What skeleton files of these names became: those of their nodes that still exist, where they are now.
-- Cost: the sources by index, then one treenode by primary key for each node.
SELECT s.name, s.id, origin.source_id, t.id, t.skeleton_id, t.x, t.y, t.z
  FROM import_source s
 CROSS JOIN LATERAL unnest(s.source_ids, s.treenode_ids) AS origin (source_id, treenode_id)
  JOIN treenode t ON t.id = origin.treenode_id AND t.project_id = s.project_id
 WHERE s.project_id = %(project_id)s AND s.name = ANY (%(names)s)
 ORDER BY s.name, s.id, origin.source_id;

-- name: next_concepts
-- New ids for neurons, skeletons and all else that shares their ids.
SELECT nextval('concept_id_seq')::integer FROM generate_series(1, %(count)s);

-- name: next_node_labels
-- New ids for labels of nodes.
SELECT nextval('node_label_id_seq') FROM generate_series(1, %(count)s);

-- name: next_links
-- New ids for links of treenodes to connectors.
SELECT nextval('connector_link_id_seq') FROM generate_series(1, %(count)s);

-- name: taken_locations
-- Treenodes and connectors of any project in a range of ids.
SELECT id FROM treenode WHERE id BETWEEN %(lowest)s AND %(highest)s
 UNION ALL
SELECT id FROM connector WHERE id BETWEEN %(lowest)s AND %(highest)s;

-- name: taken_entities
-- Neurons, skeletons, annotations and labels of any project in a range of ids.
SELECT id FROM neuron WHERE id BETWEEN %(lowest)s AND %(highest)s
 UNION ALL
SELECT id FROM skeleton WHERE id BETWEEN %(lowest)s AND %(highest)s
 UNION ALL
SELECT id FROM annotation WHERE id BETWEEN %(lowest)s AND %(highest)s
 UNION ALL
SELECT id FROM label WHERE id BETWEEN %(lowest)s AND %(highest)s;

-- name: taken_links
-- Links of treenodes to connectors, of any project, in a range of ids.
SELECT id FROM connector_link WHERE id BETWEEN %(lowest)s AND %(highest)s;

-- name: taken_node_labels
-- Labels of nodes, of any project, in a range of ids.
SELECT id FROM node_label WHERE id BETWEEN %(lowest)s AND %(highest)s;

-- name: taken_entity_links
-- Uses of annotations, and links of skeletons to neurons, of any project, in a range of ids.
SELECT id FROM annotation_link WHERE id BETWEEN %(lowest)s AND %(highest)s
 UNION ALL
SELECT model_of_link_id FROM skeleton WHERE model_of_link_id BETWEEN %(lowest)s AND %(highest)s;

-- name: insert_neurons
-- Insert neurons with their ids.
INSERT INTO neuron (id, project_id, name, user_id)
SELECT id, %(project_id)s, name, user_id
  FROM unnest(%(ids)s::integer[], %(names)s::text[], %(user_ids)s::integer[]) AS t (id, name, user_id);

-- name: insert_skeletons
-- Insert skeletons with their ids.
INSERT INTO skeleton (id, project_id, neuron_id, model_of_link_id, name, user_id)
SELECT id, %(project_id)s, neuron_id, link_id, 'skeleton ' || id, user_id
  FROM unnest(%(ids)s::integer[], %(neuron_ids)s::integer[], %(link_ids)s::integer[],
              %(user_ids)s::integer[]) AS t (id, neuron_id, link_id, user_id);

-- name: insert_annotations
-- Insert annotations with their ids.
INSERT INTO annotation (id, project_id, name, user_id)
SELECT id, %(project_id)s, name, user_id
  FROM unnest(%(ids)s::integer[], %(names)s::text[], %(user_ids)s::integer[]) AS t (id, name, user_id);

-- name: insert_labels
-- Insert labels with their ids.
INSERT INTO label (id, project_id, name, user_id)
SELECT id, %(project_id)s, name, user_id
  FROM unnest(%(ids)s::integer[], %(names)s::text[], %(user_ids)s::integer[]) AS t (id, name, user_id);

-- name: copy_annotation_links
-- Insert annotations of neurons and of annotations.
COPY annotation_link (id, project_id, annotation_id, neuron_id, target_annotation_id, user_id)
FROM STDIN (FORMAT binary);

-- name: copy_node_labels
-- Insert labels of treenodes and connectors.
COPY node_label (id, project_id, label_id, treenode_id, connector_id, user_id) FROM STDIN (FORMAT binary);

-- name: number_of_treenodes
-- Number of treenodes in all projects.
SELECT coalesce(sum(num_nodes), 0)::bigint FROM skeleton_summary;

-- name: set_aside_indexes
-- Drop indexes and foreign keys of the large tables, remember them, and set memory to restore them; how many they are.
SELECT set_aside_indexes(ARRAY['treenode', 'connector', 'connector_link']::regclass[]),
       set_config('maintenance_work_mem', '256MB', true);

-- name: restore_next
-- Restore one of the indexes and foreign keys that were set aside: its name, and how many remain.
SELECT restored, remaining FROM restore_next();

-- name: advance_sequences
-- Let new ids come after all that are there.
-- Those of links, labels of nodes, reviews and log entries come after the rows themselves.
SELECT setval('location_id_seq', greatest((SELECT last_value FROM location_id_seq), %(location_id)s)),
       setval('concept_id_seq', greatest((SELECT last_value FROM concept_id_seq), %(concept_id)s)),
       setval('connector_link_id_seq', greatest((SELECT last_value FROM connector_link_id_seq),
                                                (SELECT max(id) FROM connector_link))),
       setval('node_label_id_seq', greatest((SELECT last_value FROM node_label_id_seq), (SELECT max(id) FROM node_label))),
       setval('review_id_seq', greatest((SELECT last_value FROM review_id_seq), (SELECT max(id) FROM review))),
       setval('log_entry_id_seq', greatest((SELECT last_value FROM log_entry_id_seq), (SELECT max(id) FROM log_entry)));

-- name: advance_account_sequences
-- Let new ids of users and projects come after all that are there.
SELECT setval('app_user_id_seq', greatest((SELECT last_value FROM app_user_id_seq), (SELECT max(id) FROM app_user))),
       setval('project_id_seq', greatest((SELECT last_value FROM project_id_seq), (SELECT max(id) FROM project)));

-- name: vacuum
-- Update statistics and visibility after a large import.
VACUUM (ANALYZE) treenode, connector, connector_link, neuron, skeleton, skeleton_summary, annotation,
                 annotation_link, label, node_label;
