"""Tracing: treenodes, connectors, links, labels and skeletons, read and edited."""
