"""The service that owns the store and speaks CATMAID's HTTP API."""
