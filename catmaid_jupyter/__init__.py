"""Trace and annotate neurons in electron-microscopy volumes from a notebook or a script.

>>> import catmaid_jupyter as cj
>>> project = cj.connect().project("Demo")
>>> neurons = project.neurons
"""

from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from catmaid_jupyter.api.errors import (
    CatmaidError,
    Conflict,
    InvalidInput,
    NotAllowed,
    NotFound,
    Unreachable,
)
from catmaid_jupyter.client.comparing.comparison import NeuronComparison, compare
from catmaid_jupyter.client.connect import connect
from catmaid_jupyter.client.exchange.uploads import UploadStopped
from catmaid_jupyter.client.instance import Instance
from catmaid_jupyter.client.neurons import Neuron, Skeleton
from catmaid_jupyter.client.open_link import open_link
from catmaid_jupyter.client.project import Project
from catmaid_jupyter.client.selection import Selection
from catmaid_jupyter.client.space.drawn_region import DrawnRegion
from catmaid_jupyter.client.space.volume import Volume
from catmaid_jupyter.client.stack import Stack

if TYPE_CHECKING:
    from catmaid_jupyter.publishing import figure, publish

try:
    __version__ = version("catmaid-jupyter")
except PackageNotFoundError:
    __version__ = "0+unknown"

open = open_link  # noqa: A001  as it is called: cj.open(link); no part of `import *`

__all__ = [
    "CatmaidError",
    "Conflict",
    "DrawnRegion",
    "Instance",
    "InvalidInput",
    "Neuron",
    "NeuronComparison",
    "NotAllowed",
    "NotFound",
    "Project",
    "Selection",
    "Skeleton",
    "Stack",
    "Unreachable",
    "UploadStopped",
    "Volume",
    "__version__",
    "compare",
    "connect",
    "figure",
    "publish",
]


def __getattr__(name: str) -> Any:
    """`figure` and `publish`, imported now: who publishes nothing needs no widgets."""
    if name not in ("figure", "publish"):
        raise AttributeError(f"{__name__!r} has no attribute {name!r}")
    from catmaid_jupyter import publishing  # noqa: PLC0415

    return getattr(publishing, name)


def __dir__() -> list[str]:
    """Names for completion."""
    return sorted({*globals(), *__all__})
