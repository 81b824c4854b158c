"""Routes of what is in project space.

`stacks`, `tiles` and `cutouts` give images, `stack_edits` registers them, `volumes` give surfaces, `point_clouds` and
`point_sets` points, `regions` regions of interest.
"""
