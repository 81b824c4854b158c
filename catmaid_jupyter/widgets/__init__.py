"""Widgets for notebooks, each with a folder here and a front-end module of its own.

- `StackViewer`: an image stack
- `TracingLayer`: treenodes and connectors over its image
- `ImageLayer`: images of another stack over its image
- `VolumeLayer`: outlines of volumes over its image
- `HistoryTable`: the log of a project, to look at, go to, compare and take back
- `SelectionTable`: the neurons of a selection
- `NeuronSearch`: neurons by form, text or Python
- `AnnotationBrowser`: the tree of annotations
- `ConnectivityMatrix`: synapses from neurons to neurons
- `ConnectivityTable`: the partners of neurons
- `TreenodeTable`, `ConnectorTable`, `TagTable`: nodes, links and tags of neurons
- `ReviewTable`: how much of neurons is reviewed
- `ProofreadingTable`: points of neurons to proofread
- `NeuronNavigator`: what is known of the active neuron
- `AssignmentWidget`: what a student is to trace in a course
- `CourseWidget`: a trainer's board of a course
- `HandInReview`: a student's neuron beside the gold neuron
- `ProjectBrowser`: the projects of a server, with pictures
- `JobsWidget`: long work that the server does, as a list
- `Tutorial`: a lesson in tracing
- `Viewer3D`: neurons in space
- `Workspace`: several of these in one layout
- `Widget`, `Layer`: what further widgets and layers are made of
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from catmaid_jupyter.widgets.annotation_browser import AnnotationBrowser
    from catmaid_jupyter.widgets.assignment_widget import AssignmentWidget
    from catmaid_jupyter.widgets.base import Layer, Widget
    from catmaid_jupyter.widgets.connectivity_matrix import ConnectivityMatrix
    from catmaid_jupyter.widgets.connectivity_table import ConnectivityTable
    from catmaid_jupyter.widgets.course_widget import CourseWidget
    from catmaid_jupyter.widgets.hand_in_review import HandInReview
    from catmaid_jupyter.widgets.history_table import HistoryTable
    from catmaid_jupyter.widgets.image_layer import ImageLayer
    from catmaid_jupyter.widgets.jobs_widget import JobsWidget
    from catmaid_jupyter.widgets.neuron_search import NeuronSearch
    from catmaid_jupyter.widgets.node_tables import ConnectorTable, NeuronNavigator, TagTable, TreenodeTable
    from catmaid_jupyter.widgets.project_browser import ProjectBrowser
    from catmaid_jupyter.widgets.proofreading_table import ProofreadingTable
    from catmaid_jupyter.widgets.review_table import ReviewTable
    from catmaid_jupyter.widgets.selection_table import SelectionTable
    from catmaid_jupyter.widgets.stack_viewer import StackViewer
    from catmaid_jupyter.widgets.tracing_layer import TracingLayer
    from catmaid_jupyter.widgets.tutorial import Tutorial
    from catmaid_jupyter.widgets.viewer3d import Viewer3D
    from catmaid_jupyter.widgets.volume_layer import VolumeLayer
    from catmaid_jupyter.widgets.workspace import Workspace

__all__ = [
    "AnnotationBrowser",
    "AssignmentWidget",
    "ConnectivityMatrix",
    "ConnectivityTable",
    "ConnectorTable",
    "CourseWidget",
    "HandInReview",
    "HistoryTable",
    "ImageLayer",
    "JobsWidget",
    "Layer",
    "NeuronNavigator",
    "NeuronSearch",
    "ProjectBrowser",
    "ProofreadingTable",
    "ReviewTable",
    "SelectionTable",
    "StackViewer",
    "TagTable",
    "TracingLayer",
    "TreenodeTable",
    "Tutorial",
    "Viewer3D",
    "VolumeLayer",
    "Widget",
    "Workspace",
]

_MODULES: Final = {
    "AnnotationBrowser": "annotation_browser",
    "AssignmentWidget": "assignment_widget",
    "ConnectivityMatrix": "connectivity_matrix",
    "ConnectivityTable": "connectivity_table",
    "ConnectorTable": "node_tables",
    "CourseWidget": "course_widget",
    "HandInReview": "hand_in_review",
    "HistoryTable": "history_table",
    "ImageLayer": "image_layer",
    "JobsWidget": "jobs_widget",
    "Layer": "base",
    "NeuronNavigator": "node_tables",
    "NeuronSearch": "neuron_search",
    "ProjectBrowser": "project_browser",
    "ProofreadingTable": "proofreading_table",
    "ReviewTable": "review_table",
    "SelectionTable": "selection_table",
    "StackViewer": "stack_viewer",
    "TagTable": "node_tables",
    "TracingLayer": "tracing_layer",
    "TreenodeTable": "node_tables",
    "Tutorial": "tutorial",
    "Viewer3D": "viewer3d",
    "VolumeLayer": "volume_layer",
    "Widget": "base",
    "Workspace": "workspace",
}


def __getattr__(name: str) -> Any:
    """A widget, imported now: who shows one need not wait for all."""
    if name not in _MODULES:
        raise AttributeError(f"{__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    """Names for completion, also of widgets that are not imported yet."""
    return sorted({*globals(), *__all__})
