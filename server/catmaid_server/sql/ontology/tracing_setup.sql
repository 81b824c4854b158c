-- The classes, relations and root that clients expect in a project where people trace.

-- name: project
-- The id, if there is a project with it.
SELECT id FROM project WHERE id = %(project_id)s;

-- name: lock_project
-- Lock a project for its setup; tracing can go on meanwhile.
SELECT id FROM project WHERE id = %(project_id)s FOR NO KEY UPDATE;

-- name: missing_classes
-- Those of these names that no class of the project has, in their order.
SELECT wanted.name
  FROM unnest(%(names)s::text[]) WITH ORDINALITY AS wanted (name, position)
 WHERE NOT EXISTS (SELECT FROM class c WHERE c.project_id = %(project_id)s AND c.name = wanted.name)
 ORDER BY wanted.position;

-- name: missing_relations
-- Those of these names that no relation of the project has, in their order.
SELECT wanted.name
  FROM unnest(%(names)s::text[]) WITH ORDINALITY AS wanted (name, position)
 WHERE NOT EXISTS (SELECT FROM relation r WHERE r.project_id = %(project_id)s AND r.name = wanted.name)
 ORDER BY wanted.position;

-- name: has_root
-- Whether the project has a thing of the class `root`.
SELECT EXISTS (SELECT FROM class_instance i JOIN class c ON c.id = i.class_id
                WHERE i.project_id = %(project_id)s AND c.project_id = %(project_id)s AND c.name = 'root');

-- name: create_root
-- Make a thing of the class `root` unless there is one.
INSERT INTO class_instance (project_id, class_id, name, user_id)
SELECT c.project_id, c.id, %(name)s, %(user_id)s
  FROM class c
 WHERE c.project_id = %(project_id)s AND c.name = 'root'
   AND NOT EXISTS (SELECT FROM class_instance i WHERE i.class_id = c.id AND i.project_id = c.project_id);
