"""Connectivity of a project's neurons, in people's hands."""

from __future__ import annotations

import pandas as pd

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.connectivity import connectivity_tables
from catmaid_jupyter.client.neuron_choice import Neurons, skeleton_ids_of
from catmaid_jupyter.client.public import Public


class ProjectConnectivity(Public):
    """What `Project` says of connections between neurons."""

    place: Place

    def partners(
        self, neurons: Neurons, *, relation: str = "out", min_synapses: int = 1, min_confidence: int = 1
    ) -> pd.DataFrame:
        """Partners of neurons, those with the most synapses first.

        relation : `"out"` for those that the neurons synapse onto, `"in"` for those that synapse onto them, `"gap"` for
            those with gap junctions with them, or another way to be linked, such as `"tightjunction_with"`.
            `InvalidInput` for others, which says what there is.
        min_synapses : fewest synapses with all of the neurons together.
        min_confidence : 1 to 5; links that are less sure do not count. Each synapse counts as the less sure of its two
            links does.

        skeleton_id int64 (the partner), name str, nodes, synapses int64, and an int64 column for each neuron, labelled
        with its skeleton id: synapses with this one. A synapse is a pair of links to the same connector.
        """
        skeleton_ids = skeleton_ids_of(self.place, neurons)
        return loop.run(
            connectivity_tables.partner_table(self.place, skeleton_ids, relation, min_synapses, min_confidence)
        )

    def adjacency(self, rows: Neurons, columns: Neurons | None = None) -> pd.DataFrame:
        """How many synapses each neuron of `rows` has onto each of `columns`, int64.

        rows, columns : the pre- and the postsynaptic neurons, by default the same ones. Rows and columns
            of the result are labelled with skeleton ids, in the order in which they were given.
        """
        sources = skeleton_ids_of(self.place, rows)
        targets = sources if columns is None else skeleton_ids_of(self.place, columns)
        return loop.run(connectivity_tables.adjacency_matrix(self.place, sources, targets))

    def synapses(
        self, a: Neurons, b: Neurons | None = None, *, relation: str = "out", min_confidence: int = 1
    ) -> pd.DataFrame:
        """The synapses from neurons `a` onto neurons `b`, by default among `a`; or their gap junctions.

        relation : `"out"`, or `"gap"`: then `pre_` is the side of `a`, and among `a` each is there from both sides.
        min_confidence : 1 to 5; those of which one of the two links is less sure are left out.

        connector_id int64, x, y, z float64 nm; then for both sides, `pre_` and `post_`: skeleton_id, treenode_id int64,
        x, y, z float64 nm, confidence int64; by connector, then by treenodes.
        """
        sources = skeleton_ids_of(self.place, a)
        targets = sources if b is None else skeleton_ids_of(self.place, b)
        return loop.run(connectivity_tables.synapse_table(self.place, sources, targets, relation, min_confidence))
