"""What CATMAID's clients expect of HTTP: form spellings, times, errors, encodings."""
