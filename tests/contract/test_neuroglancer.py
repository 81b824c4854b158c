"""What neuroglancer sends to a CATMAID server when it opens, shows and edits skeletons, and what it reads of answers.

It is a page of another site with an API token, keeps the edition times that answers tell, and knows nothing of links to
connectors.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from catmaid_server.domain.accounts import users
from catmaid_server.domain.space import stacks
from catmaid_server.domain.space.stacks import Mirror, NewStack
from tests.contract.viewer import ORIGIN, Neuroglancer, iso, neighbourhood
from tests.helpers.database import fresh_store
from tests.helpers.service import Actor, Service, fresh_service

UNCHECKED = {"nocheck": True}
VERSION = re.compile(r"^(\d{4}\.\d{2}\.\d{2})\.dev(\d+)\+g([0-9a-fA-F]+)$")


@pytest.fixture(scope="module")
async def service(server_dsn: str, template: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Service]:
    """A project with one stack of 100 x 80 x 60 voxels, of 4 x 4 x 40 nm."""
    folder: Path = tmp_path_factory.mktemp("data")
    async with fresh_store(server_dsn, template) as store, fresh_service(store, folder) as started:
        async with store.writing(user_id=None, project_id=started.project_id, label="set up") as tx:
            await stacks.register_stack(
                tx,
                started.project_id,
                NewStack(
                    title="Stack",
                    dimension=(100, 80, 60),
                    resolution=(4, 4, 40),
                    zoom_levels=1,
                    mirrors=[Mirror(tile_width=256, tile_height=256)],
                ),
                translation=(8, 0, 0),
            )
        yield started


def client(service: Service, actor: Actor, origin: str | None = ORIGIN) -> Neuroglancer:
    assert actor.token is not None
    return Neuroglancer(actor.session, service.url, service.project_id, actor.token, origin)


@pytest.fixture(params=[ORIGIN, None], ids=["of another site", "behind the same host"])
def viewer(service: Service, request: pytest.FixtureRequest) -> Neuroglancer:
    return client(service, service.tracer, request.param)


@dataclass(frozen=True)
class Arbor:
    """root - middle - fork - (left, right); a synapse on `middle` and one on `fork`."""

    skeleton_id: int
    root: int
    middle: int
    fork: int
    left: int
    right: int


@pytest.fixture
async def arbor(service: Service) -> Arbor:
    """An arbor with synapses, as made elsewhere."""
    path = f"/{service.project_id}"

    async def add(place: int, parent_id: int = -1) -> Any:
        return await service.tracer.post(
            f"{path}/treenode/create",
            x=place,
            y=place,
            z=place,
            parent_id=parent_id,
            radius=5,
            confidence=5,
            state=json.dumps(UNCHECKED),
        )

    made = await add(10)
    ids = [made["treenode_id"]]
    for place, parent in ((20, 0), (30, 1), (40, 2), (50, 2)):
        ids.append((await add(place, ids[parent]))["treenode_id"])
    for node_id in ids[1:3]:
        synapse: Any = await service.tracer.post(f"{path}/connector/create", x=25, y=25, z=25)
        await service.tracer.post(
            f"{path}/link/create",
            from_id=node_id,
            to_id=synapse["connector_id"],
            link_type="presynaptic_to",
            state=json.dumps(UNCHECKED),
        )
    return Arbor(made["skeleton_id"], *ids)


class TestHandshake:
    """From the address to the list of skeletons."""

    async def test_a_visitor_gets_a_token_that_works(self, service: Service) -> None:
        async with service.tracer.session.get(
            f"{service.url}/accounts/anonymous-api-token", headers={"Origin": ORIGIN}
        ) as response:
            assert response.headers["Access-Control-Allow-Origin"] in {"*", ORIGIN}
            token = (await response.json())["token"]
        visitor = Neuroglancer(service.tracer.session, service.url, service.project_id, token)
        await visitor.get("/version")
        assert (await visitor.send("GET", f"/{service.project_id}/stacks")).status == 403
        async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
            await users.grant(tx, service.project_id, "can_browse", to=users.ANONYMOUS)
        (stack,) = await visitor.get(f"/{service.project_id}/stacks")
        info = await visitor.get(f"/{service.project_id}/stack/{stack['id']}/info")
        assert info["metadata"]["read_only"] is True

    async def test_a_wrong_token_is_401(self, service: Service, viewer: Neuroglancer) -> None:
        stranger = Neuroglancer(viewer.session, viewer.url, viewer.project_id, "0" * 40)
        assert (await stranger.send("GET", "/version")).status == 401
        assert (await stranger.send("GET", f"/{service.project_id}/stacks")).status == 401

    async def test_the_version_passes_its_gate(self, viewer: Neuroglancer) -> None:
        match = VERSION.match((await viewer.get("/version"))["SERVER_VERSION"])
        assert match is not None
        assert (match[1], int(match[2])) >= ("2026.05.06", 11)

    async def test_the_first_stack_gives_the_bounds(self, service: Service, viewer: Neuroglancer) -> None:
        first, *_ = await viewer.get(f"/{service.project_id}/stacks")
        info = await viewer.get(f"/{service.project_id}/stack/{first['id']}/info")
        assert info["dimension"] == {"x": 100, "y": 80, "z": 60}
        assert info["resolution"] == {"x": 4, "y": 4, "z": 40}
        assert info["translation"] == {"x": 8, "y": 0, "z": 0}
        assert info["metadata"]["read_only"] is False

    async def test_metadata_of_a_stack_count_more_than_permissions(
        self, service: Service, viewer: Neuroglancer
    ) -> None:
        (stack,) = await viewer.get(f"/{service.project_id}/stacks")
        said = {
            "read_only": True,
            "cache_provider": "cached_msgpack_grid",
            "spatial": [{"chunk_size": [1000, 1000, 1000], "limit": 500}],
        }
        for metadata in (json.dumps(said), None):
            async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
                await tx.execute("UPDATE stack SET metadata = %s WHERE id = %s", (metadata, stack["id"]))
            info = await viewer.get(f"/{service.project_id}/stack/{stack['id']}/info")
            assert info["metadata"] == (said if metadata else {"read_only": False})
        plain: Any = await service.tracer.get(f"/{service.project_id}/stack/{stack['id']}/info")
        assert plain["metadata"] is None

    async def test_skeletons_come_in_one_array(self, viewer: Neuroglancer, arbor: Arbor) -> None:
        ids = await viewer.get(f"/{viewer.project_id}/skeletons/")
        assert arbor.skeleton_id in ids
        assert all(isinstance(skeleton_id, int) and 0 < skeleton_id < 2**31 for skeleton_id in ids)

    @pytest.mark.parametrize("path", [
        "/version", "/accounts/anonymous-api-token", "/{p}/stacks", "/{p}/stack/1/info", "/{p}/skeletons/",
        "/{p}/node/list", "/{p}/skeletons/1/compact-detail", "/{p}/skeletons/1/root", "/{p}/treenode/create",
        "/{p}/treenode/insert", "/{p}/treenode/delete", "/{p}/node/update", "/{p}/treenode/1/radius",
        "/{p}/treenodes/1/confidence", "/{p}/label/treenode/1/update", "/{p}/label/treenode/1/remove",
        "/{p}/skeleton/reroot", "/{p}/skeleton/split", "/{p}/skeleton/join",
    ])  # fmt: skip
    async def test_its_browser_is_let_send(self, service: Service, path: str) -> None:
        for method in ("GET", "POST"):
            async with service.visitor.session.options(
                service.url + path.format(p=service.project_id),
                headers={
                    "Origin": ORIGIN,
                    "Access-Control-Request-Method": method,
                    "Access-Control-Request-Headers": "authorization,content-type",
                },
            ) as response:
                assert response.status in {200, 204}
                assert response.headers["Access-Control-Allow-Origin"] in {"*", ORIGIN}
                allowed = {name.strip().lower() for name in response.headers["Access-Control-Allow-Headers"].split(",")}
                assert {"authorization", "content-type"} <= allowed
                assert method in response.headers["Access-Control-Allow-Methods"]


class TestBrowsing:
    """What it draws."""

    async def test_nodes_in_a_box(self, viewer: Neuroglancer, arbor: Arbor) -> None:
        (rows,) = await viewer.browse((0, 0, 0, 60, 60, 60))
        (row,) = (row for row in rows if row[0] == arbor.fork)
        assert row[1:5] == [arbor.middle, 30, 30, 30]
        assert row[7] == arbor.skeleton_id
        nodes = await viewer.skeleton(arbor.skeleton_id)
        assert iso(row[8]) == nodes[arbor.fork].time
        (root,) = (row for row in rows if row[0] == arbor.root)
        assert root[1] is None

    async def test_levels_of_detail_of_a_grid(self, service: Service, viewer: Neuroglancer) -> None:
        place = 5000 if viewer.origin else 50_000
        async with service.store.writing(user_id=None, project_id=service.project_id, label="set up") as tx:
            await tx.execute(
                "WITH n AS (INSERT INTO neuron (project_id, user_id, name) SELECT %(p)s, id, 'long' FROM app_user"
                "           WHERE username = 'tracer' RETURNING id, user_id),"
                "     s AS (INSERT INTO skeleton (project_id, user_id, neuron_id, name)"
                "           SELECT %(p)s, user_id, id, 'long' FROM n RETURNING id, user_id)"
                " INSERT INTO treenode (project_id, user_id, editor_id, skeleton_id, x, y, z, radius, confidence)"
                " SELECT %(p)s, s.user_id, s.user_id, s.id, %(at)s + i, %(at)s, %(at)s, -1, 5"
                "   FROM s, generate_series(1, 2000) AS i",
                {"p": service.project_id, "at": place},
            )
            await tx.execute("SELECT rebuild_edges()")
        box = (place - 1000, place - 1000, place - 1000, place + 4000, place + 1000, place + 1000)
        (everything,) = await viewer.browse(box)
        assert len(everything) == 2000
        grid = {"src": "cached_msgpack_grid"}
        assert [len(level) for level in await viewer.browse(box, 0, **grid)] == [500]
        assert [len(level) for level in await viewer.browse(box, 0.3, **grid)] == [500, 1000]
        levels = await viewer.browse(box, 1, **grid)
        assert [len(level) for level in levels] == [500, 1000, 500]
        assert sorted(row for level in levels for row in level) == sorted(everything)

    async def test_an_unknown_grid_is_an_empty_one(self, viewer: Neuroglancer) -> None:
        response = await viewer.send(
            "GET",
            f"/{viewer.project_id}/node/list?left=0&top=0&z1=0&right=1&bottom=1&z2=1"
            "&lod_type=percent&lod=1&format=msgpack&src=elsewhere",
        )
        assert response.status == 400
        assert "Could not find matching node provider for request" in (await response.json())["error"]

    async def test_one_skeleton(self, viewer: Neuroglancer, arbor: Arbor) -> None:
        rows, *_ = await viewer.get(
            f"/{viewer.project_id}/skeletons/{arbor.skeleton_id}/compact-detail?with_tags=true&with_edition_times=true"
        )
        (row,) = (row for row in rows if row[0] == arbor.left)
        assert row[1] == arbor.fork
        assert row[3:8] == [40, 40, 40, 5, 5]
        root = await viewer.get(f"/{viewer.project_id}/skeletons/{arbor.skeleton_id}/root")
        assert (root["root_id"], root["x"], root["y"], root["z"]) == (arbor.root, 10, 10, 10)

    async def test_a_skeleton_that_is_gone_is_empty(self, viewer: Neuroglancer) -> None:
        response = await viewer.send(
            "GET", f"/{viewer.project_id}/skeletons/999999/compact-detail?with_tags=true&with_edition_times=true"
        )
        assert response.status == 404
        assert "doesn't exist" in (await response.json())["detail"]


class TestEditing:
    """Each edit, from what it knows of the skeleton, and again from what the answer told."""

    async def test_append(self, viewer: Neuroglancer, arbor: Arbor) -> None:
        nodes = await viewer.skeleton(arbor.skeleton_id)
        place = {"x": "61", "y": "62", "z": "63.5", "parent_id": arbor.left, "skeleton_id": arbor.skeleton_id}
        added = await viewer.edit("treenode/create", place, {"parent": [arbor.left, nodes[arbor.left].time]})
        assert added["skeleton_id"] == arbor.skeleton_id
        nodes = await viewer.skeleton(arbor.skeleton_id)
        assert nodes[added["treenode_id"]].place == (61, 62, 63.5)
        again = await viewer.edit(
            "treenode/create",
            {**place, "parent_id": added["treenode_id"]},
            {"parent": [added["treenode_id"], added["edition_time"]]},
        )
        assert again["parent_edition_time"] == added["edition_time"]
        await viewer.edit("treenode/create", place, {"parent": [arbor.left, added["parent_edition_time"]]})

    async def test_a_new_skeleton(self, viewer: Neuroglancer) -> None:
        added = await viewer.edit(
            "treenode/create", {"x": "1", "y": "2", "z": "3", "parent_id": -1}, {"parent": [-1, ""]}
        )
        nodes = await viewer.skeleton(added["skeleton_id"])
        assert nodes.keys() == {added["treenode_id"]}

    async def test_insert(self, viewer: Neuroglancer, arbor: Arbor) -> None:
        nodes = await viewer.skeleton(arbor.skeleton_id)
        children = sorted((arbor.left, arbor.right))
        seen = [[child, nodes[child].time] for child in children]
        state = {"edition_time": nodes[arbor.fork].time, "children": seen, "links": []}
        place = {
            "x": "35",
            "y": "35",
            "z": "35",
            "parent_id": arbor.fork,
            "child_id": children[0],
            "skeleton_id": arbor.skeleton_id,
            "takeover_child_ids[0]": children[1],
        }
        stale = {**state, "edition_time": "2000-01-01T00:00:00.000Z"}
        assert (await viewer.refused("treenode/insert", place, stale))["type"] == "StateMatchingError"
        added = await viewer.edit("treenode/insert", place, state)
        nodes = await viewer.skeleton(arbor.skeleton_id)
        assert {nodes[child].parent_id for child in children} == {added["treenode_id"]}
        assert {child for child, _ in added["child_edition_times"]} == set(children)
        moved = dict(added["child_edition_times"])
        await viewer.edit(f"treenode/{arbor.left}/radius", {"radius": "9"}, {"edition_time": moved[arbor.left]})
        await viewer.edit(
            "treenode/create",
            {"x": "1", "y": "1", "z": "1", "parent_id": added["treenode_id"]},
            {"parent": [added["treenode_id"], added["edition_time"]]},
        )

    async def test_delete_a_node_with_synapses(self, viewer: Neuroglancer, arbor: Arbor) -> None:
        nodes = await viewer.skeleton(arbor.skeleton_id)
        answer = await viewer.edit("treenode/delete", {"treenode_id": arbor.fork}, neighbourhood(nodes, arbor.fork))
        assert "success" in answer
        assert {child for child, _ in answer["children"]} == {arbor.left, arbor.right}
        for child, time in answer["children"]:
            await viewer.edit(f"treenode/{child}/radius", {"radius": "3"}, {"edition_time": time})
        nodes = await viewer.skeleton(arbor.skeleton_id)
        assert arbor.fork not in nodes
        assert nodes[arbor.left].parent_id == arbor.middle

    async def test_a_changed_neighbourhood_is_told(self, viewer: Neuroglancer, arbor: Arbor, service: Service) -> None:
        nodes = await viewer.skeleton(arbor.skeleton_id)
        state = neighbourhood(nodes, arbor.fork)
        await service.tracer.post(
            f"/{service.project_id}/treenode/create", x=1, parent_id=arbor.fork, state=json.dumps(UNCHECKED)
        )
        answer = await viewer.refused("treenode/delete", {"treenode_id": arbor.fork}, state)
        assert answer["type"] == "StateMatchingError"
        assert answer["error"]

    async def test_others_have_to_know_the_links(self, service: Service, viewer: Neuroglancer, arbor: Arbor) -> None:
        nodes = await viewer.skeleton(arbor.skeleton_id)
        _, answer = await service.tracer.refused(
            f"/{service.project_id}/treenode/delete",
            treenode_id=arbor.fork,
            state=json.dumps(neighbourhood(nodes, arbor.fork)),
        )
        assert answer["type"] == "StateMatchingError"

    async def test_move_a_node_with_synapses(self, viewer: Neuroglancer, arbor: Arbor) -> None:
        nodes = await viewer.skeleton(arbor.skeleton_id)
        form = {f"t[0][{column}]": value for column, value in enumerate((arbor.fork, 31, 32, 33))}
        answer = await viewer.edit("node/update", form, [[arbor.fork, nodes[arbor.fork].time]])
        ((node_id, time, *_),) = answer["old_treenodes"]
        assert node_id == arbor.fork
        assert (await viewer.refused("node/update", form, [[arbor.fork, nodes[arbor.fork].time]]))["type"] == (
            "StateMatchingError"
        )
        await viewer.edit("node/update", form, [[arbor.fork, time]])
        await viewer.edit("node/update", form, UNCHECKED)

    async def test_radius(self, viewer: Neuroglancer, arbor: Arbor) -> None:
        nodes = await viewer.skeleton(arbor.skeleton_id)
        path = f"treenode/{arbor.left}/radius"
        answer = await viewer.edit(path, {"radius": "12.5"}, {"edition_time": nodes[arbor.left].time})
        time = answer["updated_nodes"][str(arbor.left)]["edition_time"]
        await viewer.edit(path, {"radius": "13"}, {"edition_time": time})

    @pytest.mark.parametrize("name", ["left", "root"])
    async def test_confidence(self, viewer: Neuroglancer, arbor: Arbor, name: str) -> None:
        node_id = getattr(arbor, name)
        nodes = await viewer.skeleton(arbor.skeleton_id)
        path = f"treenodes/{node_id}/confidence"
        answer = await viewer.edit(path, {"new_confidence": "2"}, {"edition_time": nodes[node_id].time})
        (partner,) = answer["updated_partners"].values()
        await viewer.edit(path, {"new_confidence": "4"}, {"edition_time": partner["edition_time"]})

    async def test_labels(self, viewer: Neuroglancer, arbor: Arbor) -> None:
        description = "neuroglancer-description:v1:a%2C%20b"
        path = f"label/treenode/{arbor.left}"
        told = [
            await viewer.edit(f"{path}/update", {"tags": f"{description},ends", "delete_existing": "true"}),
            await viewer.edit(f"{path}/update", {"tags": "other", "delete_existing": "false"}),
            await viewer.edit(f"{path}/remove", {"tag": "ends"}),
        ]
        nodes = await viewer.skeleton(arbor.skeleton_id)
        assert nodes[arbor.left].labels == {description, "other"}
        edited = datetime.fromisoformat(nodes[arbor.left].time)
        for answer in told:
            assert abs(datetime.fromisoformat(answer["edition_time"]) - edited) <= timedelta(milliseconds=1)
        emptied = await viewer.edit(f"{path}/update", {"tags": "", "delete_existing": "true"})
        await viewer.edit(f"treenode/{arbor.left}/radius", {"radius": "2"}, {"edition_time": emptied["edition_time"]})
        assert (await viewer.skeleton(arbor.skeleton_id))[arbor.left].labels == set()

    @pytest.mark.parametrize("unchecked", [False, True])
    async def test_reroot_at_a_node_with_synapses(self, viewer: Neuroglancer, arbor: Arbor, unchecked: bool) -> None:
        nodes = await viewer.skeleton(arbor.skeleton_id)
        state = UNCHECKED if unchecked else neighbourhood(nodes, arbor.fork)
        answer = await viewer.edit("skeleton/reroot", {"treenode_id": arbor.fork}, state)
        assert answer["newroot"] == arbor.fork
        await viewer.edit(f"treenode/{arbor.fork}/radius", {"radius": "2"}, {"edition_time": answer["edition_time"]})
        root = await viewer.get(f"/{viewer.project_id}/skeletons/{arbor.skeleton_id}/root")
        assert root["root_id"] == arbor.fork

    async def test_split_at_a_node_with_synapses_and_join(self, viewer: Neuroglancer, arbor: Arbor) -> None:
        nodes = await viewer.skeleton(arbor.skeleton_id)
        parts = await viewer.edit(
            "skeleton/split",
            {"treenode_id": arbor.fork, "downstream_annotation_map": "{}"},
            neighbourhood(nodes, arbor.fork),
        )
        assert parts["existing_skeleton_id"] == arbor.skeleton_id
        upper, lower = [await viewer.skeleton(parts[name]) for name in ("existing_skeleton_id", "new_skeleton_id")]
        assert upper.keys() == {arbor.root, arbor.middle}
        assert lower.keys() == {arbor.fork, arbor.left, arbor.right}
        joined = await viewer.edit(
            "skeleton/join",
            {"from_id": arbor.middle, "to_id": arbor.fork},
            [[arbor.middle, upper[arbor.middle].time], [arbor.fork, lower[arbor.fork].time]],
        )
        assert joined["result_skeleton_id"] == arbor.skeleton_id
        assert joined["deleted_skeleton_id"] == parts["new_skeleton_id"]
        assert joined["stable_annotation_swap"] is False
        assert (await viewer.skeleton(arbor.skeleton_id)).keys() == upper.keys() | lower.keys()


async def test_answers_to_others_are_those_of_catmaid(service: Service, viewer: Neuroglancer, arbor: Arbor) -> None:
    """A script with the same token is told nothing more."""
    for path, form in (
        (f"label/treenode/{arbor.left}/update", {"tags": "one"}),
        (f"label/treenode/{arbor.left}/remove", {"tag": "one"}),
        ("skeleton/reroot", {"treenode_id": arbor.left, "state": json.dumps(UNCHECKED)}),
        ("skeleton/split", {"treenode_id": arbor.fork, "state": json.dumps(UNCHECKED)}),
    ):
        answer: Any = await service.tracer.post(f"/{viewer.project_id}/{path}", **form)
        assert "edition_time" not in answer
