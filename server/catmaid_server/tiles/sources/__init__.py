"""Where tiles come from: one class for each kind of source, all answering the same question.

- `base` is the question; `opening` makes a source of what the store says of it.
- `volumes` cuts tiles from arrays: Zarr, N5, precomputed, HDF5. `tile_files` and `image_urls` have tiles as files, here
  or on other servers, in the forms of `url_forms`; `hdf5_sections` are sections in an HDF5 file.
"""
