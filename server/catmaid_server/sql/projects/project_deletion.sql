-- Deleting projects.

-- name: lock_project
-- Title of a project. Until the transaction ends, nothing new can refer to the project.
SELECT title FROM project WHERE id = %(project_id)s FOR UPDATE;

-- name: contents
-- How much is in a project, by kind.
SELECT (SELECT count(*) FROM neuron WHERE project_id = %(project_id)s) AS neurons,
       (SELECT count(*) FROM skeleton WHERE project_id = %(project_id)s) AS skeletons,
       (SELECT count(*) FROM treenode t JOIN skeleton s ON s.id = t.skeleton_id
         WHERE s.project_id = %(project_id)s) AS treenodes,
       (SELECT count(*) FROM connector WHERE project_id = %(project_id)s) AS connectors,
       (SELECT count(*) FROM annotation WHERE project_id = %(project_id)s) AS annotations,
       (SELECT count(*) FROM volume WHERE project_id = %(project_id)s) AS volumes,
       (SELECT count(*) FROM landmark WHERE project_id = %(project_id)s) AS landmarks,
       (SELECT count(*) FROM region WHERE project_id = %(project_id)s) AS regions,
       (SELECT count(*) FROM sampler WHERE project_id = %(project_id)s) AS samplers,
       (SELECT count(*) FROM course WHERE project_id = %(project_id)s) AS courses;

-- name: references
-- Foreign keys between tables: referring table and column, table referred to, whether rows go with what they refer to.
SELECT k.conrelid::regclass::text, a.attname::text, k.confrelid::regclass::text, k.confdeltype = 'c'
  FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
 WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace
 ORDER BY 1, 2, 3;

-- name: no_time_limit
-- Let the rest of the transaction take as long as it needs.
SET LOCAL statement_timeout = 0;
