"""The command line `catmaid-jupyter`: one module for each group of commands.

- `projects`, `members`, `groups`, `users`, `tokens`, `service`, `imports`, `exports`, `publishing`, `catmaid` and
  `demo` have the commands; `main` joins them.
- `options` and `catmaid_options` have the options of several commands or of long ones; `output` prints answers.
"""

from catmaid_server.cli.main import main

__all__ = ["main"]
