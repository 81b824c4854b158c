"""Recorded answers, and what other programs expect."""
