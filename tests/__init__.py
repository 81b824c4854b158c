"""Tests of the client, the wire and the service."""
