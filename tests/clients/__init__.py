"""Clients of others; a package, so that its conftest does not stand in front of the one that all tests share."""
