"""Neurons to and from files and other packages: SWC, networkx, navis, DataFrames."""
