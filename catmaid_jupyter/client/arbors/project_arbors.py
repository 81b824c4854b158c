"""Many skeletons of a project at once, in people's hands."""

from __future__ import annotations

import pandas as pd

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client import tables
from catmaid_jupyter.client.arbors.arbor_tables import read_arbors
from catmaid_jupyter.client.arbors.arbors import Arbors
from catmaid_jupyter.client.neuron_choice import Neurons, neuron_names, skeleton_ids_of
from catmaid_jupyter.client.public import Public


class ProjectArbors(Public):
    """What `Project` reads of many skeletons at once."""

    place: Place

    def nodes(self, neurons: Neurons) -> pd.DataFrame:
        """Treenodes of neurons.

        skeleton_id, id, parent_id (-1: root) int64, x, y, z, radius (-1: unset) float64 nm, confidence, user_id int64;
        in the order of the neurons, then by id.
        """
        skeleton_ids = skeleton_ids_of(self.place, neurons)
        return read_arbors(self.place, skeleton_ids, connectors=False, tags=False).nodes

    def tags(self, neurons: Neurons | None = None) -> pd.DataFrame:
        """Labels of treenodes, of all or some neurons: skeleton_id int64, tag str, treenode_id int64, in this order."""
        if neurons is None:
            return loop.run(tables.tag_table(self.place))
        return read_arbors(self.place, skeleton_ids_of(self.place, neurons), nodes=False, connectors=False).tags

    def morphology(self, neurons: Neurons) -> Arbors:
        """Treenodes, links to connectors and labels of neurons, as they were together.

        The result has them as long tables, `nodes`, `connectors` and `tags`, and is a mapping from skeleton id to
        `Morphology`, which can be pruned, resampled and measured.
        """
        skeleton_ids = skeleton_ids_of(self.place, neurons)
        names = loop.run(neuron_names(self.place, skeleton_ids))
        return Arbors(skeleton_ids, names, read_arbors(self.place, skeleton_ids))

    def connectors(self, neurons: Neurons | None = None, *, relation: str | None = None) -> pd.DataFrame:
        """Connectors, of all or some neurons, linked by any or one relation (`presynaptic_to`, …); by id.

        `InvalidInput` if the project has no such relation.

        id int64, x, y, z float64 nm, confidence int64, creator str, creation_time and edition_time
        datetime64[us, UTC].
        """
        return self._connector_tables(neurons, relation, links=False)[0]

    def links(self, neurons: Neurons | None = None, *, relation: str | None = None) -> pd.DataFrame:
        """All links of those connectors, also to other neurons; by id.

        id, connector_id, treenode_id, skeleton_id int64, relation str, confidence int64, creator str, creation_time
        and edition_time datetime64[us, UTC].
        """
        return self._connector_tables(neurons, relation, links=True)[1]

    def _connector_tables(
        self, neurons: Neurons | None, relation: str | None, *, links: bool
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        wanted = None if neurons is None else skeleton_ids_of(self.place, neurons)
        return loop.run(tables.connector_tables(self.place, wanted, relation, links=links))
