"""Import SWC files: each becomes a neuron with one skeleton, in a transaction of its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from catmaid_server.db.store import Store
from catmaid_server.domain.progress import Progress, silent
from catmaid_server.transfer.importers.skeleton_files import ReadingOptions, read_swc_file, skeleton_files
from catmaid_server.transfer.importers.skeletons import ImportSummary, NewNeurons, import_files
from catmaid_wire.forest import TreeChoice


async def import_swc(
    store: Store,
    source: Path | Sequence[Path],
    *,
    project: str | int,
    user: str,
    scale: float = 1.0,
    trees: TreeChoice = "refuse",
    soma_label: bool = False,
    neurons: NewNeurons | None = None,
    progress: Progress = silent,
) -> ImportSummary:
    """Import SWC files, or all of a folder; a bad file is refused and the others are imported.

    Parameters
    ----------
    store
        Where to.
    source
        A folder, a file, or files of SWC or eSWC. The neuron gets the file's name without its ending.
    project
        Title, or id; a project of a new title is made.
    user
        Name of the user who will own the neurons; nodes of eSWC belong to the authors it names, if they are known.
    scale
        nm per unit of the files, for positions and radii.
    trees
        Whether a file of several trees is refused, gives its first tree, or a neuron of each.
    soma_label
        Whether nodes of type 1 get the label `soma`.
    neurons
        What the neurons are called, and their annotations.
    progress
        Counts files.

    Raises
    ------
    InvalidInput
        If there is no SWC file, or `scale` is not above 0. `NotFound` for an unknown user or project id.
    """
    return await import_files(
        store,
        skeleton_files(source),
        read_swc_file,
        project=project,
        user=user,
        options=ReadingOptions(scale, trees, soma_label),
        neurons=neurons or NewNeurons(),
        progress=progress,
    )
