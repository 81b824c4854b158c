"""Routes of what is in project space.

`stacks` and `tiles` give images, `volumes` surfaces, `point_clouds` and `point_sets` points, `regions` regions of
interest.
"""
