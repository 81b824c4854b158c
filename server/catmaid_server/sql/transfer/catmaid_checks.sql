-- What can be wrong with staged rows of CATMAID that are right one by one; see catmaid_staging.sql.

-- name: dangling
-- Rows of these projects that refer to missing rows, one of each kind: model, id, field, the missing row.
(SELECT 'catmaid.classinstance' AS model, i.id, 'class_column' AS field, 'class ' || i.class AS missing
   FROM staged_class_instance i
  WHERE i.project = ANY (%(projects)s::bigint[])
    AND NOT EXISTS (SELECT FROM staged_class c WHERE c.id = i.class) LIMIT 1)
 UNION ALL
(SELECT 'catmaid.treenode', t.id, 'parent', 'treenode ' || t.parent
   FROM staged_treenode t LEFT JOIN staged_treenode p ON p.id = t.parent AND p.project = t.project
  WHERE t.project = ANY (%(projects)s::bigint[]) AND t.parent IS NOT NULL AND p.id IS NULL LIMIT 1)
 UNION ALL
(SELECT 'catmaid.treenode', t.id, 'skeleton', 'skeleton ' || t.skeleton
   FROM (SELECT skeleton, project, min(id) AS id FROM staged_treenode GROUP BY skeleton, project) t
  WHERE t.project = ANY (%(projects)s::bigint[])
    AND NOT EXISTS (SELECT FROM entity e WHERE e.id = t.skeleton AND e.project = t.project AND e.kind = 'skeleton')
  LIMIT 1)
 UNION ALL
(SELECT 'catmaid.treenodeconnector', l.id, 'treenode', 'treenode ' || l.treenode
   FROM staged_link l LEFT JOIN staged_treenode t ON t.id = l.treenode AND t.project = l.project
  WHERE l.project = ANY (%(projects)s::bigint[]) AND t.id IS NULL LIMIT 1)
 UNION ALL
(SELECT 'catmaid.treenodeconnector', l.id, 'connector', 'connector ' || l.connector
   FROM staged_link l LEFT JOIN staged_connector c ON c.id = l.connector AND c.project = l.project
  WHERE l.project = ANY (%(projects)s::bigint[]) AND c.id IS NULL LIMIT 1)
 UNION ALL
(SELECT 'catmaid.treenodeconnector', l.id, 'relation', 'relation ' || l.relation
   FROM staged_link l LEFT JOIN staged_relation r ON r.id = l.relation AND r.project = l.project
  WHERE l.project = ANY (%(projects)s::bigint[]) AND r.id IS NULL LIMIT 1)
 UNION ALL
(SELECT 'catmaid.treenodeclassinstance', l.id, 'treenode', 'treenode ' || l.treenode
   FROM staged_treenode_class l JOIN staged_relation r ON r.id = l.relation AND r.name = 'labeled_as'
   LEFT JOIN staged_treenode t ON t.id = l.treenode AND t.project = l.project
  WHERE l.project = ANY (%(projects)s::bigint[]) AND t.id IS NULL LIMIT 1)
 UNION ALL
(SELECT 'catmaid.treenodeclassinstance', l.id, 'class_instance', 'label ' || l.class_instance
   FROM staged_treenode_class l JOIN staged_relation r ON r.id = l.relation AND r.name = 'labeled_as'
   LEFT JOIN entity e ON e.id = l.class_instance AND e.project = l.project AND e.kind = 'label'
  WHERE l.project = ANY (%(projects)s::bigint[]) AND e.id IS NULL LIMIT 1)
 UNION ALL
(SELECT 'catmaid.connectorclassinstance', l.id, 'connector', 'connector ' || l.connector
   FROM staged_connector_class l JOIN staged_relation r ON r.id = l.relation AND r.name = 'labeled_as'
   LEFT JOIN staged_connector c ON c.id = l.connector AND c.project = l.project
  WHERE l.project = ANY (%(projects)s::bigint[]) AND c.id IS NULL LIMIT 1)
 UNION ALL
(SELECT 'catmaid.connectorclassinstance', l.id, 'class_instance', 'label ' || l.class_instance
   FROM staged_connector_class l JOIN staged_relation r ON r.id = l.relation AND r.name = 'labeled_as'
   LEFT JOIN entity e ON e.id = l.class_instance AND e.project = l.project AND e.kind = 'label'
  WHERE l.project = ANY (%(projects)s::bigint[]) AND e.id IS NULL LIMIT 1)
 UNION ALL
(SELECT 'catmaid.review', v.id, 'treenode', 'treenode ' || v.treenode
   FROM staged_review v LEFT JOIN staged_treenode t ON t.id = v.treenode AND t.project = v.project
  WHERE v.project = ANY (%(projects)s::bigint[]) AND t.id IS NULL LIMIT 1)
 UNION ALL
