"""All edits of a project as plain calls, for scripts and cells."""

from __future__ import annotations

from catmaid_jupyter.edits.annotations import AnnotationCalls
from catmaid_jupyter.edits.connectors import ConnectorCalls
from catmaid_jupyter.edits.labels import LabelCalls
from catmaid_jupyter.edits.neurons import NeuronCalls
from catmaid_jupyter.edits.nodes import NodeCalls
from catmaid_jupyter.edits.reviews import ReviewCalls
from catmaid_jupyter.edits.skeletons import SkeletonCalls
from catmaid_jupyter.edits.volumes import VolumeCalls


class ProjectEdit(
    NodeCalls, ConnectorCalls, LabelCalls, SkeletonCalls, NeuronCalls, AnnotationCalls, VolumeCalls, ReviewCalls
):
    """Edits of a project that wait for the server; `project.edit`.

    Coordinates and radii are nm in project space. `state` is CATMAID's state JSON; without it the present state is
    read from the server first. All raise `NotFound`, `NotAllowed`, `Conflict`, `InvalidInput` or `Unreachable`,
    and return the server's answer unless said otherwise. `project.undo()` takes them back, last first.
    """
