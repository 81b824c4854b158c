"""Routes of users and groups.

- `accounts`: log in and out, API tokens for a password; `api_tokens`: own API tokens.
- `passwords`, `token_pages`: pages to change a password, to register, to log in, to make and revoke API tokens.
- `permissions`: what users may do, grants and memberships; `users`: lists of users and groups; `groups`: groups as
  superusers change them.
"""
