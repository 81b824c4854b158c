-- Which tools and which front page users want.

-- name: profile
-- The tools that a user wants to see, and the id of their front page.
SELECT independent_ontology_workspace_is_default, show_text_label_tool, show_tagging_tool, show_cropping_tool,
       show_tracing_tool, show_ontology_tool, show_roi_tool, home_view_id
  FROM user_profile WHERE user_id = %(user_id)s;

-- name: ensure_profile
-- Give a user a profile with default values unless they have one.
INSERT INTO user_profile (user_id) VALUES (%(user_id)s) ON CONFLICT DO NOTHING;

-- name: update_profile
-- Change which tools a user wants to see, where the values are not NULL.
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
