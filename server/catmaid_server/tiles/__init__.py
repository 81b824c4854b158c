"""Image tiles: serve them, and make stacks of images.

- `service` answers for tiles with the `sources` of stacks, `cache` keeps them, `tickets` let browsers ask.
- `overviews` and `pictures` put parts of a section together from tiles.
- `imports` makes stacks of sections or of tile files.
- Both need `pyramid` (zoom levels), `omezarr` (the volume format), `encode` (JPEG and PNG) and `tile_folders` (layouts
  of tile files).
"""
