"""What was committed since something was read: what is kept in memory is true as long as nothing of it was.

`changes` asks the store what was committed, where, and of which skeletons; `project_news` does that for a project, once
for all who ask at the same time, and tells those who keep things, which `kept_by_project` can do.
"""
