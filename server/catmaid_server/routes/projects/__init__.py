"""Projects, their statistics, logs, links and stored client data."""
