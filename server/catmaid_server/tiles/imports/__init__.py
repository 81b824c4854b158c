"""Bring image stacks into a project.

`stacks` makes a stack of sections, of an array or of tile files.

- Sections: `survey` finds them in files, `numbering` those that are missing, `value_range` what is black and white;
  `tiff` (with `tiff_axes`) and `image_files` read files to `pages`, `grey` makes them 8 bit; `ingest` writes a volume
  and can go on after an interruption (`journal`).
- Tile files: `file_tiles` inspects folders of them, with `tile_factors`; `stack_file` describes such a folder.
"""
