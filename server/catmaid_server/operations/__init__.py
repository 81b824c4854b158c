"""What an administrator does with a whole database.

- `checks`: whether everything holds that should; `rebuilding`: make derived data anew; `trimming`: delete old history.
- `backups` and `restoring`, of the file that `archive` writes and reads; `upgrading`: to a newer PostgreSQL or schema.
- `databases`: reach the database of a data folder as it is; `programs`: run PostgreSQL's own programs on it.
"""
