"""The store: connections, migrations, and answers that are remembered."""
