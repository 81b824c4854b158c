-- Front pages, and the tools that users want to see.

-- name: data_views
-- All data views in their order: id, title, type, configuration (JSON), comment.
SELECT v.id, v.title, t.code_type, v.config, v.comment
  FROM data_view v JOIN data_view_type t ON t.id = v.data_view_type_id
 ORDER BY v.position, v.id;

-- name: data_view
-- One data view: id, title, type, configuration (JSON), comment.
SELECT v.id, v.title, t.code_type, v.config, v.comment
  FROM data_view v JOIN data_view_type t ON t.id = v.data_view_type_id
 WHERE v.id = %(view_id)s;

-- name: default_view
-- The first default data view, or else the first of all: id, title, type, configuration (JSON), comment.
SELECT v.id, v.title, t.code_type, v.config, v.comment
  FROM data_view v JOIN data_view_type t ON t.id = v.data_view_type_id
 ORDER BY v.is_default DESC, CASE WHEN v.is_default THEN v.position END, v.id
 LIMIT 1;

-- name: type_comment
-- The comment of a type of data views.
SELECT comment FROM data_view_type WHERE id = %(type_id)s;

-- name: set_home_view
-- Make a data view the front page of a user.
INSERT INTO user_profile (user_id, home_view_id) VALUES (%(user_id)s, %(view_id)s)
ON CONFLICT (user_id) DO UPDATE SET home_view_id = excluded.home_view_id;
