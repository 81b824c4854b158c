"""Tables of the treenodes, connectors and tags of neurons, and of one neuron."""

from catmaid_jupyter.widgets.node_tables.connector_table import ConnectorTable
from catmaid_jupyter.widgets.node_tables.neuron_navigator import NeuronNavigator
from catmaid_jupyter.widgets.node_tables.tag_table import TagTable
from catmaid_jupyter.widgets.node_tables.treenode_table import TreenodeTable

__all__ = ["ConnectorTable", "NeuronNavigator", "TagTable", "TreenodeTable"]
