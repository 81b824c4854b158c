-- What the first text of 0024_accounts did not do: those who applied a token to annotate may do so with API tokens.
SELECT begin_version(NULL, NULL, 'migrations.api_tokens_of_guests') WHERE EXISTS (SELECT FROM project_token_use);

INSERT INTO project_permission (project_id, user_id, permission)
SELECT DISTINCT k.project_id, u.user_id, 'can_annotate_with_token'
  FROM project_token_use u
  JOIN project_token k ON k.id = u.project_token_id
  JOIN project_permission own
    ON own.project_id = k.project_id AND own.user_id = u.user_id AND own.permission = 'can_annotate'
 WHERE u.enabled AND 'can_annotate' = ANY (k.default_permissions)
    ON CONFLICT DO NOTHING;
