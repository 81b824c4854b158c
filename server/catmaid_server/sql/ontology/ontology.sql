-- Ontologies: the classes and relations of a project, and how they hang together.

-- name: classes
-- Ids and names of the classes of a project, by id.
SELECT id, name FROM class WHERE project_id = %(project_id)s ORDER BY id;

-- name: relations
-- Ids and names of the relations of a project, by id.
SELECT id, name FROM relation WHERE project_id = %(project_id)s ORDER BY id;

-- name: class_of_project
-- The id, if it is that of a class of the project.
SELECT id FROM class WHERE id = %(id)s AND project_id = %(project_id)s;

-- name: relation_of_project
-- The id, if it is that of a relation of the project.
SELECT id FROM relation WHERE id = %(id)s AND project_id = %(project_id)s;

-- name: sub_classes
-- Classes that have a relation to the class of this name.
SELECT a.id, a.name
  FROM class_link l
  JOIN relation r ON r.id = l.relation_id AND r.name = %(relation)s
  JOIN class a ON a.id = l.class_a_id
  JOIN class b ON b.id = l.class_b_id AND b.name = %(of)s
 WHERE l.project_id = %(project_id)s
 ORDER BY l.id;

-- name: named_classes
-- The classes of these names, and whether others hang on them.
SELECT c.id, c.name, EXISTS (SELECT FROM class_link l WHERE l.class_b_id = c.id AND l.project_id = c.project_id)
  FROM class c
 WHERE c.project_id = %(project_id)s AND c.name = ANY (%(names)s)
 ORDER BY c.id;

-- name: linked_classes
-- Classes that hang on one by a relation: the link, the class, whether others hang on it, and its restrictions
-- as [id, type, value].
SELECT l.id, a.id, a.name,
       EXISTS (SELECT FROM class_link f WHERE f.class_b_id = a.id AND f.project_id = l.project_id),
       ARRAY(SELECT ARRAY[r.id, r.type, r.value] FROM cardinality_restriction r WHERE r.class_link_id = l.id
              ORDER BY r.id)
  FROM class_link l
  JOIN class a ON a.id = l.class_a_id
 WHERE l.project_id = %(project_id)s AND l.class_b_id = %(class_b_id)s AND l.relation_id = %(relation_id)s
 ORDER BY l.id;

-- name: relations_below
-- Relations by which classes hang on one, with its name.
SELECT r.id, r.name, b.name
  FROM class_link l
  JOIN relation r ON r.id = l.relation_id
  JOIN class b ON b.id = l.class_b_id
 WHERE l.project_id = %(project_id)s AND l.class_b_id = %(class_b_id)s
 GROUP BY r.id, r.name, b.name
 ORDER BY min(l.id);

-- name: used_relations
-- Relations of a project that are in use; `by_tracings`: whether by links between treenodes and connectors or between
-- groups of landmarks.
WITH traced AS (
    SELECT r.id
      FROM relation r
     WHERE r.project_id = %(project_id)s
       AND (EXISTS (SELECT FROM connector_link l WHERE l.relation_id = r.id)
            OR EXISTS (SELECT FROM landmark_group_link l WHERE l.relation_id = r.id)))
SELECT r.id, r.id IN (SELECT id FROM traced) AS by_tracings
  FROM relation r
 WHERE r.project_id = %(project_id)s
   AND (r.id IN (SELECT id FROM traced)
        OR EXISTS (SELECT FROM class_link l WHERE l.relation_id = r.id)
        OR EXISTS (SELECT FROM class_instance_link l WHERE l.relation_id = r.id)
        OR EXISTS (SELECT FROM region_link l WHERE l.relation_id = r.id)
        OR r.name IN ('model_of', 'element_of') AND EXISTS (SELECT FROM skeleton s WHERE s.project_id = r.project_id)
        OR r.name = 'labeled_as' AND EXISTS (SELECT FROM node_label l WHERE l.project_id = r.project_id)
        OR r.name = 'annotated_with' AND (
            EXISTS (SELECT FROM annotation_link l WHERE l.project_id = r.project_id)
            OR EXISTS (SELECT FROM volume_annotation l WHERE l.project_id = r.project_id)));

