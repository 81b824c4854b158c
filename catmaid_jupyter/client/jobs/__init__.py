"""Long work that a server does for its users, in people's hands."""
