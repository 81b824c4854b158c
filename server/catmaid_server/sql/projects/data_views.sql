-- Front pages, and the tools that users want to see.

-- name: data_views
SELECT v.id, v.title, t.code_type, v.config, v.comment
  FROM data_view v JOIN data_view_type t ON t.id = v.data_view_type_id
 ORDER BY v.position, v.id;

-- name: data_view
SELECT v.id, v.title, t.code_type, v.config, v.comment
  FROM data_view v JOIN data_view_type t ON t.id = v.data_view_type_id
 WHERE v.id = %(view_id)s;

-- name: default_view
SELECT v.id, v.title, t.code_type, v.config, v.comment
  FROM data_view v JOIN data_view_type t ON t.id = v.data_view_type_id
 WHERE v.is_default
 ORDER BY v.position, v.id
 LIMIT 1;

-- name: type_comment
SELECT comment FROM data_view_type WHERE id = %(type_id)s;

-- name: set_home_view
INSERT INTO user_profile (user_id, home_view_id) VALUES (%(user_id)s, %(view_id)s)
ON CONFLICT (user_id) DO UPDATE SET home_view_id = excluded.home_view_id;
