"""Courses: seeds to trace from, the work of students, and what is said about it."""
