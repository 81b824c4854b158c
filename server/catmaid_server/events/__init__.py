"""Events of a project, as they happen.

`feed` delivers each committed version to its subscribers, with what it changed (`changes`); `presence` knows who looks
at the project, and where.
"""
