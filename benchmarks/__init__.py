"""How fast is the service? `make bench`, or `python -m benchmarks --help`."""
