"""The tracing layer."""
