"""The private PostgreSQL cluster of a data folder.

- `cluster`: make, start, find and stop it; `postmaster`: its server process; `tuning`: its settings.
- `binaries`: find PostgreSQL with PostGIS on this machine; `account`: the account of the operating system that runs it.
"""
