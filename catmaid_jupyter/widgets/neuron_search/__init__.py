"""Search for neurons in a notebook.

- neuron_search: the widget
- notations: one query as form, text and Python, each made from any other
"""

from catmaid_jupyter.widgets.neuron_search.neuron_search import NeuronSearch

__all__ = ["NeuronSearch"]
