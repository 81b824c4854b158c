"""Requests to the servers of others: which are allowed, how they are made, and what is kept of their answers.

- `hosts` says which servers may be asked; it looks at names and at the addresses they lead to.
- `fetching` gets objects, each once for all who want it; `disk_cache` keeps them for all workers.
- `bridge` lets tensorstore read volumes through it.
"""
