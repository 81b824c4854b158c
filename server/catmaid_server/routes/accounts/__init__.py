"""Routes of users and groups.

- `accounts`: log in and out, API tokens; `passwords`: pages to change a password and to register.
- `permissions`: what users may do, grants and memberships; `users`: lists of users and groups.
"""
