"""Image stacks of a project: registering them, listing them, reading their values."""
