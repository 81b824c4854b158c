"""Projects: making them, who enters them, what is known about them, and what clients keep in them.

- `projects`: make and find projects, with the relations that tracing needs; `project_list`, `project_export`: describe
  them with their stacks; `tags`: tags of projects and stacks.
- `project_deletion`: delete projects with everything in them.
- `project_tokens`: tokens that let users into a project, and forks of projects; `invitations`: such tokens with an end;
  `join_requests`: who waits for approval, and hears of it; `mails`: mail that users have sent.
- `log`, `log_info`: write and read the log of a project and its transactions.
- `project_stats`, `working_hours`: what users made, and when.
- `deep_links`, `data_views`, `client_data`, `messages`: links to views, front pages, values of clients, messages to
  users.
"""
