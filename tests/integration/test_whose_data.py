"""Whose data may be edited: each edit, of one's own and of others' data, of locked neurons and of other projects."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import pytest

from catmaid_server.domain.accounts import users
from catmaid_server.domain.projects import projects
from tests.helpers.answers import is_error
from tests.helpers.arbors import UNCHECKED, Tracer
from tests.helpers.service import Actor, Service
from tests.helpers.snapshots import Snapshot, snapshot

# own: the tracer's, by the tracer; group: by a member of the group that bears the tracer's name; other: by somebody
# else who may annotate; super: by a superuser; locked, stable: the tracer's own, but somebody else annotated the
# neuron so; away: the tracer's own in another project, through the address of this one.
# + it is done, - it is refused, 0 there is no such thing, = all stays as it is, without complaint
TABLE = """
                                own  group  other  super  locked  stable  away
move a treenode                  +     +      -      +      +       +      0
move a connector                 +     +      -      +      +       +      0
delete a treenode                +     +      -      +      -       +      0
add a child                      +     +      +      +      0       +      0
insert a treenode                +     +      +      +      +       +      0
change a parent                  +     +      -      +      -       +      0
set a radius                     +     +      -      +      +       +      0
set radii                        +     +      -      +      +       +      0
set a confidence                 +     +      +      +      -       +      0
split                            +     +      +      +      -       +      0
join                             +     +      +      +      0       +      0
reroot                           +     +      +      +      +       +      0
rename a neuron                  +     +      +      +      -       +      0
delete a neuron                  +     +      -      +      -       +      0
give a neuron                    +     +      -      +      -       +      0
label a treenode                 +     +      +      +      +       +      0
unlabel a treenode               +     +      -      +      +       +      0
label a connector                +     +      +      +      +       +      0
annotate                         +     +      +      +      +       +      0
take an annotation off           +     +      =      +      +       +      =
link                             +     +      +      +      +       +      0
unlink                           +     +      -      +      +       +      0
delete a connector               +     +      -      +      +       +      0
review                           +     +      +      +      +       +      0
suppress a virtual node          +     +      +      +      +       +      0
restore a virtual node           +     +      -      +      +       +      0
change ids                       -     -      -      +      -       -      -
rename a volume                  +     +      +      +      +       +      0
delete a volume                  +     +      -      +      +       +      0
delete a point cloud             +     +      -      +      +       +      0
change a text label              +     +      +      +      +       +      0
delete a text label              +     +      +      +      +       +      =
delete a link                    +     +      -      +      +       +      0
rename a landmark                +     +      -      +      +       +      0
delete a landmark                +     +      -      +      +       +      0
move a landmark away             +     +      -      +      +       +      0
rename a group of landmarks      +     +      +      +      +       +      0
delete a group of landmarks      +     +      -      +      +       +      0
change a sampler                 +     +      -      +      +       +      0
delete a sampler                 +     +      -      +      +       +      0
sample a skeleton                +     +      +      +      +       +      0
rename a class                   +     +      +      +      +       +      0
remove a class                   +     +      +      +      +       +      0
set a default for all            -     -      -      +      -       -      -
rename the project               -     -      -      +      -       -      -
make a project token             -     -      -      +      -       -      -
"""
COLUMNS, *ROWS = (line for line in TABLE.splitlines() if line)
EXPECTED = {
    (row[:33].strip(), column): sign
    for row in ROWS
    for column, sign in zip(COLUMNS.split(), row[33:].split(), strict=True)
}
OUTCOMES = {"+": {200, 204}, "-": {403}, "0": {400, 404}, "=": {200}}

Request = tuple[str, str, dict[str, Any]]
"""Method, path in the project, form."""


@dataclass
class Data:
    """What the tracer made, for one edit."""

    tracer: Tracer
    nodes: list[int]
    skeleton_id: int
    neuron_id: int

    @classmethod
    async def of(cls, tracer: Tracer) -> Data:
        nodes = await tracer.chain(3)
        skeleton_id = await tracer.skeleton_of(nodes[0])
        neuron_id = (await tracer.rows("SELECT neuron_id FROM skeleton WHERE id = %s", skeleton_id))[0][0]
        return cls(tracer, nodes, skeleton_id, neuron_id)


async def suppressed(data: Data) -> int:
    made = await data.tracer.post(
        f"treenodes/{data.nodes[1]}/suppressed-virtual/", orientation=2, location_coordinate=5
    )
    return int(made["id"])


async def volume(data: Data) -> int:
    made = await data.tracer.post(
        "volumes/add", type="box", title="a volume", min_x=0, min_y=0, min_z=0, max_x=1, max_y=1, max_z=1
    )
    return int(made["volume_id"])


async def cloud(data: Data) -> int:
    path = f"/{data.tracer.project_id}/pointclouds/"
    _, made = await data.tracer.actor.request("PUT", path, data={"name": "a cloud", "points": "[[1, 2, 3]]"})
    assert isinstance(made, dict)
    return int(made["id"])


async def text_label(data: Data) -> int:
    return int((await data.tracer.post("textlabel/create", text="a text"))["tid"])


async def move(data: Data) -> Request:
    return "POST", "node/update", {"t[0][0]": data.nodes[1], "t[0][1]": 1, "t[0][2]": 2, "t[0][3]": 3}


async def move_connector(data: Data) -> Request:
    connector = await data.tracer.connector(data.nodes[1])
    return "POST", "node/update", {"c[0][0]": connector, "c[0][1]": 1, "c[0][2]": 2, "c[0][3]": 3}


async def delete(data: Data) -> Request:
    return "POST", "treenode/delete", {"treenode_id": data.nodes[2]}


async def add_child(data: Data) -> Request:
    return "POST", "treenode/create", {"parent_id": data.nodes[1], "x": 1, "y": 2, "z": 3}


async def insert(data: Data) -> Request:
    return "POST", "treenode/insert", {"parent_id": data.nodes[0], "child_id": data.nodes[1], "x": 5}


async def change_parent(data: Data) -> Request:
    return "POST", f"treenodes/{data.nodes[2]}/parent", {"parent_id": data.nodes[0]}


async def set_radius(data: Data) -> Request:
    return "POST", f"treenode/{data.nodes[1]}/radius", {"radius": 3}


async def set_radii(data: Data) -> Request:
    return "POST", "treenodes/radius", {"treenode_ids[0]": data.nodes[1], "treenode_radii[0]": 3}


async def set_confidence(data: Data) -> Request:
    return "POST", f"treenodes/{data.nodes[1]}/confidence", {"new_confidence": 3}


async def split(data: Data) -> Request:
    return "POST", "skeleton/split", {"treenode_id": data.nodes[1]}


async def join(data: Data) -> Request:
    other = await data.tracer.chain(2)
    return "POST", "skeleton/join", {"from_id": other[0], "to_id": data.nodes[1]}


async def reroot(data: Data) -> Request:
    return "POST", "skeleton/reroot", {"treenode_id": data.nodes[2]}


async def rename(data: Data) -> Request:
    return "POST", f"neurons/{data.neuron_id}/rename", {"name": "another name"}


async def delete_neuron(data: Data) -> Request:
    return "POST", f"neuron/{data.neuron_id}/delete", {}


async def give(data: Data) -> Request:
    receiver = (await data.tracer.rows("SELECT id FROM app_user WHERE username = 'receiver'"))[0][0]
    return "POST", f"neuron/{data.neuron_id}/give-to-user", {"target_user_id": receiver}


async def label(data: Data) -> Request:
    return "POST", f"label/treenode/{data.nodes[1]}/update", {"tags": "ends"}


async def unlabel(data: Data) -> Request:
    await data.tracer.label(data.nodes[1], "soma")
    return "POST", f"label/treenode/{data.nodes[1]}/remove", {"tag": "soma"}


async def label_connector(data: Data) -> Request:
    return "POST", f"label/connector/{await data.tracer.connector(data.nodes[1])}/update", {"tags": "ends"}


async def annotate(data: Data) -> Request:
    return "POST", "annotations/add", {"annotations[0]": "DN", "entity_ids[0]": data.neuron_id}


async def take_off(data: Data) -> Request:
    await data.tracer.annotate(data.skeleton_id, f"of {data.neuron_id}")
    found = await data.tracer.rows("SELECT id FROM annotation WHERE name = %s", f"of {data.neuron_id}")
    return "POST", f"annotations/{found[0][0]}/remove", {"entity_ids[0]": data.neuron_id}


async def link(data: Data) -> Request:
    connector = await data.tracer.connector(data.nodes[1])
    return "POST", "link/create", {"from_id": data.nodes[2], "to_id": connector, "link_type": "postsynaptic_to"}


async def unlink(data: Data) -> Request:
    connector = await data.tracer.connector(data.nodes[1])
    return "POST", "link/delete", {"treenode_id": data.nodes[1], "connector_id": connector}


async def delete_connector(data: Data) -> Request:
    return "POST", "connector/delete", {"connector_id": await data.tracer.connector(data.nodes[1])}


async def review(data: Data) -> Request:
    return "POST", f"node/{data.nodes[1]}/reviewed", {}


async def suppress(data: Data) -> Request:
    return "POST", f"treenodes/{data.nodes[1]}/suppressed-virtual/", {"orientation": 2, "location_coordinate": 5}


async def restore(data: Data) -> Request:
    return "DELETE", f"treenodes/{data.nodes[1]}/suppressed-virtual/{await suppressed(data)}", {}


async def change_ids(data: Data) -> Request:
    return "POST", f"skeletons/{data.skeleton_id}/id", {"new_skeleton_id": data.skeleton_id + 10_000}


async def rename_volume(data: Data) -> Request:
    return "POST", f"volumes/{await volume(data)}/", {"title": "another title"}


async def delete_volume(data: Data) -> Request:
    return "DELETE", f"volumes/{await volume(data)}/", {}


async def delete_cloud(data: Data) -> Request:
    return "DELETE", f"pointclouds/{await cloud(data)}/", {}


async def change_text_label(data: Data) -> Request:
    return "POST", "textlabel/update", {"tid": await text_label(data), "text": "another text"}


async def delete_text_label(data: Data) -> Request:
    return "POST", "textlabel/delete", {"tid": await text_label(data)}


async def delete_link(data: Data) -> Request:
    made = await data.tracer.post("links/", is_public="true")
    return "DELETE", f"links/{made['alias']}", {}


async def landmark(data: Data) -> int:
    path = f"/{data.tracer.project_id}/landmarks/"
    _, made = await data.tracer.actor.request("PUT", path, data={"name": f"landmark of {data.neuron_id}"})
    assert isinstance(made, dict)
    return int(made["id"])


async def landmark_group(data: Data) -> int:
    path = f"/{data.tracer.project_id}/landmarks/groups/"
    _, made = await data.tracer.actor.request("PUT", path, data={"name": f"group of {data.neuron_id}"})
    assert isinstance(made, dict)
    return int(made["id"])


async def sampler(data: Data) -> int:
    made = await data.tracer.post(
        "samplers/add",
        skeleton_id=data.skeleton_id,
        interval_length=5,
        review_required="false",
        create_interval_boundaries="false",
    )
    return int(made["id"])


async def class_of_things(data: Data) -> int:
    return int((await data.tracer.post("ontology/classes/add", classname=f"of {data.neuron_id}"))["class_id"])


async def rename_landmark(data: Data) -> Request:
    return "POST", f"landmarks/{await landmark(data)}/", {"name": f"renamed {data.neuron_id}"}


async def delete_landmark(data: Data) -> Request:
    return "DELETE", f"landmarks/{await landmark(data)}/", {}


async def displace_landmark(data: Data) -> Request:
    path = f"landmarks/{await landmark(data)}/locations/"
    _, made = await data.tracer.actor.request(
        "PUT", f"/{data.tracer.project_id}/{path}", data={"x": "1", "y": "2", "z": "3"}
    )
    assert isinstance(made, dict)
    return "DELETE", f"{path}{made['point_id']}/", {}


async def rename_group(data: Data) -> Request:
    return "POST", f"landmarks/groups/{await landmark_group(data)}/", {"name": f"renamed {data.neuron_id}"}


async def delete_group(data: Data) -> Request:
    return "DELETE", f"landmarks/groups/{await landmark_group(data)}/", {}


async def change_sampler(data: Data) -> Request:
    return "POST", f"samplers/{await sampler(data)}/", {"leaf_handling_mode": "merge"}


async def delete_sampler(data: Data) -> Request:
    return "POST", f"samplers/{await sampler(data)}/delete", {}


async def sample(data: Data) -> Request:
    return (
        "POST",
        "samplers/add",
        {
            "skeleton_id": data.skeleton_id,
            "interval_length": 5,
            "review_required": "false",
            "create_interval_boundaries": "false",
        },
    )


async def rename_class(data: Data) -> Request:
    return (
        "POST",
        "ontology/classes/rename",
        {"classid": await class_of_things(data), "newname": f"renamed {data.neuron_id}"},
    )


async def remove_class(data: Data) -> Request:
    return "POST", "ontology/classes/remove", {"classid": await class_of_things(data)}


async def set_default(data: Data) -> Request:
    return (
        "PUT",
        "/client/datastores/settings/",
        {"key": "k", "value": "{}", "ignore_user": "true", "project_id": data.tracer.project_id},
    )


async def rename_project(data: Data) -> Request:
    return "POST", "", {"comment": "another comment"}


async def make_token(data: Data) -> Request:
    return "POST", "project-tokens/", {"default_permissions[0]": "can_browse"}


EDITS: dict[str, Callable[[Data], Awaitable[Request]]] = {
    "move a treenode": move, "move a connector": move_connector, "delete a treenode": delete, "add a child": add_child,
    "insert a treenode": insert, "change a parent": change_parent, "set a radius": set_radius, "set radii": set_radii,
    "set a confidence": set_confidence, "split": split, "join": join, "reroot": reroot, "rename a neuron": rename,
    "delete a neuron": delete_neuron, "give a neuron": give, "label a treenode": label, "unlabel a treenode": unlabel,
    "label a connector": label_connector, "annotate": annotate, "take an annotation off": take_off, "link": link,
    "unlink": unlink, "delete a connector": delete_connector, "review": review, "suppress a virtual node": suppress,
    "restore a virtual node": restore, "change ids": change_ids, "rename a volume": rename_volume,
    "delete a volume": delete_volume, "delete a point cloud": delete_cloud, "change a text label": change_text_label,
    "delete a text label": delete_text_label, "delete a link": delete_link, "rename a landmark": rename_landmark,
    "delete a landmark": delete_landmark, "move a landmark away": displace_landmark,
    "rename a group of landmarks": rename_group, "delete a group of landmarks": delete_group,
    "change a sampler": change_sampler, "delete a sampler": delete_sampler, "sample a skeleton": sample,
    "rename a class": rename_class, "remove a class": remove_class, "set a default for all": set_default,
    "rename the project": rename_project, "make a project token": make_token,
}  # fmt: skip


@dataclass
class Scene:
    """Who edits, and where."""

    service: Service
    editors: dict[str, Actor]
    here: Tracer
    away: Tracer


@pytest.fixture(scope="module")
async def scene(module_service: Service) -> Scene:
    """A colleague of the tracer, somebody else, and a second project in which the tracer may annotate, too."""
    editors = dict.fromkeys(("own", "locked", "stable", "away"), module_service.tracer)
    async with module_service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        admin = await users.require_user(tx, "admin")
        away = await projects.create_project(tx, "Away", owner_id=admin.id)
        for name in ("group", "other", "receiver"):
            user_id = await users.create_user(tx, name)
            for permission in ("can_annotate", "can_annotate_with_token"):
                await users.grant(tx, module_service.project_id, permission, to=name)
                await users.grant(tx, away, permission, to="tracer")
            editors[name] = Actor(
                module_service.tracer.session, module_service.url, await users.issue_token(tx, user_id)
            )
        await tx.execute(
            "INSERT INTO group_member (user_id, group_id) SELECT u.id, g.id FROM app_user u, user_group g"
            " WHERE u.username = 'group' AND g.name = 'tracer'"
        )
    await module_service.admin.post("/client/datastores/", name="settings")
    return Scene(
        module_service,
        editors | {"super": module_service.admin},
        Tracer.of(module_service),
        Tracer(module_service.tracer, module_service.store, away),
    )


@pytest.mark.parametrize(("edit", "column"), EXPECTED)
async def test_data_are_edited_by_whom_the_table_says(scene: Scene, edit: str, column: str) -> None:
    data = await Data.of(scene.away if column == "away" else scene.here)
    method, path, form = await EDITS[edit](data)
    if column in ("locked", "stable"):
        await Tracer.of(scene.service, scene.service.admin).annotate(data.skeleton_id, column)
    address = path if path.startswith("/") else f"/{scene.here.project_id}/{path}"
    before = await state(scene)
    status, body = await scene.editors[column].request(
        method, address, data={name: str(value) for name, value in ({"state": UNCHECKED} | form).items()}
    )
    assert status in OUTCOMES[EXPECTED[edit, column]], body
    assert status < 400 or is_error(body), body
    assert (await state(scene) != before) is (EXPECTED[edit, column] == "+")


async def state(scene: Scene) -> Snapshot:
    async with scene.service.store.reading() as connection:
        return await snapshot(connection)
