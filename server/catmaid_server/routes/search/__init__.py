"""Routes that search for neurons."""
