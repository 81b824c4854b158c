"""Images of stacks in widgets: where their tiles come from, and how they look."""
