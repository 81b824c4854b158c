"""Search for neurons.

- neuron_search: the same question asked of any server
- catmaid_search: of CATMAID's own servers, condition by condition, joined here
"""
