"""The description of the API, made of what the routes themselves say: forms, annotations, docstrings."""
