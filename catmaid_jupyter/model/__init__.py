"""Pure values of the client: arbors, SWC files, and units of length."""
