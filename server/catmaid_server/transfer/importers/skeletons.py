"""Import files of skeletons: each tree becomes a neuron with one skeleton, each file in a transaction of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from catmaid_server.db.store import Connection, Store
from catmaid_server.domain.accounts import users
from catmaid_server.domain.annotation import annotating
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.progress import Progress, silent
from catmaid_server.transfer.errors import BadFile
from catmaid_server.transfer.file_names import readable_name, readable_stem
from catmaid_server.transfer.importers.arbors import store_trees
from catmaid_server.transfer.importers.skeleton_files import (
    ENDINGS,
    ReadingOptions,
    read_skeleton_file,
    skeleton_files,
)
from catmaid_server.transfer.importers.source_trees import SourceFile
from catmaid_server.transfer.target import TargetProject, open_target

FileReader = Callable[[Path, ReadingOptions], SourceFile]
"""Reads a file of one format, or of several; raises `BadFile`."""


class ImportedArbor(NamedTuple):
    """A tree of a file that was imported."""

    path: Path
    neuron_id: int
    skeleton_id: int
    name: str
    nodes: int
    cable_length: float
    """nm"""


class Refusal(NamedTuple):
    """A file that was not imported, and why."""

    path: Path
    reason: str


class FileNote(NamedTuple):
    """A sentence on what was skipped or left out of a file."""

    path: Path
    text: str


@dataclass
class ImportSummary:
    """The files of one import, imported and refused."""

    imported: list[ImportedArbor] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)
    notes: list[FileNote] = field(default_factory=list)

    @property
    def nodes(self) -> int:
        """Treenodes made."""
        return sum(a.nodes for a in self.imported)

    @property
    def cable_length(self) -> float:
        """Length of all imported skeletons, nm."""
        return sum(a.cable_length for a in self.imported)

    def __str__(self) -> str:
        length = self.cable_length
        cable = f"{length:.1f} nm" if 0 < length < 1000 else f"{length / 1000:.1f} µm"
        lines = [f"{len(self.imported)} skeletons imported: {self.nodes} nodes, {cable} of cable."]
        for text in dict.fromkeys(note.text for note in self.notes):
            paths = [note.path for note in self.notes if note.text == text]
            lines.append(f"  {readable_name(paths[0]) if len(paths) == 1 else f'{len(paths)} files'}: {text}")
        if self.refused:
            lines.append(f"{len(self.refused)} files refused:")
            lines += [f"  {readable_name(path)}: {reason}" for path, reason in self.refused]
        return "\n".join(lines)


@dataclass(frozen=True)
class NewNeurons:
    """How imported neurons are called and annotated.

    Attributes
    ----------
    name
        Pattern of the name: `{name}` stands for the name in the file, `{n}` for a number from 1.
    annotations
        Put on every neuron.
    """

    name: str = "{name}"
    annotations: tuple[str, ...] = ()

    def named(self, name: str, number: int) -> str:
        """The name of the neuron that the file calls `name`, the `number`th of an import."""
        parts = (part.replace("{n}", str(number)) for part in self.name.split("{name}"))
        return name.join(parts)


async def import_skeletons(
    store: Store,
    source: Path | Sequence[Path],
    *,
    project: str | int,
    user: str,
    options: ReadingOptions | None = None,
    neurons: NewNeurons | None = None,
    progress: Progress = silent,
) -> ImportSummary:
    """Import files of skeletons, or all of a folder, each in the format that its content is in.

    SWC, eSWC, NML (webKnossos), JSON (CATMAID, navis) and `.traces` (SNT). Parameters and errors are those of
    `import_files`; `source` is a folder, a file, or files.
    """
    return await import_files(
        store,
        skeleton_files(source, ENDINGS),
        read_skeleton_file,
        project=project,
        user=user,
        options=options or ReadingOptions(),
        neurons=neurons or NewNeurons(),
        progress=progress,
    )


async def import_files(
    store: Store,
    paths: Sequence[Path],
    read: FileReader,
    *,
    project: str | int,
    user: str,
    options: ReadingOptions,
    neurons: NewNeurons,
    progress: Progress = silent,
) -> ImportSummary:
    """Import files; a bad one is refused and the others are imported.

    Parameters
    ----------
    store, paths, read
        Where to, the files, and what reads one.
    project
        Title, or id; a project of a new title is made.
    user
        Name of the user who will own the neurons.
    options, neurons
        How files are read, and what the neurons are called.
    progress
        Counts files.

    Raises
    ------
    InvalidInput
        If an option is wrong. `NotFound` for an unknown user or project id.
    """
    if options.scale is not None and not (np.isfinite(options.scale) and options.scale > 0):
        raise InvalidInput(f"The scale is {options.scale}; it should be nm per unit, above 0.")
    if not all(annotation.strip() for annotation in neurons.annotations):
        raise InvalidInput("An annotation needs a name.")
    target = await open_target(store, project, user, create=True)
    summary = ImportSummary()
    for done, path in enumerate(paths):
        progress(done, len(paths))
        try:
            file = await asyncio.to_thread(read, path, options)
            made = await _import_file(store, target, user, path, file, neurons, len(summary.imported))
        except BadFile as error:
            summary.refused.append(Refusal(path, error.reason))
        except InvalidInput as error:
            summary.refused.append(Refusal(path, str(error)))
        else:
            summary.imported += made
            summary.notes += [FileNote(path, note) for note in file.notes]
    progress(len(paths), len(paths))
    return summary


async def _import_file(
    store: Store,
    target: TargetProject,
    user: str,
    path: Path,
    file: SourceFile,
    neurons: NewNeurons,
    imported: int,
) -> list[ImportedArbor]:
    """Store the trees of a file in one transaction; `imported` neurons were made before."""
    names = [neurons.named(name, imported + number) for number, name in enumerate(tree_names(file), 1)]
    async with store.writing(
        user_id=target.user_id, project_id=target.project_id, label="skeletons.import", note=readable_name(path)
    ) as tx:
        stored = await store_trees(tx, target, readable_stem(path), file.trees, names=names)
        wanted = [
            (annotation, made.neuron_id)
            for tree, made in zip(file.trees, stored, strict=True)
            for annotation in dict.fromkeys((*tree.annotations, *neurons.annotations))
        ]
        await _annotate(tx, target, user, wanted)
    return [
        ImportedArbor(path, made.neuron_id, made.skeleton_id, name, len(tree.arbor), tree.arbor.cable_length)
        for tree, made, name in zip(file.trees, stored, names, strict=True)
    ]


def tree_names(file: SourceFile) -> list[str]:
    """Name of each tree's neuron; those that are called alike are numbered."""
    names = [tree.arbor.name for tree in file.trees]
    numbers: dict[str, int] = {}
    numbered: list[str] = []
    for name in names:
        numbers[name] = numbers.get(name, 0) + 1
        numbered.append(f"{name} {numbers[name]}" if names.count(name) > 1 else name)
    return numbered


async def _annotate(tx: Connection, target: TargetProject, user: str, wanted: Sequence[tuple[str, int]]) -> None:
    """Put annotations on neurons; `wanted` are pairs of both."""
    neurons: dict[str, list[int]] = {}
    for annotation, neuron_id in wanted:
        neurons.setdefault(annotation, []).append(neuron_id)
    if neurons:
        owner = await users.require_user(tx, user)
        await annotating.annotate_exactly(tx, target.project_id, owner, list(neurons.items()))
