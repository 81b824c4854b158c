"""The database: `store` (connections and transactions), `migrations`, `queries` (SQL by name), and ways to read rows.

`rows` gives rows, named records and JSON; `arrays` and `float_arrays` give numpy arrays; `answers` keeps encoded
answers until something is committed; `recently_used` bounds what is kept in memory, and `packed_memory`
skeletons that are packed for drawing.
"""
