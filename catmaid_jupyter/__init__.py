"""Trace and annotate neurons in electron-microscopy volumes from a notebook or a script.

>>> import catmaid_jupyter as cj
>>> project = cj.connect().project("VNC")
>>> project.neurons
"""

from importlib.metadata import PackageNotFoundError, version

from catmaid_jupyter.client import (
    CatmaidError,
    Conflict,
    Instance,
    InvalidInput,
    Neuron,
    NotAllowed,
    NotFound,
    Project,
    Skeleton,
    Stack,
    Unreachable,
    connect,
)

try:
    __version__ = version("catmaid-jupyter")
except PackageNotFoundError:
    __version__ = "0+unknown"

__all__ = [
    "CatmaidError",
    "Conflict",
    "Instance",
    "InvalidInput",
    "Neuron",
    "NotAllowed",
    "NotFound",
    "Project",
    "Skeleton",
    "Stack",
    "Unreachable",
    "__version__",
    "connect",
]
