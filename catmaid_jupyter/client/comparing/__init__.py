"""How two neurons compare: matched cable, what is missed or too much, and synapses."""
