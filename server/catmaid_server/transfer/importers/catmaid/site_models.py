"""Models of what belongs to no project alone, and of image stacks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from catmaid_server.domain.accounts import passwords
from catmaid_server.transfer.importers.catmaid.base import Color, Id, Pixels, Row, Triple, UserRef


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
    resolution: Triple
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
    translation: Triple = (0.0, 0.0, 0.0)
    orientation: int = 0


class BrokenSlice(Row, kw_only=True):
    """A section that is missing."""

    stack: Id
    index: int


class InterpolatableSection(Row, kw_only=True):
    """A section that viewers may fill from its neighbours."""

    project: Id
    location_coordinate: float
    orientation: int


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
