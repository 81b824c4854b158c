"""One request of each kind that writes what people make in a project, made up from what there is.

`EDITS` names them; `Editor` sends them. What is refused changes nothing, so a walk over all of them needs no plan.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

import aiohttp

from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import users
from catmaid_server.http import keys
from tests.helpers.arbors import UNCHECKED
from tests.helpers.service import Actor, Service

Form: TypeAlias = dict[str, object]
Request: TypeAlias = tuple[str, str, Form]
"""Method, path below that of the project, and form; `bytes` in it are a file."""

_IDS = """
SELECT (SELECT array_agg(id ORDER BY id) FROM treenode WHERE project_id = %(project_id)s) AS treenode,
       (SELECT array_agg(ARRAY[id, parent_id] ORDER BY id) FROM treenode
         WHERE project_id = %(project_id)s AND parent_id IS NOT NULL) AS edge,
       (SELECT array_agg(id ORDER BY id) FROM skeleton WHERE project_id = %(project_id)s) AS skeleton,
       (SELECT array_agg(id ORDER BY id) FROM neuron WHERE project_id = %(project_id)s) AS neuron,
       (SELECT array_agg(id ORDER BY id) FROM connector WHERE project_id = %(project_id)s) AS connector,
       (SELECT array_agg(ARRAY[connector_id, treenode_id] ORDER BY id) FROM connector_link
         WHERE project_id = %(project_id)s) AS link,
       (SELECT array_agg(id ORDER BY id) FROM annotation WHERE project_id = %(project_id)s) AS annotation,
       (SELECT array_agg(id ORDER BY id) FROM label WHERE project_id = %(project_id)s) AS label,
       (SELECT array_agg(id ORDER BY id) FROM volume WHERE project_id = %(project_id)s) AS volume,
       (SELECT array_agg(entity_id ORDER BY id) FROM volume WHERE project_id = %(project_id)s) AS volume_entity,
       (SELECT array_agg(id ORDER BY id) FROM text_label WHERE project_id = %(project_id)s) AS text_label,
       (SELECT array_agg(id ORDER BY id) FROM point_cloud WHERE project_id = %(project_id)s) AS point_cloud,
       (SELECT array_agg(id ORDER BY id) FROM landmark WHERE project_id = %(project_id)s) AS landmark,
       (SELECT array_agg(id ORDER BY id) FROM landmark_group WHERE project_id = %(project_id)s) AS landmark_group,
       (SELECT array_agg(id ORDER BY id) FROM landmark_group_link WHERE project_id = %(project_id)s) AS group_link,
       (SELECT array_agg(ARRAY[landmark_id, point_id] ORDER BY id) FROM landmark_location
         WHERE project_id = %(project_id)s) AS landmark_location,
       (SELECT array_agg(id ORDER BY id) FROM landmark_point WHERE project_id = %(project_id)s) AS landmark_point,
       (SELECT array_agg(id ORDER BY id) FROM sampler WHERE project_id = %(project_id)s) AS sampler,
       (SELECT array_agg(ARRAY[d.id, d.start_node_id, e.end_node_id] ORDER BY d.id, e.id)
          FROM sampler_domain d JOIN sampler_domain_end e ON e.domain_id = d.id
         WHERE d.project_id = %(project_id)s) AS domain,
       (SELECT array_agg(ARRAY[s.id, t.id, t.parent_id] ORDER BY s.id, t.id)
          FROM sampler s JOIN treenode t ON t.skeleton_id = s.skeleton_id
         WHERE s.project_id = %(project_id)s AND t.parent_id IS NOT NULL) AS sampled_edge,
       (SELECT array_agg(id ORDER BY id) FROM sampler_interval WHERE project_id = %(project_id)s) AS interval,
       (SELECT array_agg(ARRAY[id, child_id] ORDER BY id) FROM suppressed_virtual_node
         WHERE project_id = %(project_id)s) AS suppressed,
       (SELECT array_agg(id ORDER BY id) FROM class WHERE project_id = %(project_id)s) AS class,
       (SELECT array_agg(id ORDER BY id) FROM class
         WHERE project_id = %(project_id)s AND name ~ '[0-9]') AS new_class,
       (SELECT array_agg(id ORDER BY id) FROM relation WHERE project_id = %(project_id)s) AS relation,
       (SELECT array_agg(id ORDER BY id) FROM class_link WHERE project_id = %(project_id)s) AS class_link,
       (SELECT array_agg(l.id ORDER BY l.id) FROM class_link l JOIN class c ON c.id IN (l.class_a_id, l.class_b_id)
         WHERE l.project_id = %(project_id)s AND c.name ~ '[0-9]') AS new_class_link,
       (SELECT array_agg(id ORDER BY id) FROM cardinality_restriction WHERE project_id = %(project_id)s) AS restriction,
       (SELECT array_agg(l.class_a_id ORDER BY l.id) FROM class_link l JOIN class c ON c.id = l.class_b_id
         WHERE l.project_id = %(project_id)s AND c.name = 'classification_root') AS ontology,
       (SELECT array_agg(id ORDER BY id) FROM class_instance WHERE project_id = %(project_id)s) AS thing,
       (SELECT array_agg(ARRAY[i.id, l.class_a_id, l.relation_id] ORDER BY i.id, l.id)
          FROM class_instance i JOIN class_link l ON l.class_b_id = i.class_id
         WHERE i.project_id = %(project_id)s) AS part_of_thing,
       (SELECT array_agg(id ORDER BY id) FROM class_instance_link WHERE project_id = %(project_id)s) AS thing_link,
       (SELECT array_agg(id ORDER BY id) FROM region_link WHERE project_id = %(project_id)s) AS region_link,
       (SELECT array_agg(stack_id ORDER BY stack_id) FROM project_stack
         WHERE project_id = %(project_id)s) AS stack
