"""Migrations and the schema they make."""
