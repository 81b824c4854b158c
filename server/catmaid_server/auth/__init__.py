"""Who sends a request: tokens, sessions and passwords."""
