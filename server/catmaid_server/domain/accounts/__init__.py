"""Users and groups, and what they may do.

- `users`: users, API tokens and grants by name; `registration`: accounts that people make themselves; `accounts`:
  logins and the description of the own account; `profiles`: the tools that a user wants to see.
- `passwords`: password hashes and rules; `wrong_passwords`: how many came lately; `login_sessions`: sessions and their
  ends; `api_tokens`: make, list and revoke tokens.
- `permissions`: whose data a user may edit, and locks; `memberships`: grants and shared data as administrators change
  them; `groups`: groups and their members; `site_permissions`: names of the permissions of superusers.
- `identities`: users who sign in elsewhere, as with JupyterHub, and the groups that they have from there; `newcomers`:
  who may make an account so; `program_sign_ins`: programs that a person lets in by a browser.
- `inactivity`: how long members of groups may do nothing.
- `user_lists`, `members`: lists of users and groups for clients and for administrators.
"""