-- name: used_classes
-- Classes of a project that are in use; `by_tracings`: whether traced objects are of the class.
WITH traced AS (
    SELECT c.id
      FROM class c
     WHERE c.project_id = %(project_id)s
       AND (c.name = 'neuron' AND EXISTS (SELECT FROM neuron n WHERE n.project_id = c.project_id)
            OR c.name = 'skeleton' AND EXISTS (SELECT FROM skeleton s WHERE s.project_id = c.project_id)
            OR c.name = 'label' AND EXISTS (SELECT FROM label l WHERE l.project_id = c.project_id)
            OR c.name = 'annotation' AND EXISTS (SELECT FROM annotation a WHERE a.project_id = c.project_id)
            OR c.name = 'landmark' AND EXISTS (SELECT FROM landmark l WHERE l.project_id = c.project_id)
            OR c.name = 'landmarkgroup' AND EXISTS (SELECT FROM landmark_group g WHERE g.project_id = c.project_id)
            OR c.name = 'volume' AND EXISTS (SELECT FROM volume v WHERE v.project_id = c.project_id)))
SELECT c.id, c.id IN (SELECT id FROM traced) AS by_tracings
  FROM class c
 WHERE c.project_id = %(project_id)s
   AND (c.id IN (SELECT id FROM traced)
        OR EXISTS (SELECT FROM class_link l WHERE c.id IN (l.class_a_id, l.class_b_id))
        OR EXISTS (SELECT FROM class_instance i WHERE i.class_id = c.id));

-- name: create_class
-- No row if the name is taken.
INSERT INTO class (project_id, name, description, user_id)
VALUES (%(project_id)s, %(name)s, %(description)s, %(user_id)s)
    ON CONFLICT (project_id, name) DO NOTHING
RETURNING id;

-- name: create_relation
-- No row if the name is taken.
WITH made AS (
    INSERT INTO relation (project_id, name, user_id)
    VALUES (%(project_id)s, %(name)s, %(user_id)s)
        ON CONFLICT (project_id, name) DO NOTHING
    RETURNING id)
INSERT INTO relation_detail (relation_id, uri, description, isreciprocal)
SELECT id, %(uri)s, %(description)s, %(isreciprocal)s FROM made
RETURNING relation_id;

-- name: rename_class
-- Rename a class.
UPDATE class SET name = %(name)s, edition_time = now() WHERE id = %(id)s;

-- name: rename_relation
-- Rename a relation.
UPDATE relation SET name = %(name)s WHERE id = %(id)s;

-- name: delete_links_of_classes
-- Delete the links from and to classes.
DELETE FROM class_link WHERE class_a_id = ANY (%(ids)s::integer[]) OR class_b_id = ANY (%(ids)s::integer[]);

-- name: delete_instances_of_classes
-- Delete the things of classes.
DELETE FROM class_instance WHERE class_id = ANY (%(ids)s::integer[]);

-- name: delete_classes
-- Delete classes.
DELETE FROM class WHERE id = ANY (%(ids)s::integer[]);

-- name: delete_class_links_by_relations
-- Delete links between classes by their relations.
DELETE FROM class_link WHERE relation_id = ANY (%(ids)s::integer[]);

-- name: delete_instance_links_by_relations
-- Delete links between things by their relations.
DELETE FROM class_instance_link WHERE relation_id = ANY (%(ids)s::integer[]);

-- name: delete_region_links_by_relations
-- Delete links of regions of interest by their relations.
DELETE FROM region_link WHERE relation_id = ANY (%(ids)s::integer[]);

-- name: delete_relations
-- Delete relations.
DELETE FROM relation WHERE id = ANY (%(ids)s::integer[]);

-- name: create_link
-- Link class a to class b by a relation; id of the link.
INSERT INTO class_link (project_id, relation_id, class_a_id, class_b_id, user_id)
VALUES (%(project_id)s, %(relation_id)s, %(class_a_id)s, %(class_b_id)s, %(user_id)s)
RETURNING id;

-- name: delete_link
-- Delete a link between classes; its id, no row if there is none.
DELETE FROM class_link WHERE id = %(id)s AND project_id = %(project_id)s RETURNING id;

-- name: delete_own_links
-- Links that the user made; of one relation to one class, or all.
DELETE FROM class_link
 WHERE project_id = %(project_id)s AND user_id = %(user_id)s
   AND (%(relation_id)s::integer IS NULL OR relation_id = %(relation_id)s)
   AND (%(class_b_id)s::integer IS NULL OR class_b_id = %(class_b_id)s)
RETURNING id;

-- name: link
-- The id, if it is that of a link between classes of the project.
SELECT id FROM class_link WHERE id = %(id)s AND project_id = %(project_id)s;

-- name: create_restriction
-- Limit how many things a link between classes allows; id of the restriction.
INSERT INTO cardinality_restriction (project_id, class_link_id, type, value, user_id)
VALUES (%(project_id)s, %(class_link_id)s, %(type)s, %(value)s, %(user_id)s)
RETURNING id;

-- name: delete_restriction
-- Delete a restriction; its id, no row if there is none.
DELETE FROM cardinality_restriction WHERE id = %(id)s AND project_id = %(project_id)s RETURNING id;
