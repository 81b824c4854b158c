"""What fills space: stacks and tiles, volumes, points, regions of interest."""
