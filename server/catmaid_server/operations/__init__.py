"""What an administrator does with a whole database.

- `checks`: whether everything holds that should; `rebuilding`: make derived data anew.
- `databases`: reach the database of a data folder as it is.
"""
