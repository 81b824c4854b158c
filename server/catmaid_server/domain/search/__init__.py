"""Search for neurons by several conditions."""
