"""Features of classifications: the paths of an ontology, and which graphs have things along them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all
from catmaid_server.db.store import Connection
from catmaid_server.domain.ontology import classification, classification_graph
from catmaid_server.domain.ontology.class_tree import ClassPath
from catmaid_server.domain.ontology.classification import GraphLink
from catmaid_server.domain.ontology.classification_graph import ClassificationGraph

sql = load("ontology/classification")


@dataclass(frozen=True)
class Feature:
    """A path down an ontology, by the names of its classes."""

    ontology: str
    classes: tuple[str, ...]
    path: ClassPath

    @property
    def short_name(self) -> str:
        """The classes below the ontology."""
        return ",".join(self.classes)

    @property
    def name(self) -> str:
        """The ontology and the classes below."""
        return f"{self.ontology}: {self.short_name}"


@dataclass(frozen=True)
class ClassifiedGraph:
    """A graph, the features it has, and the links of projects to it."""

    root_id: int
    name: str
    features: tuple[Feature, ...]
    links: tuple[GraphLink, ...]


async def ontologies(connection: Connection, workspace_id: int) -> dict[str, list[Feature]]:
    """The features of each ontology of a workspace."""
    tree = await classification_graph.class_tree(connection, workspace_id)
    return {
        name: [
            Feature(name, tuple(tree.names[step.class_a_id] for step in path), path)
            for path in tree.paths(class_id, add_inner=True)
        ]
        for class_id, name in await fetch_all(connection, sql.ontologies, workspace_id=workspace_id)
    }


async def graphs(connection: Connection, workspace_id: int) -> list[ClassifiedGraph]:
    """All graphs of a workspace."""
    ontology = dict(await fetch_all(connection, sql.ontologies, workspace_id=workspace_id))
    features = await ontologies(connection, workspace_id)
    roots = await fetch_all(connection, sql.roots, workspace_id=workspace_id, class_ids=list(ontology))
    found = await classification_graph.graphs(connection, workspace_id, [root_id for root_id, *_ in roots])
    links: dict[int, list[GraphLink]] = defaultdict(list)
    for link in await classification.graph_links(connection, workspace_id):
        links[link.root_id].append(link)
    return [
        ClassifiedGraph(root_id, name, _had(found[root_id], features[ontology[class_id]]), tuple(links[root_id]))
        for root_id, name, class_id in roots
    ]


def matching(found: Collection[ClassifiedGraph], wanted: Collection[str]) -> list[ClassifiedGraph]:
    """Graphs that have all those of the features wanted, by name, that are of their ontology, and at least one."""
    return [
        graph
        for graph in found
        if graph.features
        and (here := {name for name in wanted if name.startswith(f"{graph.features[0].ontology}: ")})
        and here <= {feature.name for feature in graph.features}
    ]


def _had(graph: ClassificationGraph, features: Collection[Feature]) -> tuple[Feature, ...]:
    return tuple(feature for feature in features if graph.has(feature.path))
