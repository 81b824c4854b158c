"""The service over a real PostGIS."""