(SELECT 'catmaid.classinstanceclassinstance', l.id, 'class_instance_b',
        CASE r.name WHEN 'model_of' THEN 'neuron ' ELSE 'annotation ' END || l.b
   FROM staged_class_link l
   JOIN staged_relation r ON r.id = l.relation AND r.name IN ('model_of', 'annotated_with')
   LEFT JOIN entity e ON e.id = l.b AND e.project = l.project
  WHERE l.project = ANY (%(projects)s::bigint[])
    AND (e.id IS NULL OR e.kind <> CASE r.name WHEN 'model_of' THEN 'neuron' ELSE 'annotation' END)
    AND NOT (r.name = 'model_of' AND EXISTS (SELECT FROM entity v WHERE v.id = l.a AND v.kind <> 'skeleton')) LIMIT 1)
 UNION ALL
(SELECT 'catmaid.classinstanceclassinstance', l.id, 'class_instance_a', 'class instance ' || l.a
   FROM staged_class_link l
   JOIN staged_relation r ON r.id = l.relation AND r.name = 'model_of'
   LEFT JOIN staged_class_instance e ON e.id = l.a AND e.project = l.project
  WHERE l.project = ANY (%(projects)s::bigint[]) AND e.id IS NULL LIMIT 1)
 UNION ALL
(SELECT 'catmaid.pointclassinstance', s.id, 'point', 'point ' || (s.row ->> 'point')
   FROM staged_row s
  WHERE s.model = 'catmaid.pointclassinstance' AND (s.row ->> 'project')::bigint = ANY (%(projects)s::bigint[])
    AND NOT EXISTS (SELECT FROM staged_row p
                     WHERE p.model = 'catmaid.point' AND p.id = (s.row ->> 'point')::bigint) LIMIT 1)
 UNION ALL
(SELECT 'catmaid.classinstanceclassinstance', l.id, 'relation', 'relation ' || l.relation
   FROM staged_class_link l LEFT JOIN staged_relation r ON r.id = l.relation AND r.project = l.project
  WHERE l.project = ANY (%(projects)s::bigint[]) AND r.id IS NULL LIMIT 1)
 UNION ALL
(SELECT 'catmaid.sampler', s.id, 'skeleton', 'skeleton ' || (s.row ->> 'skeleton')
   FROM staged_row s
  WHERE s.model = 'catmaid.sampler' AND (s.row ->> 'project')::bigint = ANY (%(projects)s::bigint[])
    AND NOT EXISTS (SELECT FROM entity e WHERE e.id = (s.row ->> 'skeleton')::bigint AND e.kind = 'skeleton') LIMIT 1)
 UNION ALL
(SELECT 'catmaid.projectstack', s.id, 'stack', 'stack ' || (s.row ->> 'stack')
   FROM staged_row s
  WHERE s.model = 'catmaid.projectstack' AND (s.row ->> 'project')::bigint = ANY (%(projects)s::bigint[])
    AND NOT EXISTS (SELECT FROM staged_row k
                     WHERE k.model = 'catmaid.stack' AND k.id = (s.row ->> 'stack')::bigint) LIMIT 1);

-- name: without_root
-- A skeleton of these projects that has nodes but no root: its nodes form a cycle.
SELECT skeleton FROM staged_treenode WHERE project = ANY (%(projects)s::bigint[])
 GROUP BY skeleton HAVING bool_and(parent IS NOT NULL) ORDER BY skeleton LIMIT 1;

