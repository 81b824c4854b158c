"""Images of a stack: their storage, their pyramid, and the tiles that are served."""
