"""The notebooks, run."""
