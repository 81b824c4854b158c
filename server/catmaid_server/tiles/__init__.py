"""Image tiles: make stacks of images, and serve their tiles.

- Import: `imports` makes a stack of sections or of tile files. `sections`, `tiff` and `grey` read images, `file_tiles`
  inspects folders of tile files, `ingest` writes a volume and can go on after an interruption (`journal`).
- Serving: `service` answers for tiles with the `sources` of stacks, `cache` keeps them, `tickets` let browsers ask.
- Both: `pyramid` (zoom levels), `omezarr` (the volume format), `encode` (JPEG and PNG), `pictures` (parts of a
  section, turned upright).
"""
