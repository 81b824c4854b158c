"""Read SWC and eSWC files; what is wrong with one is a `BadFile`."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from catmaid_server.transfer.errors import BadFile
from catmaid_server.transfer.file_names import readable_stem
from catmaid_server.transfer.importers.contents import file_content
from catmaid_server.transfer.importers.eswc import authors_of
from catmaid_server.transfer.importers.source_trees import SourceFile, SourceTree
from catmaid_wire.arbor import Arbor
from catmaid_wire.forest import TreeChoice
from catmaid_wire.swc import SOMA, SOMA_LABEL, UNDEFINED, BadSwc
from catmaid_wire.swc_reading import SwcFile, decoded_swc, parse_swc


def read_swc(path: Path, *, scale: float = 1.0) -> Arbor:
    """The one tree of an SWC file; `scale` is nm per unit. Raises `BadFile` if it is not one tree of finite nodes."""
    return swc_trees(path, file_content(path), scale=scale).trees[0].arbor


def swc_trees(
    path: Path, content: bytes, *, scale: float = 1.0, trees: TreeChoice = "refuse", soma_label: bool = False
) -> SourceFile:
    """Read the content of one SWC or eSWC file; the times in eSWC are not kept.

    Parameters
    ----------
    path
        Its name: in errors, and as the name of the neuron.
    content
        Text, see `catmaid_wire.swc_reading`.
    scale
        nm per unit of the file, for positions and radii.
    trees
        Whether a file of several trees is refused, gives its first tree, or all.
    soma_label
        Whether nodes of type 1 get the label `soma`.

    Raises
    ------
    BadFile
        If it is not trees of finite nodes; names the first wrong line.
    """
    name = readable_stem(path)
    try:
        file = parse_swc(decoded_swc(content), name=name, scale=scale, trees=trees)
        read = tuple(
            SourceTree(tree.arbor, _soma_labels(tree.structures) if soma_label else {}, authors_of(tree))
            for tree in file.trees
        )
    except BadSwc as error:
        raise BadFile(path, error.reason, line=error.line) from error
    return SourceFile(read, tuple(_notes(file, soma_label=soma_label, authors=any(tree.authors for tree in read))))


def _soma_labels(structures: NDArray[np.int64]) -> dict[str, NDArray[np.int64]]:
    soma = np.flatnonzero(structures == SOMA)
    return {SOMA_LABEL: soma} if len(soma) else {}


def _notes(file: SwcFile, *, soma_label: bool, authors: bool) -> list[str]:
    """What was skipped or is not kept."""
    notes: list[str] = []
    if file.header_lines:
        notes.append(f"{file.header_lines} header lines skipped")
    if file.more_columns and not authors:
        notes.append(f"columns beyond the seventh ignored: {', '.join(file.more_columns)}")
    if file.left_out:
        notes.append(f"{file.left_out} more trees left out")
    types = np.unique(np.concatenate([tree.structures for tree in file.trees])).tolist()
    lost = [kind for kind in types if kind != UNDEFINED and not (soma_label and kind == SOMA)]
    if lost:
        way_out = "; --soma-label keeps type 1 as the label soma" if SOMA in lost else ""
        notes.append(f"the column type is not kept (here {', '.join(map(str, lost))}){way_out}")
    return notes
