-- Classifications: graphs of things whose classes are an ontology of a workspace (a project, or one for all projects).
-- A thing of the class classification_project stands for each project that uses a graph: it is linked to the graph's root
-- by classified_by.

-- name: ensure_common_workspace
-- Make the common workspace unless there is one.
INSERT INTO project (id, title) VALUES (%(id)s, %(title)s) ON CONFLICT (id) DO NOTHING;

-- name: names
-- Names of a workspace's classes and relations.
SELECT 'class', name FROM class WHERE project_id = %(workspace_id)s
 UNION ALL
SELECT 'relation', name FROM relation WHERE project_id = %(workspace_id)s;

-- name: classes
-- Ids and names of the classes of a workspace.
SELECT id, name FROM class WHERE project_id = %(workspace_id)s;

-- name: class_links
-- Links between classes of a workspace: id, relation, its name, class a, class b, limits as (type, value).
SELECT l.id, l.relation_id, r.name, l.class_a_id, l.class_b_id,
       ARRAY(SELECT ARRAY[c.type, c.value] FROM cardinality_restriction c
              WHERE c.class_link_id = l.id AND c.enabled ORDER BY c.id)
  FROM class_link l JOIN relation r ON r.id = l.relation_id
 WHERE l.project_id = %(workspace_id)s
 ORDER BY l.id;

-- name: ontologies
-- The classes from which graphs of a workspace can be made.
SELECT a.id, a.name
  FROM class_link l
  JOIN relation r ON r.id = l.relation_id AND r.name = 'is_a'
  JOIN class a ON a.id = l.class_a_id
  JOIN class b ON b.id = l.class_b_id AND b.name = 'classification_root'
 WHERE l.project_id = %(workspace_id)s
 ORDER BY a.id;

-- name: graph_links
-- Links of projects to graphs: the link, the project, the root with its class.
SELECT l.id, p.project_id, g.id, g.name, c.id, c.name
  FROM class_instance_link l
  JOIN relation r ON r.id = l.relation_id AND r.name = 'classified_by'
  JOIN class_instance p ON p.id = l.instance_a_id
  JOIN class pc ON pc.id = p.class_id AND pc.name = 'classification_project' AND pc.project_id = l.project_id
  JOIN class_instance g ON g.id = l.instance_b_id AND g.project_id = l.project_id
  JOIN class c ON c.id = g.class_id
 WHERE l.project_id = %(workspace_id)s
   AND (%(project_id)s::integer IS NULL OR p.project_id = %(project_id)s)
   AND (%(link_id)s::integer IS NULL OR l.id = %(link_id)s)
   AND (%(root_id)s::integer IS NULL OR g.id = %(root_id)s)
   AND EXISTS (SELECT FROM class_link k
                 JOIN relation s ON s.id = k.relation_id AND s.name = 'is_a'
                 JOIN class b ON b.id = k.class_b_id AND b.name = 'classification_root'
                WHERE k.class_a_id = g.class_id AND k.project_id = l.project_id)
 ORDER BY l.id;

-- name: roots
-- The roots of all graphs of a workspace, with their classes.
SELECT i.id, i.name, i.class_id
  FROM class_instance i
 WHERE i.project_id = %(workspace_id)s AND i.class_id = ANY (%(class_ids)s::integer[])
 ORDER BY i.id;

-- name: root
-- Id and class of a thing of the workspace.
SELECT i.id, i.class_id FROM class_instance i WHERE i.id = %(id)s AND i.project_id = %(workspace_id)s;

-- name: create_thing
-- Make a thing of a class; its id.
INSERT INTO class_instance (project_id, class_id, name, user_id)
VALUES (%(project_id)s, %(class_id)s, %(name)s, %(user_id)s)
RETURNING id;

-- name: project_thing
-- What stands for a project in a workspace.
SELECT i.id
  FROM class_instance i JOIN class c ON c.id = i.class_id
 WHERE i.project_id = %(project_id)s AND c.project_id = %(workspace_id)s AND c.name = 'classification_project'
 ORDER BY i.id
 LIMIT 1;

-- name: concept
-- Id of a class or a relation of a workspace, by name.
SELECT id FROM class WHERE project_id = %(workspace_id)s AND name = %(name)s
 UNION ALL
SELECT id FROM relation WHERE project_id = %(workspace_id)s AND name = %(name)s;

-- name: create_link
-- Link two things by a relation; id of the link.
INSERT INTO class_instance_link (project_id, relation_id, instance_a_id, instance_b_id, user_id)
VALUES (%(workspace_id)s, %(relation_id)s, %(instance_a_id)s, %(instance_b_id)s, %(user_id)s)
RETURNING id;

-- name: delete_link
-- Delete a link between things.
DELETE FROM class_instance_link WHERE id = %(id)s;

-- name: graphs
-- All things of the graphs below some roots: the root, then each with its class, the link to its parent, the relation of
-- the link, the parent.
WITH RECURSIVE below (root_id, id, link_id, relation_id, parent_id, path) AS (
    SELECT root, root, NULL::integer, NULL::integer, NULL::integer, ARRAY[root]
      FROM unnest(%(root_ids)s::integer[]) AS root
     UNION ALL
    SELECT b.root_id, l.instance_a_id, l.id, l.relation_id, b.id, b.path || l.instance_a_id
      FROM below b
      JOIN class_instance_link l ON l.instance_b_id = b.id AND l.project_id = %(workspace_id)s
      JOIN relation r ON r.id = l.relation_id AND r.name <> 'classified_by'
     WHERE l.instance_a_id <> ALL (b.path))
SELECT b.root_id, i.id, i.name, i.class_id, b.link_id, b.relation_id, b.parent_id
  FROM below b JOIN class_instance i ON i.id = b.id
 ORDER BY b.root_id, b.link_id NULLS FIRST;

-- name: rename_thing
-- Rename a thing.
UPDATE class_instance SET name = %(name)s, edition_time = now() WHERE id = %(id)s;

-- name: delete_things
-- Delete things; their links go with them.
DELETE FROM class_instance WHERE id = ANY (%(ids)s::integer[]);

-- name: lock_workspace
-- One change of graphs at a time in a workspace, for they are checked against limits.
SELECT pg_advisory_xact_lock(hashtext('classification'), %(workspace_id)s);

-- name: tags_of_projects
-- Project and tag of each tag of these projects, by tag.
SELECT project_id, name FROM project_tag WHERE project_id = ANY (%(project_ids)s::integer[]) ORDER BY name;
