"""From the answers of a CATMAID server to the rows that its export file would have.

What the API does not give is made up: ids (below 0, so that new ones are given), and times and owners: those of a
skeleton's nodes where there are some, else the time of the copy and the account that copied.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain, count
from typing import Any

from catmaid_server.transfer.importers.catmaid.parts import ExportPart
from catmaid_server.transfer.importers.catmaid.reading import ModelRow, model_row

CLASSES = ("neuron", "skeleton", "label", "annotation", "volume")
RELATIONS = ("model_of", "labeled_as", "annotated_with")
_STACK_RELATIONS = {"view": 1, "channel": 2}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_ATTRIBUTE = re.compile(r"\b(index|point)='([^']*)'")


@dataclass(frozen=True)
class FetchedProject:
    """The parts of a fetched project. Volumes and skeletons, of which there are many, are read when needed, twice."""

    project: ExportPart
    time: str
    """When the copy began, ISO."""
    site: ExportPart
    things: list[ExportPart]
    lone_connectors: ExportPart
    volumes: Callable[[], Iterable[ExportPart]]
    skeletons: Callable[[], Iterable[ExportPart]]


@dataclass
class _Assembly:
    """Makes rows of one copy."""

    copied: FetchedProject
    _made_up: Iterator[int] = field(default_factory=lambda: count(-1, -1))
    _classes: dict[str, int] = field(default_factory=dict)
    _relations: dict[str, int] = field(default_factory=dict)
    _labels: dict[str, int] = field(default_factory=dict)
    _tagged: set[int] = field(default_factory=set)

    def rows(self) -> Iterator[ModelRow]:
        """All rows."""
        copied = self.copied
        yield from self._users()
        yield self._row(
            "project", copied.project["id"], title=copied.project["title"], comment=copied.project.get("comment")
        )
        yield from self._stacks()
        yield from self._names()
        yield from self._things()
        for volume in copied.volumes():
            yield from self._volume(volume)
        for part in chain([{**copied.lone_connectors, "nodes": [], "links": []}], copied.skeletons()):
            yield from self._nodes(part)
            yield from self._connectors(part)

    def _row(self, model: str, pk: int | None, **fields: Any) -> ModelRow:
        return model_row(f"catmaid.{model}", next(self._made_up) if pk is None else pk, fields)

    def _owned(
        self, model: str, pk: int | None, user: int, created: str | None = None, edited: str | None = None, **more: Any
    ) -> ModelRow:
        return self._row(
            model,
            pk,
            user=user,
            project=self.copied.project["id"],
            creation_time=created or self.copied.time,
            edition_time=edited or created or self.copied.time,
            **more,
        )

    @property
    def _account(self) -> int:
        account: int = self.copied.site["account"]
        return account

    def _users(self) -> Iterator[ModelRow]:
        for user in self.copied.site["users"]:
            yield model_row(
                "auth.user",
                user["id"],
                {
                    "username": user["login"],
                    "first_name": user.get("first_name") or "",
                    "last_name": user.get("last_name") or "",
                    "is_active": False,
                },
            )

    def _stacks(self) -> Iterator[ModelRow]:
        for stack in self.copied.site["stacks"]:
            yield self._row(
                "stack",
                stack["sid"],
                title=stack["stitle"],
                **{
                    name: stack[name]
                    for name in (
                        "dimension",
                        "resolution",
                        "comment",
                        "description",
                        "attribution",
                        "metadata",
                        "canary_location",
                        "placeholder_color",
                        "downsample_factors",
                    )
                    if stack.get(name) is not None
                },
            )
            yield self._row(
                "projectstack",
                None,
                project=self.copied.project["id"],
                stack=stack["sid"],
                translation=stack["translation"],
                orientation=stack["orientation"],
            )
            for mirror in stack["mirrors"]:
                fields = dict(mirror)
                yield self._row("stackmirror", fields.pop("id"), stack=stack["sid"], **fields)
            for section in stack["broken_slices"]:
                yield self._row("brokenslice", None, stack=stack["sid"], index=int(section))
        yield from (self._row("stackgrouprelation", pk, name=name) for name, pk in _STACK_RELATIONS.items())
        for group in self.copied.site["groups"]:
            yield self._row("stackgroup", group["id"], title=group["title"], comment=group.get("comment"))
            for member in group["stacks"]:
                yield self._row(
                    "stackstackgroup",
                    None,
                    stack_group=group["id"],
                    stack=member["id"],
                    position=member["position"],
                    group_relation=_STACK_RELATIONS[member["relation"]],
                )

    def _names(self) -> Iterator[ModelRow]:
        for name in CLASSES:
            self._classes[name] = next(self._made_up)
            yield self._owned("class", self._classes[name], self._account, class_name=name)
        self._relations = dict(self.copied.site["relations"])
        self._relations |= {name: next(self._made_up) for name in RELATIONS}
        for name, pk in self._relations.items():
            yield self._owned("relation", pk, self._account, relation_name=name)
        for name, pk in self.copied.site["labels"].items():
            yield self._label(name, pk)

    def _label(self, name: str, pk: int) -> ModelRow:
        self._labels[name] = pk
        return self._thing("label", pk, name, (self._account, None, None))

    def _thing(self, kind: str, pk: int, name: str, owner: tuple[int, str | None, str | None]) -> ModelRow:
        return self._owned("classinstance", pk, *owner, class_column=self._classes[kind], name=name)

    def _link(self, relation: str, owner: tuple[int, str | None, str | None], a: int, b: int) -> ModelRow:
        return self._owned(
            "classinstanceclassinstance",
            None,
            *owner,
            relation=self._relations[relation],
            class_instance_a=a,
            class_instance_b=b,
        )

    def _things(self) -> Iterator[ModelRow]:
        """Neurons, skeletons and annotations; a page may name again what has moved since the page before."""
        owners = self._owners()
        seen: set[int] = set()
        for part in self.copied.things:
            for entity in part["entities"]:
                if entity["id"] in seen:
                    continue
                seen.add(entity["id"])
                skeleton_ids = entity.get("skeleton_ids") or []
                mine = [owners[i] for i in skeleton_ids if i in owners]
                owner = mine[0] if mine else (self._account, None, None)
                yield self._thing(part["kind"], entity["id"], entity["name"], owner)
                for skeleton_id in skeleton_ids:
                    of_skeleton = owners.get(skeleton_id, owner)
                    yield self._thing("skeleton", skeleton_id, f"skeleton {skeleton_id}", of_skeleton)
                    yield self._link("model_of", of_skeleton, skeleton_id, entity["id"])
        for part in self.copied.things:
            for entity in part["entities"]:
                if entity["id"] in seen:
                    seen.remove(entity["id"])
                    for bearing in entity["annotations"]:
                        yield self._link("annotated_with", (bearing["uid"], None, None), entity["id"], bearing["id"])

    def _owners(self) -> dict[int, tuple[int, str | None, str | None]]:
        """Of each skeleton with nodes: who made its root, and when."""
        return {
            node[8]: (told["user"], told["creation_time"], told["creation_time"])
            for part in self.copied.skeletons()
            for node in part["nodes"]
            if node[1] is None
            for told in [part["info"][str(node[0])]]
        }

    def _volume(self, volume: ExportPart) -> Iterator[ModelRow]:
        """A volume, and what stands for it; nothing of one that is gone."""
        if volume:
            yield self._owned(
                "volume",
                volume["id"],
                volume["user_id"],
                volume["creation_time"],
                volume["edition_time"],
                editor=volume["editor_id"],
                name=volume["name"],
                comment=volume["comment"],
                geometry=_surface(volume["mesh"]),
            )
            entity = self.copied.site["volume_entities"].get(str(volume["id"]))
            if entity is not None:
                yield self._owned(
                    "volumeclassinstance",
                    None,
                    volume["user_id"],
                    volume=volume["id"],
                    relation=self._relations["model_of"],
                    class_instance=entity,
                )

    def _nodes(self, part: ExportPart) -> Iterator[ModelRow]:
        labelled: dict[int, list[str]] = {}
        for tags in part.get("tags", {}).values():
            for name, node_ids in tags.items():
                for node_id in node_ids:
                    labelled.setdefault(node_id, []).append(name)
        for node_id, parent, _, x, y, z, radius, confidence, skeleton_id in part["nodes"]:
            told = part["info"][str(node_id)]
            yield self._owned(
                "treenode",
                node_id,
                told["user"],
                told["creation_time"],
                told["edition_time"],
                editor=told["editor"],
                location_x=x,
                location_y=y,
                location_z=z,
                parent=parent,
                radius=radius,
                confidence=confidence,
                skeleton=skeleton_id,
            )
            for reviewer, time in zip(told["reviewers"], told["review_times"], strict=True):
                yield self._row(
                    "review",
                    None,
                    project=self.copied.project["id"],
                    reviewer=reviewer,
                    review_time=time,
                    treenode=node_id,
                )
            for name in labelled.get(node_id, ()):
                if name not in self._labels:
                    yield self._label(name, next(self._made_up))
                yield self._owned(
                    "treenodeclassinstance",
                    None,
                    told["user"],
                    treenode=node_id,
                    relation=self._relations["labeled_as"],
                    class_instance=self._labels[name],
                )

    def _connectors(self, part: ExportPart) -> Iterator[ModelRow]:
        for connector_id, x, y, z, confidence, user, editor, created, edited in part["connectors"]:
            yield self._owned(
                "connector",
                connector_id,
                user,
                _time(created),
                _time(edited),
                editor=editor,
                location_x=x,
                location_y=y,
                location_z=z,
                confidence=confidence,
            )
            names = part["connector_tags"].get(str(connector_id), ())
            if names and connector_id not in self._tagged:
                self._tagged.add(connector_id)
                for name in names:
                    if name not in self._labels:
                        yield self._label(name, next(self._made_up))
                    yield self._owned(
                        "connectorclassinstance",
                        None,
                        user,
                        connector=connector_id,
                        relation=self._relations["labeled_as"],
                        class_instance=self._labels[name],
                    )
        for connector_id, link_id, node_id, _, relation, confidence, user, created, edited in part["links"]:
            yield self._owned(
                "treenodeconnector",
                link_id,
                user,
                _time(created),
                _time(edited),
                relation=relation,
                treenode=node_id,
                connector=int(connector_id),
                confidence=confidence,
            )


def assembled(copied: FetchedProject) -> Iterator[ModelRow]:
    """The rows of a copy, as they come from an export file."""
    return _Assembly(copied).rows()


def _time(seconds: float) -> str:
    """ISO time of seconds since 1970, to the microsecond."""
    return (_EPOCH + timedelta(microseconds=round(seconds * 1e6))).isoformat()


def _surface(x3d: str) -> str:
    """Well-known text of the triangles of an X3D mesh."""
    found = dict(_ATTRIBUTE.findall(x3d))
    numbers = found.get("point", "").split()
    points = [" ".join(numbers[i : i + 3]) for i in range(0, len(numbers), 3)]
    corners = [points[int(i)] for i in found.get("index", "").split()]
    rings = (f"(({a},{b},{c},{a}))" for a, b, c in zip(corners[::3], corners[1::3], corners[2::3], strict=True))
    return f"TIN Z ({','.join(rings)})"
