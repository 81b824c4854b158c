"""Spaces of one's own: forks of projects, invitations into them, favourites."""
