"""What sources of images say of themselves: kind, size, resolution, levels, offset.

- `found` is what there is to know; `reader` reads small files beside the images, here or on other servers.
- `precomputed`, `ngff` (Zarr), `n5`, `hdf5` and `dvid` read one format each; `volumes` finds out which it is.
- `addresses` reads what people write: paths, URLs, templates.
"""
