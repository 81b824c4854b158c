"""Values and colours of treenodes by rules, in people's hands."""

from __future__ import annotations

import pandas as pd

from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.neuron_choice import Neurons, skeleton_ids_of
from catmaid_jupyter.client.public import Public
from catmaid_jupyter.client.shading.palettes import ColorMap, ScaleLimits
from catmaid_jupyter.client.shading.rules import Rule
from catmaid_jupyter.client.shading.shader import Shader


class ProjectShading(Public):
    """What `Project` says of the values and colours of treenodes."""

    place: Place

    def shading(
        self,
        neurons: Neurons,
        rule: Rule,
        *,
        colormap: ColorMap = None,
        low: float | None = None,
        high: float | None = None,
    ) -> pd.DataFrame:
        """A value and a colour for each treenode, as a 3D viewer shades neurons.

        rule : `strahler`, `depth` (branch points to the root), `distance_to_root` (nm), `flow_centrality`,
            `axon_dendrite`, `creator`, `reviewer`, `label`, `age` (last edition), `confidence` or `radius` (nm); or
            `{skeleton_id: array}`, values in ascending order of treenode ids; a table with treenode_id and values; or a
            function that gives such an array for a `Morphology`.
        colormap : a colour map of matplotlib, such as `viridis`; colours to take in turn; or `{category: colour}`.
        low, high : the values that have the first and the last colour of the map; by default the lowest and highest.

        skeleton_id, treenode_id int64, value (float64, time or str; missing where there is none), color str
        (`#rrggbb`); in the order of the neurons, then by treenode id. `InvalidInput` for another rule, and for values
        that do not fit the treenodes.
        """
        shader = Shader(self.place, rule, colormap, ScaleLimits(low, high))
        return shader.table(skeleton_ids_of(self.place, neurons))
