"""The OpenAPI document, made from the routes: their forms, return annotations and docstrings."""
