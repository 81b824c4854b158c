"""Courses: assignments of students, and how their neurons compare with gold neurons."""
