"""What clients expect in a project where people trace: classes and relations by name, and a root for groups."""

from __future__ import annotations

from dataclasses import dataclass

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.accounts.users import User
from catmaid_server.domain.errors import NotFound
from catmaid_server.domain.ontology import ontology_edits
from catmaid_wire import relations

sql = load("ontology/tracing_setup")

NEEDED_CLASSES = {
    "annotation": "What people write on neurons and on other annotations",
    "stack_property": "What image stacks have",
    "landmark": "A place that can be found in several specimens",
    "landmarkgroup": "Landmarks that belong together",
    "volume": "A surface in space, such as a neuropil",
    "group": "Holds neurons and other groups",
    "label": "A tag of nodes",
    "neuron": "A neuron",
    "root": "Holds the groups of a project",
    "skeleton": "The traced shape of a neuron",
    "sampler-created": "Marks nodes that sampling made",
}
ROOT_NAME = "neuropile"


@dataclass(frozen=True)
class MissingSetup:
    """What a project lacks, by name; `root` is missing as a thing of the class `root`."""

    classes: list[str]
    relations: list[str]
    root: bool

    @property
    def anything(self) -> bool:
        """Whether the project lacks anything at all."""
        return bool(self.classes or self.relations or self.root)

    @property
    def everything(self) -> bool:
        """Whether it has none of the classes and relations."""
        return len(self.classes) == len(NEEDED_CLASSES) and len(self.relations) == len(relations.OF_PROJECTS)


async def missing(connection: Connection, project_id: int) -> MissingSetup:
    """What a project lacks for tracing; `NotFound` if there is no such project."""
    if await fetch_value(connection, sql.project, project_id=project_id) is None:
        raise NotFound(f"There is no project {project_id}.")
    missing_classes = await fetch_all(
        connection, sql.missing_classes, project_id=project_id, names=list(NEEDED_CLASSES)
    )
    missing_relations = await fetch_all(
        connection, sql.missing_relations, project_id=project_id, names=list(relations.OF_PROJECTS)
    )
    has_root = await fetch_value(connection, sql.has_root, project_id=project_id)
    return MissingSetup([name for (name,) in missing_classes], [name for (name,) in missing_relations], not has_root)


async def set_up(tx: Connection, user: User, project_id: int) -> None:
    """Give a project what it lacks for tracing; `NotFound` if there is no such project."""
    await tx.execute(sql.lock_project, {"project_id": project_id})
    lacking = await missing(tx, project_id)
    for name in lacking.classes:
        await ontology_edits.add_class(tx, user, project_id, name, NEEDED_CLASSES[name])
    for name in lacking.relations:
        await ontology_edits.add_relation(tx, user, project_id, name, isreciprocal=name in relations.RECIPROCAL)
    await tx.execute(sql.create_root, {"project_id": project_id, "user_id": user.id, "name": ROOT_NAME})
