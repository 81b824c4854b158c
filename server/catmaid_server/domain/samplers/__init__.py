"""Samplers: domains, intervals and connectors of random samples."""
