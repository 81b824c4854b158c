-- Who asks to join a project, in words.

-- name: request
-- Project, its title, who made a token, and name and full name of a user who applied it.
SELECT p.id, p.title, t.user_id, a.username, trim(a.first_name || ' ' || a.last_name)
  FROM project_token t JOIN project p ON p.id = t.project_id JOIN app_user a ON a.id = %(user_id)s
 WHERE t.id = %(token_id)s;

-- name: project
-- The title of a project.
SELECT title FROM project WHERE id = %(project_id)s;
