"""Landmarks, their groups and the places where they lie."""
