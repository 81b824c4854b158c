"""Image tiles: make stacks of images, and serve their tiles.

- Import: `imports` makes a stack of sections or of tile files.
  Sections: `survey` finds them in files, `numbering` those that are missing, `value_range` what is black and white;
  `tiff` (with `tiff_axes`) and `image_files` read files to `pages`, `grey` makes them 8 bit; `ingest` writes a volume
  and can go on after an interruption (`journal`).
  Tile files: `file_tiles` inspects folders of them.
- Serving: `service` answers for tiles with the `sources` of stacks, `cache` keeps them, `tickets` let browsers ask.
- Both: `pyramid` (zoom levels), `omezarr` (the volume format), `encode` (JPEG and PNG), `pictures` (parts of a
  section, turned upright).
"""
