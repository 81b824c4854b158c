"""A first lesson in tracing on a specimen whose neurites are known: places to trace, and checks of what was traced."""