"""


ONE_REQUEST = {"Connection": "close"}
"""A connection that is used again may be closed by the service at that moment, on a busy machine."""


@dataclass
class Choice:
    """What a request is made up from: the ids that there are, and chance."""

    ids: dict[str, list[Any] | None]
    random: random.Random

    def one(self, table: str) -> Any:
        """One of the ids, or rows of ids, of a table; `LookupError` if there is none."""
        found = self.ids[table]
        if not found:
            raise LookupError(table)
        return self.random.choice(found)

    def some(self, table: str, most: int = 3) -> list[Any]:
        """At least one of the ids of a table."""
        return list(dict.fromkeys(self.one(table) for _ in range(self.random.randint(1, most))))

    def place(self) -> Form:
        return {axis: self.random.randrange(1000) for axis in "xyz"}

    def word(self) -> str:
        return self.random.choice(["DN", "left", "PN", "ends", "soma", "lobe", "stable", "locked"])

    def name(self) -> str:
        return f"{self.word()} {self.random.randrange(10**6)}"

    def number(self, least: int, most: int) -> int:
        return self.random.randint(least, most)

    def rectangle(self) -> Form:
        x, y = self.number(0, 500), self.number(0, 500)
        return {"x_min": x, "x_max": x + 90, "y_min": y, "y_max": y + 80, "z": 0, "zoom_level": 0, "rotation_cw": 0}


def _numbered(name: str, values: list[Any]) -> Form:
    return {f"{name}[{index}]": value for index, value in enumerate(values)}


def _create(c: Choice) -> Request:
    parent = -1 if c.random.random() < 0.15 else c.one("treenode") if c.ids["treenode"] else -1
    return "POST", "treenode/create", {"parent_id": parent, "state": UNCHECKED, **c.place()}


def _insert(c: Choice) -> Request:
    child, parent = c.one("edge")
    return "POST", "treenode/insert", {"parent_id": parent, "child_id": child, "state": UNCHECKED, **c.place()}


def _move(c: Choice) -> Request:
    form: Form = {"state": UNCHECKED}
    for key, ids in (("t", c.some("treenode")), ("c", c.some("connector", 1) if c.ids["connector"] else [])):
        for index, one in enumerate(ids):
            form |= {f"{key}[{index}][{i}]": value for i, value in enumerate([one, *c.place().values()])}
    return "POST", "node/update", form


def _join(c: Choice) -> Request:
    return "POST", "skeleton/join", {"from_id": c.one("treenode"), "to_id": c.one("treenode")}


def _label(kind: str) -> Callable[[Choice], Request]:
    def make(c: Choice) -> Request:
        form: Form = {"tags": f"{c.word()},{c.word()}", "delete_existing": c.random.choice(["true", "false"])}
        return "POST", f"label/{kind}/{c.one(kind)}/update", form

    return make


def _unlabel(c: Choice) -> Request:
    return "POST", f"label/treenode/{c.one('treenode')}/remove", {"tag": c.word()}


def _link(c: Choice) -> Request:
    kinds = ["presynaptic_to", "postsynaptic_to", "gapjunction_with"]
    form: Form = {"from_id": c.one("treenode"), "to_id": c.one("connector"), "link_type": c.random.choice(kinds)}
    return "POST", "link/create", form | {"state": UNCHECKED}


def _unlink(c: Choice) -> Request:
    connector, node = c.one("link")
    return "POST", "link/delete", {"connector_id": connector, "treenode_id": node, "state": UNCHECKED}


def _confidence(c: Choice) -> Request:
    form: Form = {"new_confidence": c.number(1, 5), "to_connector": c.random.choice(["true", "false"])}
    return "POST", f"treenodes/{c.one('treenode')}/confidence", form | {"state": UNCHECKED}


def _annotate(c: Choice) -> Request:
    form = _numbered("annotations", [c.word()]) | _numbered("entity_ids", c.some("neuron"))
    return (
        "POST",
        "annotations/add",
        form | (_numbered("meta_annotations", [c.word()]) if c.random.random() < 0.3 else {}),
    )


def _annotate_volume(c: Choice) -> Request:
    return (
        "POST",
        "annotations/add",
        _numbered("annotations", [c.word()]) | _numbered("entity_ids", c.some("volume_entity")),
    )


def _unannotate(c: Choice) -> Request:
    form = _numbered("annotation_ids", c.some("annotation", 2)) | _numbered("entity_ids", c.some("neuron"))
    return "POST", "annotations/remove", form


def _sampler(c: Choice) -> Request:
    form: Form = {"interval_length": c.number(1, 500), "review_required": "true", "create_interval_boundaries": "true"}
    return "POST", "samplers/add", {"skeleton_id": c.one("skeleton"), **form}


def _domain(c: Choice) -> Request:
    sampler, child, parent = c.one("sampled_edge")
    form: Form = {"domain_type_id": 1, "start_node_id": parent, "end_node_ids[0]": child}
    return "POST", f"samplers/{sampler}/domains/add", form


def _intervals(c: Choice) -> Request:
    domain, start, end = c.one("domain")
    form: Form = {"intervals[0][0]": start, "intervals[0][1]": end}
    return "POST", f"samplers/domains/{domain}/intervals/add-all", form


def _sampled_connector(c: Choice) -> Request:
    path = f"samplers/domains/intervals/{c.one('interval')}/connectors/{c.one('connector')}/set-state"
    return "POST", path, {"state_id": c.number(1, 4)}


def _group(c: Choice) -> Request:
    form = _numbered("members", c.some("landmark"))
    return "POST", f"landmarks/groups/{c.one('landmark_group')}/", form | {"name": c.name()}


def _group_link(c: Choice) -> Request:
    form: Form = {"group_1_id": c.one("landmark_group"), "group_2_id": c.one("landmark_group")}
    return "PUT", "landmarks/groups/links/", form | {"relation_id": c.one("relation")}


def _unplace(c: Choice) -> Request:
    landmark, point = c.one("landmark_location")
    return "DELETE", f"landmarks/{landmark}/locations/{point}/", {}


def _volume(c: Choice) -> Request:
    x, y, z = c.place().values()
    ends: Form = {"min_x": x, "min_y": y, "min_z": z, "max_x": 1001, "max_y": 1001, "max_z": 1001}
    return "POST", "volumes/add", {"type": "box", "title": c.name(), **ends}


def _cloud(c: Choice) -> Request:
    points = json.dumps([list(c.place().values()) for _ in range(3)])
    return "PUT", "pointclouds/", {"name": c.name(), "points": points}


def _text(c: Choice) -> Request:
    return "POST", "textlabel/update", {"tid": c.one("text_label"), "text": c.word(), **c.place()}


def _class_link(c: Choice) -> Request:
    form: Form = {"classaid": c.one("class"), "classbid": c.one("class"), "relid": c.one("relation")}
    return "POST", "ontology/links/add", form


def _restriction(c: Choice) -> Request:
    form: Form = {"restriction": "cardinality", "cardinality": c.number(1, 3), "cardinalitytype": c.number(0, 3)}
    return "POST", "ontology/restrictions/add", {"linkid": c.one("class_link"), **form}


def _thing(c: Choice) -> Request:
    parent, kind, relation = c.one("part_of_thing")
    form: Form = {"operation": "create_node", "parentid": parent, "classid": kind, "relationid": relation}
    return "POST", "classification/{0}/instance-operation", form | {"objname": c.name()}


def _no_thing(c: Choice) -> Request:
    return "POST", "classification/{0}/instance-operation", {"operation": "remove_node", "id": c.one("thing")}


def _region_of(c: Choice) -> Request:
    path = f"roi/link/{c.one('relation')}/stack/{c.one('stack')}/ci/{c.one('neuron')}/"
    return "POST", path, c.rectangle()


def _suppress(c: Choice) -> Request:
    child, _ = c.one("edge")
    form: Form = {"orientation": c.number(0, 2), "location_coordinate": c.number(0, 1000)}
    return "POST", f"treenodes/{child}/suppressed-virtual/", form


def _unsuppress(c: Choice) -> Request:
    suppressed, child = c.one("suppressed")
    return "DELETE", f"treenodes/{child}/suppressed-virtual/{suppressed}", {}


def _renumber(c: Choice) -> Request:
    form: Form = {"new_skeleton_id": 10**6 + c.number(0, 10**6), "new_neuron_id": 10**7 + c.number(0, 10**6)}
    return "POST", f"skeletons/{c.one('skeleton')}/id", form


def _import(c: Choice) -> Request:
    first, second = c.place().values(), c.place().values()
    swc = f"1 0 {' '.join(map(str, first))} 1 -1\n2 0 {' '.join(map(str, second))} 1 1\n"
    return (
        "POST",
        "skeletons/import",
        {
            "file": swc.encode(),
            "name": c.name(),
            "source_id": c.number(1, 9),
            "source_url": "https://elsewhere",
            "source_project_id": 1,
        },
    )


def _on(method: str, path: str, table: str, **form: Callable[[Choice], object]) -> Callable[[Choice], Request]:
    """A request on one thing, whose id stands in the path, or in the field named as `path` ends with `?`."""

    def make(c: Choice) -> Request:
        fields = {name: value(c) for name, value in form.items()}
        place, _, field = path.partition("?")
        one = c.one(table)
        return method, place.format("{0}", one), fields | ({field: one} if field else {})

    return make


def _unchecked(_: Choice) -> object:
    return UNCHECKED


EDITS: dict[str, Callable[[Choice], Request]] = {
    "create": _create,
    "insert": _insert,
    "move": _move,
    "delete": _on("POST", "treenode/delete?treenode_id", "treenode", state=_unchecked),
    "split": _on("POST", "skeleton/split?treenode_id", "treenode"),
    "join": _join,
    "reroot": _on("POST", "skeleton/reroot?treenode_id", "treenode"),
    "parent": _on(
        "POST", "treenodes/{1}/parent", "treenode", parent_id=lambda c: c.one("treenode"), state=_unchecked
    ),
    "radius": _on(
        "POST", "treenode/{1}/radius", "treenode", radius=lambda c: c.number(1, 90), option=lambda c: c.number(0, 5),
        state=_unchecked,
    ),
    "confidence": _confidence,
    "label": _label("treenode"),
    "label a connector": _label("connector"),
    "unlabel": _unlabel,
    "delete a label": _on("POST", "label/remove?label_id", "label"),
    "suppress": _suppress,
    "unsuppress": _unsuppress,
    "connector": lambda c: ("POST", "connector/create", c.place()),
    "delete a connector": _on("POST", "connector/delete?connector_id", "connector", state=_unchecked),
    "link": _link,
    "unlink": _unlink,
    "review": _on("POST", "node/{1}/reviewed", "treenode"),
    "no review": _on("POST", "skeleton/{1}/review/reset-own", "skeleton"),
    "annotate": _annotate,
    "annotate a volume": _annotate_volume,
    "unannotate": _unannotate,
    "rename": _on("POST", "neurons/{1}/rename", "neuron", name=lambda c: c.name()),
    "delete a neuron": _on("POST", "neuron/{1}/delete", "neuron"),
    "renumber": _renumber,
    "import": _import,
    "sampler": _sampler,
    "sampler's leaves": _on("POST", "samplers/{1}/", "sampler", leaf_handling_mode=lambda c: "merge"),
    "delete a sampler": _on("POST", "samplers/{1}/delete", "sampler"),
    "domain": _domain,
    "intervals": _intervals,
    "interval": _on(
        "POST", "samplers/domains/intervals/{1}/set-state", "interval", state_id=lambda c: c.number(1, 4)
    ),
    "sampled connector": _sampled_connector,
    "text": lambda c: ("POST", "textlabel/create", {"text": c.word(), **c.place()}),
    "change a text": _text,
    "delete a text": _on("POST", "textlabel/delete?tid", "text_label"),
    "landmark": lambda c: ("PUT", "landmarks/", {"name": c.name()}),
    "group": lambda c: ("PUT", "landmarks/groups/", {"name": c.name()}),
    "change a group": _group,
    "place a landmark": lambda c: ("PUT", f"landmarks/{c.one('landmark')}/locations/", c.place()),
    "take a place away": _unplace,
    "group's place": lambda c: (
        "PUT", f"landmarks/groups/{c.one('landmark_group')}/locations/{c.one('landmark_point')}/", {}
    ),
    "link groups": _group_link,
    "unlink groups": _on("DELETE", "landmarks/groups/links/{1}/", "group_link"),
    "delete a landmark": _on("DELETE", "landmarks/{1}/", "landmark"),
    "delete a group": _on("DELETE", "landmarks/groups/{1}/", "landmark_group"),
    "volume": _volume,
    "change a volume": _on("POST", "volumes/{1}/", "volume", title=lambda c: c.name()),
    "delete a volume": _on("DELETE", "volumes/{1}/", "volume"),
    "cloud": _cloud,
    "delete a cloud": _on("DELETE", "pointclouds/{1}/", "point_cloud"),
    "class": lambda c: ("POST", "ontology/classes/add", {"classname": c.name()}),
    "rename a class": _on("POST", "ontology/classes/rename?classid", "new_class", newname=lambda c: c.name()),
    "remove a class": _on("POST", "ontology/classes/remove?classid", "new_class", force=lambda c: 1),
    "link classes": _class_link,
    "unlink classes": _on("POST", "ontology/links/remove?ccid", "new_class_link"),
    "restriction": _restriction,
    "no restriction": _on("POST", "ontology/restrictions/remove?restrictionid", "restriction"),
    "set up classifications": lambda c: ("POST", "classification/{0}/setup/rebuild", {}),
    "classification": _on("POST", "classification/{0}/new?ontology_id", "ontology"),
    "thing": _thing,
    "no thing": _no_thing,
    "no classification": _on("POST", "classification/{0}/{1}/remove", "thing_link"),
    "region": lambda c: ("POST", "roi/add", {"stack": c.one("stack"), **c.rectangle()}),
    "region of a neuron": _region_of,
    "no region": _on("POST", "roi/{1}/remove", "region_link"),
    "tags": lambda c: ("POST", f"tags/{c.word()},{c.word()}/update", {}),
    "no tags": lambda c: ("POST", "tags/clear", {}),
}  # fmt: skip
"""Names of edits, and how a request is made up; `{0}` in its path is the project."""

HISTORY_EDITS: dict[str, Callable[[Choice], Request]] = {
    "undo": lambda c: ("POST", "versions/undo", {}),
    "redo": lambda c: ("POST", "versions/redo", {}),
}
"""Edits that take others back."""


@dataclass
class Editor:
    """Sends edits to one project as several users, the first of whom is an administrator."""

    store: Store
    project_id: int
    actors: list[Actor]
    random: random.Random

    async def set_up_ontology(self) -> None:
        """A brain with lobes, of which there are at most two, to classify things by."""
        admin, path = self.actors[0], f"/{self.project_id}"
        await admin.post(f"{path}/classification/{self.project_id}/setup/rebuild")
        for name in ("brain", "lobe"):
            await admin.post(f"{path}/ontology/classes/add", classname=name)
        ids: dict[str, int] = {}
        for what in ("classes", "relations"):
            ids |= dict(await admin.get(f"{path}/ontology/{what}"))
        for a, relation, b in (("brain", "is_a", "classification_root"), ("lobe", "part_of", "brain")):
            await admin.post(f"{path}/ontology/links/add", classaid=ids[a], classbid=ids[b], relid=ids[relation])

    async def choice(self) -> Choice:
        """What there is now."""
        async with self.store.reading() as connection:
            cursor = await connection.execute(_IDS, {"project_id": self.project_id})
            row = await cursor.fetchone()
            assert row is not None
            assert cursor.description is not None
            return Choice(dict(zip((column.name for column in cursor.description), row, strict=True)), self.random)

    async def edit(self, kind: str, actor: Actor | None = None) -> int | None:
        """Send an edit of a kind, as anybody; the version that it wrote, None if it was not possible."""
        try:
            method, path, form = (EDITS | HISTORY_EDITS)[kind](await self.choice())
        except LookupError:
            return None
        path = f"/{self.project_id}/{path.format(self.project_id)}"
        sent = aiohttp.FormData()
        for name, value in form.items():
            sent.add_field(
                name,
                *((value,) if isinstance(value, bytes) else (str(value),)),
                filename="cell.swc" if isinstance(value, bytes) else None,
            )
        async with self.store.reading() as connection:
            before = await (await connection.execute("SELECT max(id) FROM transaction_info")).fetchall()
        status, body = await (actor or self.random.choice(self.actors)).request(
            method, path, data=sent, headers=ONE_REQUEST
        )
        assert status < 500, (path, form, body)
        async with self.store.reading() as connection:
            after = await (await connection.execute("SELECT max(id) FROM transaction_info")).fetchall()
        return int(after[0][0]) if status < 400 and after != before else None

    async def walk(self, steps: int) -> None:
        """Edits of all kinds by anybody; half of them place, move and delete nodes."""
        kinds = [*EDITS, *HISTORY_EDITS]
        often = ["create"] * 8 + ["move", "insert", "link", "connector", "join", "undo", "redo"]
        for _ in range(steps):
            await self.edit(self.random.choice(often if self.random.random() < 0.5 else kinds))


async def new_editor(service: Service, seed: int = 0) -> Editor:
    """The administrator, the tracer and another who may annotate, in the project of a service, with an image stack."""
    store, project_id, admin = service.store, service.project_id, service.admin
    async with store.writing(user_id=None, project_id=project_id, label="set up") as tx:
        other = await users.create_user(tx, "other")
        for permission in ("can_browse", "can_annotate", "can_annotate_with_token", "can_import"):
            await users.grant(tx, project_id, permission, to="other")
        token = await users.issue_token(tx, other)
        await tx.execute(
            "INSERT INTO stack (title, dimension_x, dimension_y, dimension_z, resolution_x, resolution_y, resolution_z)"
            " VALUES ('a stack', 1000, 1000, 10, 1, 1, 1)"
        )
        await tx.execute(
            "INSERT INTO project_stack (project_id, stack_id) SELECT %s, max(id) FROM stack", (project_id,)
        )
    service.app[keys.ACCESS].forget()
    actors = [admin, service.tracer, Actor(admin.session, service.url, token)]
    made = Editor(store, project_id, actors, random.Random(seed))
    await made.set_up_ontology()
    return made
