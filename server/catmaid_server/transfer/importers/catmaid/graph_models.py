"""Models of ontologies, and of points, regions and surfaces."""

from __future__ import annotations

from typing import ClassVar

from catmaid_server.transfer.importers.catmaid.base import Id, Located, Owned, Row, UserRef


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


class ClassClass(Owned, kw_only=True):
    """A link between classes: in an ontology, what may be below what."""

    relation: Id
    class_a: Id
    class_b: Id


class CardinalityRestriction(Owned, kw_only=True):
    """How many things may hang on one by a link of their classes."""

    enabled: bool = True
    restricted_link: Id
    cardinality_type: int
    value: int


class Point(Located, kw_only=True):
    """A place of landmarks, or of a point cloud."""


class PointClassInstance(Owned, kw_only=True):
    """That a landmark, or a group of them, is at a point."""

    relation: Id
    point: Id
    class_instance: Id


class PointCloud(Owned, kw_only=True):
    """A cloud of points."""

    name: str
    description: str = ""
    source_path: str = ""


class PointCloudPoint(Row, kw_only=True):
    """That a point is in a cloud."""

    project: Id
    pointcloud: Id
    point: Id


class PointSet(Owned, kw_only=True):
    """Points without ids: x, y, z of one after the other, nm."""

    name: str
    description: str | None = ""
    points: list[float]


class RegionOfInterest(Located, kw_only=True):
    """A rectangle in a stack, nm."""

    stack: Id
    zoom_level: int = 0
    width: float
    height: float
    rotation_cw: float = 0.0


class RegionOfInterestClassInstance(Owned, kw_only=True):
    """What a region of interest shows."""

    relation: Id
    region_of_interest: Id
    class_instance: Id


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
