"""What the service knows and does, without HTTP: one room for each subject.

Beside the rooms: `values` and `errors`, which all of them use, `arbors` (rooted trees of treenodes), `patterns` (time
limits for regular expressions) and `sampler_kinds` (states and types of samplers).
"""
