"""The rows of CATMAID's tables, in the words of its export files: a struct for each model that is kept here.

Fields are called as in the files; their order is that of the columns of the staging tables (`sql/catmaid_staging.sql`).
A reference is an id; one to a user may also be a name, alone or in a list.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar, TypeAlias

import msgspec

from catmaid_server.auth import passwords

Id: TypeAlias = int
UserRef: TypeAlias = int | str | list[str]
Place: TypeAlias = tuple[float, float, float]
Pixels: TypeAlias = tuple[int, int, int]
Color: TypeAlias = tuple[float, float, float, float]


class Row(msgspec.Struct, kw_only=True):
    """What every model has."""

    COMPOSITES: ClassVar[tuple[str, ...]] = ()
    """Fields that are written as `(1, 2, 3)`."""
    STAGED: ClassVar[str | None] = None
    """The staging table with columns of its own, for models of which there are many; None: one for all others."""
    USERS: ClassVar[tuple[str, ...]] = ()
    """Fields that refer to users."""


class Owned(Row, kw_only=True):
    """A row of a project that belongs to a user."""

    USERS: ClassVar[tuple[str, ...]] = ("user",)
    project: Id
    user: UserRef
    creation_time: datetime
    edition_time: datetime


class Located(Owned, kw_only=True):
    """A place in project space, nm."""

    USERS: ClassVar[tuple[str, ...]] = ("user", "editor")
    editor: UserRef
    location_x: float
    location_y: float
    location_z: float


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


class Project(Row, kw_only=True):
    """A project."""

    title: str
    comment: str | None = None


class User(Row, kw_only=True):
    """A user; a reduced export has the names and unusable passwords only."""

    username: str
    password: str = passwords.UNUSABLE
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    is_superuser: bool = False
    is_staff: bool = False
    is_active: bool = True
    date_joined: datetime | None = None
    last_login: datetime | None = None


class UserGroups(Row, kw_only=True):
    """That a user is a member of a group."""

    user: Id
    group: Id


class Group(Row, kw_only=True):
    """A group of users."""

    name: str


class UserProfile(Row, kw_only=True):
    """The colour of a user, and the tools that are shown."""

    COMPOSITES = ("color",)
    user: Id
    color: Color = (1.0, 0.0, 0.0, 1.0)
    primary_group: Id | None = None
    home_view: Id | None = None
    independent_ontology_workspace_is_default: bool = False
    show_text_label_tool: bool = False
    show_tagging_tool: bool = False
    show_cropping_tool: bool = False
    show_tracing_tool: bool = False
    show_ontology_tool: bool = False
    show_roi_tool: bool = False


class Stack(Row, kw_only=True):
    """An image stack; resolution in nm."""

    COMPOSITES = ("dimension", "resolution", "canary_location", "placeholder_color", "downsample_factors")
    title: str
    dimension: Pixels
    resolution: Place
    comment: str | None = ""
    description: str = ""
    attribution: str | None = None
    metadata: Any = None
    canary_location: Pixels = (0, 0, 0)
    placeholder_color: Color = (0.0, 0.0, 0.0, 1.0)
    downsample_factors: list[Pixels] | None = None


class StackMirror(Row, kw_only=True):
    """A place where the tiles of a stack are."""

    stack: Id
    title: str = ""
    image_base: str
    file_extension: str = "jpg"
    tile_width: int = 256
    tile_height: int = 256
    tile_source_type: int = 1
    position: int = 0


class ProjectStack(Row, kw_only=True):
    """That a project shows a stack; translation in nm."""

    COMPOSITES = ("translation",)
    project: Id
    stack: Id
    translation: Place = (0.0, 0.0, 0.0)
    orientation: int = 0


class BrokenSlice(Row, kw_only=True):
    """A section that is missing."""

    stack: Id
    index: int


class StackGroup(Row, kw_only=True):
    """Stacks that are shown together."""

    title: str = ""
    comment: str | None = None


class StackGroupRelation(Row, kw_only=True):
    """A way to be in a stack group."""

    name: str


class StackStackGroup(Row, kw_only=True):
    """That a stack is in a group."""

    group_relation: Id
    stack: Id
    stack_group: Id
    position: int = 0


class Class(Owned, kw_only=True):
    """What a thing can be."""

    class_name: str
    description: str | None = ""


class Relation(Owned, kw_only=True):
    """How things can be linked."""

    relation_name: str
    uri: str | None = None
    description: str | None = None
    isreciprocal: bool = False


class Volume(Owned, kw_only=True):
    """A surface of triangles."""

    USERS: ClassVar[tuple[str, ...]] = ("user", "editor")
    editor: UserRef
    name: str
    comment: str | None = None
    geometry: str
    """Surface in well-known text, nm."""
    area: float | None = None
    volume: float | None = None
    watertight: bool | None = None


class VolumeClassInstance(Owned, kw_only=True):
    """What stands for a volume among things that can be annotated."""

    relation: Id
    volume: Id
    class_instance: Id


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
    location: Place
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
    location: Place
    deleted: bool = False


class Message(Row, kw_only=True):
    """A message to a user."""

    USERS = ("user",)
    user: UserRef
    time: datetime
    read: bool = False
    title: str
    text: str | None = ""
    action: str | None = ""


class ClientDatastore(Row, kw_only=True):
    """A store of clients' settings."""

    name: str


