"""The connectivity matrix: numbers of synapses from each neuron to each other."""

from catmaid_jupyter.widgets.connectivity_matrix.connectivity_matrix import ConnectivityMatrix

__all__ = ["ConnectivityMatrix"]
