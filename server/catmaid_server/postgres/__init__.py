"""The private PostgreSQL cluster of a data folder."""
