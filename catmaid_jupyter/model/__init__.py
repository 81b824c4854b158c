"""Pure values of the client, which import nothing of it.

`arbor` measures arbors given as arrays of parents, `swc` writes them, `units` writes lengths for people.
"""
