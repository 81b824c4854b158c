"""Single modules, without a database."""
