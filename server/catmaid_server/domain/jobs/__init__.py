"""Jobs: long work that people ask for and that workers do.

- `jobs`: asked for, listed, cancelled; `attempts`: as a worker does one, so that nothing is done twice.
"""
