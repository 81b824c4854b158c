"""Routes of projects: the list of projects, tokens and forks, log, statistics, links and values of clients.

Each module has the routes of the module of `domain.projects` of the same name; `project_list` has those of exports,
too, and `tags` those of favourite projects.
"""