-- name: taken
-- The first of these projects' rows whose id is used here, or is too large to be, and how many there are. Classes and
-- relations are known by name.
WITH taken (model, id) AS (
SELECT 'catmaid.treenode', s.id FROM staged_treenode s
 WHERE s.project = ANY (%(projects)s::bigint[])
   AND (s.id > 2147483647 OR EXISTS (SELECT FROM treenode t WHERE t.id = s.id)
        OR EXISTS (SELECT FROM connector c WHERE c.id = s.id))
 UNION ALL
SELECT 'catmaid.connector', s.id FROM staged_connector s
 WHERE s.project = ANY (%(projects)s::bigint[])
   AND (s.id > 2147483647 OR EXISTS (SELECT FROM treenode t WHERE t.id = s.id)
        OR EXISTS (SELECT FROM connector c WHERE c.id = s.id))
 UNION ALL
SELECT 'catmaid.classinstance', s.id FROM staged_class_instance s
 WHERE s.project = ANY (%(projects)s::bigint[])
   AND s.id > 0
   AND (s.id > 2147483647 OR EXISTS (SELECT FROM neuron t WHERE t.id = s.id)
        OR EXISTS (SELECT FROM skeleton t WHERE t.id = s.id) OR EXISTS (SELECT FROM label t WHERE t.id = s.id)
        OR EXISTS (SELECT FROM annotation t WHERE t.id = s.id)
        OR EXISTS (SELECT FROM class_instance t WHERE t.id = s.id)
        OR EXISTS (SELECT FROM landmark t WHERE t.id = s.id)
        OR EXISTS (SELECT FROM landmark_group t WHERE t.id = s.id))
 UNION ALL
SELECT 'catmaid.treenodeconnector', s.id FROM staged_link s
 WHERE s.project = ANY (%(projects)s::bigint[])
   AND (s.id > 2147483647 OR EXISTS (SELECT FROM connector_link t WHERE t.id = s.id))
 UNION ALL
SELECT 'catmaid.classinstanceclassinstance', s.id FROM staged_class_link s
 WHERE s.project = ANY (%(projects)s::bigint[])
   AND (s.id > 2147483647 OR EXISTS (SELECT FROM annotation_link t WHERE t.id = s.id)
        OR EXISTS (SELECT FROM volume_annotation t WHERE t.id = s.id)
        OR EXISTS (SELECT FROM class_instance_link t WHERE t.id = s.id)
        OR EXISTS (SELECT FROM landmark_member t WHERE t.id = s.id)
        OR EXISTS (SELECT FROM landmark_group_link t WHERE t.id = s.id))
 UNION ALL
SELECT 'catmaid.treenodeclassinstance', s.id FROM staged_treenode_class s
 WHERE s.project = ANY (%(projects)s::bigint[])
   AND (s.id > 2147483647 OR EXISTS (SELECT FROM node_label t WHERE t.id = s.id))
 UNION ALL
SELECT 'catmaid.connectorclassinstance', s.id FROM staged_connector_class s
 WHERE s.project = ANY (%(projects)s::bigint[])
   AND (s.id > 2147483647 OR EXISTS (SELECT FROM node_label t WHERE t.id = s.id))
 UNION ALL
SELECT 'catmaid.review', s.id FROM staged_review s
 WHERE s.project = ANY (%(projects)s::bigint[])
   AND (s.id > 2147483647 OR EXISTS (SELECT FROM review t WHERE t.id = s.id))
 UNION ALL
SELECT s.model, s.id FROM staged_row s
 WHERE (s.row ->> 'project')::bigint = ANY (%(projects)s::bigint[])
   AND (s.id > 2147483647
        OR s.model = 'catmaid.log' AND EXISTS (SELECT FROM log_entry t WHERE t.id = s.id)
        OR s.model = 'catmaid.volume' AND EXISTS (SELECT FROM volume t WHERE t.id = s.id)
        OR s.model = 'catmaid.textlabel' AND EXISTS (SELECT FROM text_label t WHERE t.id = s.id)
        OR s.model = 'catmaid.projectstack' AND EXISTS (SELECT FROM project_stack t WHERE t.id = s.id)
        OR s.model = 'catmaid.reviewerwhitelist' AND EXISTS (SELECT FROM reviewer_whitelist t WHERE t.id = s.id)
        OR s.model = 'catmaid.suppressedvirtualtreenode'
           AND EXISTS (SELECT FROM suppressed_virtual_node t WHERE t.id = s.id)
        OR s.model = 'catmaid.classclass' AND EXISTS (SELECT FROM class_link t WHERE t.id = s.id)
        OR s.model = 'catmaid.cardinalityrestriction'
           AND EXISTS (SELECT FROM cardinality_restriction t WHERE t.id = s.id)
        OR s.model = 'catmaid.point' AND EXISTS (SELECT FROM landmark_point t WHERE t.id = s.id)
        OR s.model = 'catmaid.point' AND EXISTS (SELECT FROM cloud_point t WHERE t.id = s.id)
        OR s.model = 'catmaid.pointclassinstance' AND EXISTS (SELECT FROM landmark_location t WHERE t.id = s.id)
        OR s.model = 'catmaid.pointclassinstance' AND EXISTS (SELECT FROM landmark_group_location t WHERE t.id = s.id)
        OR s.model = 'catmaid.regionofinterest' AND EXISTS (SELECT FROM region t WHERE t.id = s.id)
        OR s.model = 'catmaid.regionofinterestclassinstance' AND EXISTS (SELECT FROM region_link t WHERE t.id = s.id)
        OR s.model = 'catmaid.pointcloud' AND EXISTS (SELECT FROM point_cloud t WHERE t.id = s.id)
        OR s.model = 'catmaid.pointset' AND EXISTS (SELECT FROM point_set t WHERE t.id = s.id)
        OR s.model = 'catmaid.interpolatablesection' AND EXISTS (SELECT FROM interpolatable_section t WHERE t.id = s.id)
        OR s.model = 'catmaid.sampler' AND EXISTS (SELECT FROM sampler t WHERE t.id = s.id)
        OR s.model = 'catmaid.samplerdomain' AND EXISTS (SELECT FROM sampler_domain t WHERE t.id = s.id)
        OR s.model = 'catmaid.samplerinterval' AND EXISTS (SELECT FROM sampler_interval t WHERE t.id = s.id)
        OR s.model = 'catmaid.samplerconnector' AND EXISTS (SELECT FROM sampler_connector t WHERE t.id = s.id)
        OR s.model = 'catmaid.deeplink' AND EXISTS (SELECT FROM deep_link t WHERE t.id = s.id)))
SELECT model, id, count(*) OVER () FROM taken ORDER BY model, id LIMIT 1;
