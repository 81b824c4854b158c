"""Connect to a CATMAID server: DataFrames out, edits in."""

from catmaid_jupyter.client.connect import connect
from catmaid_jupyter.client.errors import (
    CatmaidError,
    Conflict,
    InvalidInput,
    NotAllowed,
    NotFound,
    Unreachable,
)
from catmaid_jupyter.client.instance import Instance
from catmaid_jupyter.client.neuron import Neuron
from catmaid_jupyter.client.project import Project
from catmaid_jupyter.client.skeleton import Skeleton
from catmaid_jupyter.client.stack import Stack

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
    "connect",
]
