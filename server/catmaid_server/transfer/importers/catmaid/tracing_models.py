"""Models of what people trace, review and write."""

from __future__ import annotations

from datetime import datetime

from catmaid_server.transfer.importers.catmaid.base import Color, Id, Located, Owned, Row, Triple, UserRef


class Treenode(Located, kw_only=True):
    """A node of a skeleton; radius in nm, below 0 if unset."""

    STAGED = "treenode"
    confidence: int = 5
    parent: Id | None = None
    radius: float | None = -1.0
    skeleton: Id


class Connector(Located, kw_only=True):
    """A synapse or another place where skeletons meet."""

    STAGED = "connector"
    confidence: int = 5


class ClassInstance(Owned, kw_only=True):
    """A neuron, skeleton, label, annotation or another thing of a class."""

    STAGED = "class_instance"
    class_column: Id
    name: str


class ClassInstanceClassInstance(Owned, kw_only=True):
    """A link between two things: which neuron a skeleton models, who is annotated with what."""

    STAGED = "class_link"
    relation: Id
    class_instance_a: Id
    class_instance_b: Id


class TreenodeConnector(Owned, kw_only=True):
    """A link of a treenode to a connector."""

    STAGED = "link"
    relation: Id
    treenode: Id
    connector: Id
    confidence: int = 5


class TreenodeClassInstance(Owned, kw_only=True):
    """A label on a treenode."""

    STAGED = "treenode_class"
    relation: Id
    treenode: Id
    class_instance: Id


class ConnectorClassInstance(Owned, kw_only=True):
    """A label on a connector."""

    STAGED = "connector_class"
    relation: Id
    connector: Id
    class_instance: Id


class Review(Row, kw_only=True):
    """That a treenode was reviewed."""

    STAGED = "review"
    USERS = ("reviewer",)
    project: Id
    reviewer: UserRef
    review_time: datetime
    treenode: Id


class ReviewerWhitelist(Row, kw_only=True):
    """Whose reviews a user trusts."""

    USERS = ("user", "reviewer")
    project: Id
    user: UserRef
    reviewer: UserRef
    accept_after: datetime


class SuppressedVirtualTreenode(Owned, kw_only=True):
    """A virtual node that reviewers skip."""

    child: Id
    location_coordinate: float
    orientation: int


class Log(Owned, kw_only=True):
    """An entry of the project's log; location in nm."""

    COMPOSITES = ("location",)
    operation_type: str
    location: Triple | None = None
    freetext: str = ""


class Textlabel(Row, kw_only=True):
    """A text in the image."""

    COMPOSITES = ("colour",)
    project: Id
    type: str
    text: str
    colour: Color
    font_name: str | None = None
    font_style: str | None = None
    font_size: float = 32.0
    scaling: bool = True
    creation_time: datetime
    edition_time: datetime
    deleted: bool = False


class TextlabelLocation(Row, kw_only=True):
    """Where a text label is, nm."""

    COMPOSITES = ("location",)
    textlabel: Id
    location: Triple
    deleted: bool = False


class DeepLink(Owned, kw_only=True):
    """A named view of a project; location in nm."""

    alias: str
    is_public: bool = False
    is_exportable: bool = False
    location_x: float | None = None
    location_y: float | None = None
    location_z: float | None = None
    active_treenode: Id | None = None
    active_connector: Id | None = None
    active_skeleton: Id | None = None
    follow_id_history: bool = False
    layered_stacks: bool | None = False
    layout: str | None = None
    tool: str | None = None
    show_help: bool | None = False
    message: str | None = None
    data_view: Id | None = None
