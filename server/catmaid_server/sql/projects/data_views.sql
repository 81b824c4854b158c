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

-- name: profile
SELECT independent_ontology_workspace_is_default, show_text_label_tool, show_tagging_tool, show_cropping_tool,
       show_tracing_tool, show_ontology_tool, show_roi_tool, home_view_id
  FROM user_profile WHERE user_id = %(user_id)s;

-- name: ensure_profile
INSERT INTO user_profile (user_id) VALUES (%(user_id)s) ON CONFLICT DO NOTHING;

-- name: update_profile
UPDATE user_profile
   SET independent_ontology_workspace_is_default =
           coalesce(%(independent_ontology_workspace_is_default)s, independent_ontology_workspace_is_default),
       show_text_label_tool = coalesce(%(show_text_label_tool)s, show_text_label_tool),
       show_tagging_tool = coalesce(%(show_tagging_tool)s, show_tagging_tool),
       show_cropping_tool = coalesce(%(show_cropping_tool)s, show_cropping_tool),
       show_tracing_tool = coalesce(%(show_tracing_tool)s, show_tracing_tool),
       show_ontology_tool = coalesce(%(show_ontology_tool)s, show_ontology_tool),
       show_roi_tool = coalesce(%(show_roi_tool)s, show_roi_tool)
 WHERE user_id = %(user_id)s;
