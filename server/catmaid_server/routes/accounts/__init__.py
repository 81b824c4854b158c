"""Users, groups, permissions, passwords and tokens."""
