"""The command line `catmaid-jupyter`: one module for each group of commands."""

from catmaid_server.cli.main import main

__all__ = ["main"]
