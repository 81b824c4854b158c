"""What a file of skeletons holds, whatever its format: trees with labels and authors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from catmaid_wire.arbor import Arbor


@dataclass(frozen=True)
class NodeAuthorship:
    """Names of the author and the last editor of one node, and the confidence of its edge."""

    author: str
    editor: str
    confidence: int


@dataclass(frozen=True)
class SourceTree:
    """One tree of a file.

    Attributes
    ----------
    arbor
        Its nodes; its name is that of the neuron.
    labels
        Rows of the nodes that bear each label : (m,) int64.
    authors
        Who made each node, None where the file does not say; empty if it says so of none.
    annotations
        Of the neuron.
    """

    arbor: Arbor
    labels: Mapping[str, NDArray[np.int64]] = field(default_factory=dict)
    authors: tuple[NodeAuthorship | None, ...] = ()
    annotations: tuple[str, ...] = ()


@dataclass(frozen=True)
class SourceFile:
    """The trees of a file that become neurons, and sentences on what was skipped or left out."""

    trees: tuple[SourceTree, ...]
    notes: tuple[str, ...] = ()
