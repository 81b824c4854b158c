"""The OpenAPI document, made from the routes: their forms, return annotations and docstrings.

`document` puts it together from `parameters`, `answers`, `schemas` and `docstrings`; `names` gives components and
operations their names. `vocabulary.toml` describes parameters that many forms share. `python -m
catmaid_server.http.openapi` prints it.
"""
