"""Events: `feed` delivers each committed version of a project to its subscribers."""
