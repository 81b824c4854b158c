"""Jobs: asked for, watched, cancelled, and their files."""
