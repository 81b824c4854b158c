"""Find files of skeletons, and read each in its format."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.transfer.errors import BadFile
from catmaid_server.transfer.file_names import readable_path
from catmaid_server.transfer.importers.contents import file_content
from catmaid_server.transfer.importers.nml_file import ROOT as NML_ROOT
from catmaid_server.transfer.importers.nml_file import read_nml
from catmaid_server.transfer.importers.skeleton_json import read_json
from catmaid_server.transfer.importers.source_trees import SourceFile
from catmaid_server.transfer.importers.swc_file import swc_trees
from catmaid_server.transfer.importers.traces_file import read_traces
from catmaid_wire.forest import TreeChoice

SWC_ENDINGS = (".swc", ".eswc")
ENDINGS = (*SWC_ENDINGS, ".nml", ".json", ".traces")
_START = 1 << 16
"""Bytes in which the first element of an XML file begins."""
_ROOT = re.compile(rb"<(things|tracings)[\s>]")


@dataclass(frozen=True)
class ReadingOptions:
    """How files are read.

    Attributes
    ----------
    scale
        nm per unit of the files, for positions and radii; None: 1, or what the file says.
    trees
        Whether a file of several trees is refused, gives its first tree, or all.
    soma_label
        Whether a soma gets the label `soma`.
    """

    scale: float | None = None
    trees: TreeChoice = "refuse"
    soma_label: bool = False


def skeleton_files(source: Path | Sequence[Path], endings: Sequence[str] = SWC_ENDINGS) -> list[Path]:
    """The files meant: those given, or all of a folder with these endings, numbers in their names in order.

    Gzipped files end with `.gz` after that. Raises `InvalidInput` if there is none, or one is there in both ways.
    """
    if not isinstance(source, Path):
        return [path for part in source for path in skeleton_files(part, endings)]
    shown = readable_path(source)
    if not source.exists():
        raise InvalidInput(f"There is no file or folder {shown}.")
    if not source.is_dir():
        return [source]
    wanted = (*endings, *(f"{ending}.gz" for ending in endings))
    try:
        found = [path for path in source.iterdir() if path.name.lower().endswith(wanted) and path.is_file()]
    except OSError as error:
        raise InvalidInput(f"{shown} cannot be read: {error.strerror}.") from error
    if not found:
        raise InvalidInput(f"There is no {endings[0]} file (nor {', '.join(endings[1:])}) in the folder {shown!r}.")
    twice = {path.name for path in found} & {path.name[: -len(".gz")] for path in found if path.suffix.lower() == ".gz"}
    if twice:
        name = readable_path(Path(min(twice)))
        raise InvalidInput(f"{name} is in the folder {shown!r} both gzipped and not; take one away.")
    return sorted(found, key=lambda path: ([int(n) for n in re.findall(r"[0-9]+", path.stem)], path.name))


def read_swc_file(path: Path, options: ReadingOptions) -> SourceFile:
    """Read a file as SWC. Raises `BadFile`."""
    return _as_swc(path, file_content(path), options)


def read_skeleton_file(path: Path, options: ReadingOptions) -> SourceFile:
    """Read a file in the format that its content is in: NML, `.traces`, JSON or SWC. Raises `BadFile`."""
    content = file_content(path)
    start = content[:_START].removeprefix(codecs.BOM_UTF8).lstrip()
    if start.startswith((b"{", b"[")):
        return read_json(path, content, scale=options.scale, trees=options.trees, soma_label=options.soma_label)
    if (root := _ROOT.search(start)) is not None and start.startswith(b"<"):
        if root[1].decode() == NML_ROOT:
            if options.scale is not None:
                raise BadFile(path, "NML says its own scale; leave --scale out")
            return read_nml(path, content, trees=options.trees)
        return read_traces(path, content, scale=options.scale, trees=options.trees, soma_label=options.soma_label)
    if start.startswith(b"<?xml") and b"swcPlus" not in start:
        raise BadFile(path, "this is XML, but neither NML nor the traces of SNT")
    return _as_swc(path, content, options)


def _as_swc(path: Path, content: bytes, options: ReadingOptions) -> SourceFile:
    return swc_trees(
        path,
        content,
        scale=1.0 if options.scale is None else options.scale,
        trees=options.trees,
        soma_label=options.soma_label,
    )