class ClientData(Row, kw_only=True):
    """A setting of a client."""

    USERS = ("user",)
    datastore: Id
    project: Id | None = None
    user: UserRef | None = None
    key: str
    value: Any


class DataViewType(Row, kw_only=True):
    """A kind of data view."""

    title: str
    code_type: str
    comment: str | None = ""


class DataView(Row, kw_only=True):
    """A view of the list of projects."""

    title: str
    data_view_type: Id
    config: str = "{}"
    is_default: bool = False
    position: int = 0
    comment: str | None = ""


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


MODELS: dict[str, type[Row]] = {
    "auth.user": User,
    "auth.user_groups": UserGroups,
    "auth.group": Group,
    **{f"catmaid.{kind.__name__.lower()}": kind for kind in (
        BrokenSlice, Class, ClassInstance, ClassInstanceClassInstance, ClientData, ClientDatastore, Connector,
        ConnectorClassInstance, DataView, DataViewType, DeepLink, Log, Message, Project, ProjectStack, Relation, Review,
        ReviewerWhitelist, Stack, StackGroup, StackGroupRelation, StackMirror, StackStackGroup,
        SuppressedVirtualTreenode, Textlabel, TextlabelLocation, Treenode, TreenodeClassInstance, TreenodeConnector,
        UserProfile, Volume, VolumeClassInstance)},
}  # fmt: skip
"""Struct of each model that is kept, by the name that export files give it."""

REPEATED = frozenset({"catmaid.concept", "catmaid.location", "catmaid.relationinstance", "catmaid.skeletonsummary",
                      "catmaid.statssummary"})  # fmt: skip
"""Models whose rows only repeat or sum up what others say; nothing is lost without them."""

_FIELD_OF_COLUMN = {"class_id": "class_column"}


def model_of_table(table: str) -> str:
    """What export files call the rows of one of CATMAID's tables."""
    if table.startswith("auth_"):
        return table.replace("_", ".", 1)
    return "catmaid." + table.removeprefix("catmaid_").replace("_", "")


def fields_of_columns(model: str, row: dict[str, Any]) -> dict[str, Any]:
    """The fields of a row that names columns as the table does: `user_id` becomes `user`."""
    known = MODELS[model].__struct_fields__ if model in MODELS else ()
    fields = {}
    for column, value in row.items():
        name = _FIELD_OF_COLUMN.get(column, column)
        fields[name if name in known else name.removesuffix("_id")] = value
    return fields
