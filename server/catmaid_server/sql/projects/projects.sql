-- Projects and their relations.

-- name: create_project
-- Make a project, with the given id or the next free one; its id.
INSERT INTO project (id, title, comment)
VALUES (coalesce(%(id)s::integer, nextval('project_id_seq')::integer), %(title)s, %(comment)s)
RETURNING id;

-- name: create_relations
-- Give a project relations of these names, some of them reciprocal.
WITH made AS (
    INSERT INTO relation (project_id, name, user_id)
    SELECT %(project_id)s, name, %(user_id)s
      FROM unnest(%(names)s::text[]) AS name
    RETURNING id, name
)
INSERT INTO relation_detail (relation_id, isreciprocal)
SELECT id, true FROM made WHERE name = ANY (%(reciprocal)s::text[]);

-- name: grant_to_user
-- Give a user permissions in a project.
INSERT INTO project_permission (project_id, user_id, permission)
SELECT %(project_id)s, %(user_id)s, permission
  FROM unnest(%(permissions)s::text[]) AS permission
ON CONFLICT DO NOTHING;

-- name: projects_called
-- Ids of the projects with this title or, if there are none, of the project with this id.
SELECT id
  FROM project
 WHERE title = %(title)s
    OR (id::text = %(title)s AND NOT EXISTS (SELECT FROM project WHERE title = %(title)s))
 ORDER BY id;

-- name: project_titles
-- Titles of projects, at most 50.
SELECT title FROM project ORDER BY id LIMIT 50;

-- name: summaries
-- All projects by id, each with its numbers of neurons and treenodes, and whether it is archived.
SELECT p.id, p.title, coalesce(p.comment, '') AS comment,
       (SELECT count(*) FROM neuron n WHERE n.project_id = p.id) AS neurons,
       (SELECT coalesce(sum(s.num_nodes), 0)::bigint FROM skeleton_summary s WHERE s.project_id = p.id) AS treenodes,
       EXISTS (SELECT FROM project_archive a WHERE a.project_id = p.id) AS archived
  FROM project p
 ORDER BY p.id;

-- name: rename
-- Change the title of a project.
UPDATE project SET title = %(title)s WHERE id = %(project_id)s;

-- name: relation_ids
-- Names and ids of the relations of a project.
SELECT name, id FROM relation WHERE project_id = %(project_id)s;
