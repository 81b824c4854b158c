"""Parts of image stacks as files: what is wanted (`plan`), read in blocks (`blocks`), written (`tiff`, `zarr_zip`)."""
