"""Courses, in which students trace neurons from seeds that a trainer chose.

- courses: courses, who learns in them, and the seeds
- groups: groups whose members learn in a course
- initials: how students are called in the names of neurons
- assignments: the work of students on seeds: begun, handed in, accepted or given back
- messages: what students and trainers say about it
"""
