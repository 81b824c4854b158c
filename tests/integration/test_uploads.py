"""Skeletons from files that clients send: what they become, under which ids, and files that are too much."""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
import pytest

from catmaid_server.domain.accounts import users
from catmaid_server.domain.skeletons.entity_ids import HIGHEST
from tests.helpers.answers import is_error
from tests.helpers.arbors import Tracer
from tests.helpers.service import Service
from tests.helpers.snapshots import snapshot

SWC = "# a comment\n1 0 0 0 0 5 -1\n2 0 10 0 0 5 1\n3 0 20 0 0 -1 2\n"
ESWC = (
    "1 0 0 0 0 5 -1 tracer 2020-01-01T00:00:00Z tracer 2020-01-01T00:00:00Z 5\n"
    "2 0 9 0 0 5 1 nobody 2020-01-01T00:00:00Z admin 2020-01-01T00:00:00Z 3\n"
)


@pytest.fixture
async def tracer(module_service: Service) -> Tracer:
    return Tracer.of(module_service)


async def upload(
    tracer: Tracer, text: str | bytes = SWC, *, filename: str = "cell.swc", files: int = 1, **form: Any
) -> tuple[int, Any]:
    data = aiohttp.FormData(quote_fields=False)
    for name, value in form.items():
        data.add_field(name, str(value))
    for number in range(files):
        data.add_field(
            f"file{number}",
            text if isinstance(text, bytes) else text.encode(),
            filename=filename,
            content_type="application/octet-stream",
        )
    return await tracer.actor.request("POST", f"/{tracer.project_id}/skeletons/import", data=data)


async def test_a_file_becomes_a_neuron(tracer: Tracer) -> None:
    status, made = await upload(tracer, name="a neuron")
    assert status == 200
    nodes = await tracer.nodes(list(made["node_id_map"].values()))
    of = made["node_id_map"]
    assert [nodes[of[n]].parent_id for n in "123"] == [None, of["1"], of["2"]]
    assert [nodes[of[n]].place for n in "123"] == [(0, 0, 0), (10, 0, 0), (20, 0, 0)]
    assert [nodes[of[n]].radius for n in "123"] == [5, 5, -1]
    assert await tracer.cable_length(made["skeleton_id"]) == 20
    assert set(await tracer.annotations(made["skeleton_id"])) == {"Import"}
    assert await tracer.rows("SELECT name FROM neuron WHERE id = %s", made["neuron_id"]) == [("a neuron",)]


async def test_an_author_who_is_unknown_here_is_the_importer(tracer: Tracer) -> None:
    _, made = await upload(tracer, ESWC, filename="cell.eswc")
    ids = dict(await tracer.rows("SELECT username, id FROM app_user"))
    rows = await tracer.rows(
        "SELECT user_id, editor_id, confidence FROM treenode WHERE skeleton_id = %s ORDER BY id", made["skeleton_id"]
    )
    assert rows == [(ids["tracer"], ids["tracer"], 5), (ids["tracer"], ids["admin"], 3)]


async def test_the_origin_of_an_import_is_stored(tracer: Tracer) -> None:
    source: dict[str, Any] = {"source_url": "https://elsewhere.example", "source_project_id": 7}
    made = [(await upload(tracer, source_id=number, **source))[1]["skeleton_id"] for number in (70, 71)]
    origins = await tracer.post("skeletons/origin", **{f"skeleton_ids[{n}]": s for n, s in enumerate(made)})
    (found,) = origins["data_sources"].values()
    assert (found["url"], found["source_project_id"]) == ("https://elsewhere.example", 7)
    assert [origins["origins"][str(s)]["source_id"] for s in made] == [70, 71]
    back = await tracer.post("skeletons/from-origin", **source, **{"source_ids[0]": 71, "source_ids[1]": 72})
    assert back == {"71": made[1]}
    info = await tracer.post("skeletons/import-info", **{"skeleton_ids[0]": made[0]}, with_treenodes="true")
    assert info[str(made[0])]["n_imported_treenodes"] == 3


async def test_neurons_are_found_by_whether_they_were_imported(tracer: Tracer) -> None:
    await tracer.node()
    _, made = await upload(tracer, name="all imported")

    async def found(how: str) -> list[int]:
        answer = await tracer.post("annotations/query-targets", name="all imported", import_only=how)
        return [entity["id"] for entity in answer["entities"]]

    assert (await found("partial"), await found("full")) == ([made["neuron_id"]], [made["neuron_id"]])
    await tracer.node(parent_id=max(made["node_id_map"].values()))
    assert (await found("partial"), await found("full")) == ([made["neuron_id"]], [])


async def test_what_was_imported_is_told_by_day_and_in_a_viewport(tracer: Tracer) -> None:
    source: dict[str, Any] = {"source_url": "https://viewed.example", "source_project_id": 3, "source_id": 33}
    _, made = await upload(tracer, **source)
    users = dict(await tracer.rows("SELECT username, id FROM app_user"))
    table = (await tracer.get("stats/user-history"))["stats_table"][str(users["tracer"])]
    today = max(table)
    assert table[today]["new_import_treenodes"] >= 3
    without = (await tracer.get("stats/user-history", with_imports="false"))["stats_table"][str(users["tracer"])]
    assert "new_import_treenodes" not in without[today]
    box = {"left": -1e6, "right": 1e6, "top": -1e6, "bottom": 1e6, "z1": -1e6, "z2": 1e6}
    viewed = await tracer.post("node/list", **box, with_origin="true")
    assert [row[:2] for row in viewed[5][0] if row[0] == made["skeleton_id"]] == [[made["skeleton_id"], 33]]
    assert len(await tracer.post("node/list", **box)) == 5


async def test_who_imported_is_told_of_treenodes_alone(tracer: Tracer) -> None:
    _, made = await upload(tracer, name="by whom")
    users = dict(await tracer.rows("SELECT username, id FROM app_user"))
    node = await tracer.node()
    for node_id, importer in (
        (max(made["node_id_map"].values()), users["tracer"]),
        (node, None),
        (await tracer.connector(node), None),
    ):
        assert await tracer.get(f"treenodes/{node_id}/importing-user") == {"importing_user_id": importer}


async def test_imports_from_one_source_at_once(tracer: Tracer) -> None:
    """Whoever comes second finds the source that the first is just making."""
    source: dict[str, Any] = {"source_url": "https://busy.example", "source_project_id": 1}
    answers = await asyncio.gather(*(upload(tracer, source_id=number, **source) for number in range(6)))
    assert [status for status, _ in answers] == [200] * 6
    assert await tracer.rows("SELECT count(*) FROM data_source WHERE url = 'https://busy.example'") == [(1,)]


async def test_wanted_ids_are_given_once(tracer: Tracer) -> None:
    wanted: dict[str, Any] = {"neuron_id": 600_001, "skeleton_id": 600_002, "auto_id": "false"}
    status, made = await upload(tracer, **wanted)
    assert (status, made["neuron_id"], made["skeleton_id"]) == (200, 600_001, 600_002)
    status, body = await upload(tracer, **wanted)
    assert (status, is_error(body)) == (400, True)
    status, again = await upload(tracer, **wanted, force="true")
    assert (status, again["skeleton_id"]) == (200, 600_002)
    assert not await tracer.nodes(list(made["node_id_map"].values()))
    assert (await tracer.skeleton_of(await tracer.node())) > 600_002


async def test_the_next_free_ids_do_where_wanted_ones_are_taken(tracer: Tracer) -> None:
    wanted: dict[str, Any] = {"neuron_id": 610_001, "skeleton_id": 610_002}
    ids = [(made["neuron_id"], made["skeleton_id"]) for _, made in [await upload(tracer, **wanted) for _ in range(2)]]
    assert ids[0] == (610_001, 610_002)
    assert not {610_001, 610_002} & set(ids[1])
    assert await tracer.rows("SELECT name FROM neuron WHERE id = 610001") == [("neuron 610001",)]


async def test_a_neuron_that_is_replaced_leaves_its_annotations(tracer: Tracer) -> None:
    _, made = await upload(tracer, name="old")
    ids: dict[str, Any] = {"neuron_id": made["neuron_id"], "skeleton_id": made["skeleton_id"]}
    await tracer.post("annotations/add", **{"entity_ids[0]": ids["neuron_id"], "annotations[0]": "kept"})

    async def annotations() -> list[str]:
        rows = await tracer.rows(
            "SELECT a.name FROM annotation_link l JOIN annotation a ON a.id = l.annotation_id"
            f" WHERE l.neuron_id = {ids['neuron_id']} ORDER BY a.name"
        )
        return [name for (name,) in rows]

    status, again = await upload(tracer, name="new", **ids, auto_id="false", force="true")
    assert (status, again["neuron_id"], again["skeleton_id"]) == (200, *ids.values())
    assert await annotations() == ["Import", "kept"]
    assert await tracer.rows(f"SELECT name FROM neuron WHERE id = {ids['neuron_id']}") == [("new",)]
    assert not await tracer.nodes(list(made["node_id_map"].values()))

    status, again = await upload(tracer, skeleton_id=ids["skeleton_id"], force="true")
    assert (status, again["neuron_id"], again["skeleton_id"]) == (200, *ids.values())
    assert await tracer.rows(f"SELECT name FROM neuron WHERE id = {ids['neuron_id']}") == [("new",)]
    assert await annotations() == ["Import", "kept"]

    status, again = await upload(tracer, neuron_id=ids["neuron_id"], force="true", replace_annotations="true")
    assert (status, again["neuron_id"], again["skeleton_id"]) == (200, *ids.values())
    assert await annotations() == ["Import"]


async def test_annotations_that_are_given_are_the_only_ones(tracer: Tracer) -> None:
    given: dict[str, Any] = {"annotations[0]": "mine", "annotations[1]": "yours"}
    _, made = await upload(tracer, **given)
    assert set(await tracer.annotations(made["skeleton_id"])) == {"mine", "yours"}


async def test_origins_may_have_ids_of_64_bits(tracer: Tracer) -> None:
    source: dict[str, Any] = {"source_url": "https://far.example/", "source_project_id": 2}
    _, made = await upload(tracer, source_id=2**60 + 1, **source)
    origin = await tracer.post("skeletons/origin", **{"skeleton_ids[0]": made["skeleton_id"]})
    assert origin["origins"][str(made["skeleton_id"])]["source_id"] == 2**60 + 1
    (known,) = origin["data_sources"].values()
    assert known == {"name": "", "url": "https://far.example", "source_project_id": 2}
    found = await tracer.post("skeletons/from-origin", **source, **{"source_ids[0]": 2**60 + 1})
    assert found == {str(2**60 + 1): made["skeleton_id"]}
    assert known["url"] in [listed["url"] for listed in await tracer.get("origins/")]


async def test_an_origin_is_not_said_by_halves(tracer: Tracer) -> None:
    status, body = await upload(tracer, source_id=5)
    assert (status, "source_url, source_project_id" in body["error"]) == (400, True)


async def test_an_import_replaces_only_neurons_and_skeletons(tracer: Tracer) -> None:
    annotated = await tracer.post("annotations/add", **{"annotations[0]": "in the way"})
    (taken,) = [annotation["id"] for annotation in annotated["annotations"]]
    for name in ("neuron_id", "skeleton_id"):
        status, body = await upload(tracer, **{name: taken, "force": "true"})
        assert (status, is_error(body)) == (400, True), body


async def test_a_locked_neuron_is_not_replaced(module_service: Service, tracer: Tracer) -> None:
    _, made = await upload(tracer)
    await Tracer.of(module_service, module_service.admin).post(
        "annotations/add", **{"entity_ids[0]": made["neuron_id"], "annotations[0]": "locked"}
    )
    status, _ = await upload(tracer, neuron_id=made["neuron_id"], force="true")
    assert status == 403
    assert await tracer.nodes(list(made["node_id_map"].values()))


async def test_the_neuron_of_somebody_else_is_not_replaced(module_service: Service, tracer: Tracer) -> None:
    admin = Tracer.of(module_service, module_service.admin)
    _, made = await upload(admin)
    status, body = await upload(
        tracer, neuron_id=made["neuron_id"], skeleton_id=made["skeleton_id"], auto_id="false", force="true"
    )
    assert (status, is_error(body, "PermissionError")) == (403, True)
    assert await tracer.nodes(list(made["node_id_map"].values()))


@pytest.mark.parametrize("wanted", [0, -1, HIGHEST + 1, 2**31 - 1, 2**31, 2**63])
async def test_ids_cannot_be_used_up(tracer: Tracer, wanted: int) -> None:
    """One import with the highest id of all would leave none for anybody."""
    for name in ("neuron_id", "skeleton_id"):
        form: dict[str, Any] = {name: wanted, "auto_id": "false"}
        status, body = await upload(tracer, **form)
        assert (status, is_error(body)) == (400, True), body
    await tracer.node()


@pytest.mark.parametrize(("text", "form"), [
    ("", {}),
    ("1 0 0 0 0 0 1\n", {}),
    (SWC, {"trees": "some"}),
    (SWC + "4 0 0 0 0 5 -1\n", {"trees": "all", "neuron_id": 77}),
    ("1 0 0 0 0 0 -1\n2 0 0 0 0 1_0 1\n", {}),
    ("1 0 0 0 0 0 -1\n2 0 0 0 0 0 -1\n", {}),
    ("1 0 0 0 0 0 -1\n1 0 0 0 0 0 1\n", {}),
    ("1 0 0 0 0 0 -1\n2 0 0 0 0 0 7\n", {}),
    ("1 0 nan 0 0 0 -1\n", {}),
    ("1 0 1e999 0 0 0 -1\n", {}),
    ("1 0 0 0 0 -1\n", {}),
    ("99999999999999999999 0 0 0 0 0 -1\n", {}),
    (b"\xff\xfe\x00", {}),
    ("1 0 0 0 0 5 -1 a b c d high\n", {"filename": "x.eswc"}),
    (SWC, {"annotations[0]": " "}),
    (SWC, {"name": "\x00"}),
    (SWC, {"files": 0}),
    (SWC, {"files": 2}),
    (SWC, {"source_id": 2**64, "source_url": "x", "source_project_id": 1}),
])  # fmt: skip
async def test_a_bad_file_leaves_nothing(tracer: Tracer, text: str | bytes, form: dict[str, Any]) -> None:
    async with tracer.store.reading() as connection:
        before = await snapshot(connection)
    status, body = await upload(tracer, text, **form)
    assert (status, is_error(body)) == (400, True), body
    async with tracer.store.reading() as connection:
        assert await snapshot(connection) == before


@pytest.mark.parametrize("filename", ["cell.txt", "cell", "cell.swc.exe", ""])
async def test_a_file_of_another_kind_is_refused(tracer: Tracer, filename: str) -> None:
    status, body = await upload(tracer, filename=filename)
    assert status in (400, 415)
    assert is_error(body)


async def test_ids_are_changed_with_all_that_refers_to_them(module_service: Service, tracer: Tracer) -> None:
    admin = Tracer.of(module_service, module_service.admin)
    nodes = await tracer.chain(3)
    skeleton = await tracer.skeleton_of(nodes[0])
    await tracer.annotate(skeleton, "kept")
    await tracer.connector(nodes[1])
    await tracer.post(f"node/{nodes[1]}/reviewed")
    await admin.post(f"skeletons/{skeleton}/id", new_skeleton_id=700_001, new_neuron_id=700_002)
    assert await tracer.skeleton_of(nodes[0]) == 700_001
    assert set(await tracer.annotations(700_001)) == {"kept"}
    for table in ("treenode", "connector_link", "review", "skeleton_summary"):
        found = await tracer.rows(f"SELECT count(*) FROM {table} WHERE skeleton_id = 700001")
        assert found[0][0] > 0, table
    for wanted in (700_001, 700_002, HIGHEST + 1):
        other = await tracer.skeleton_of(await tracer.node())
        status, _ = await admin.refused(f"skeletons/{other}/id", new_skeleton_id=wanted)
        assert status == 400


async def test_who_may_import_need_not_annotate(module_service: Service) -> None:
    async with module_service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        user_id = await users.create_user(tx, "importer")
        for permission in ("can_browse", "can_import", "can_annotate_with_token"):
            await users.grant(tx, module_service.project_id, permission, to="importer")
        token = await users.issue_token(tx, user_id)
    importer = Tracer.of(
        module_service, type(module_service.tracer)(module_service.tracer.session, module_service.url, token)
    )
    assert (await upload(importer))[0] == 200
    assert (await importer.refused("treenode/create"))[0] == 403


async def test_a_file_of_several_trees_becomes_what_is_wanted(tracer: Tracer) -> None:
    text = SWC + "7 0 0 0 0 5 -1\n"
    status, body = await upload(tracer, text)
    assert status == 400
    assert "second root, node 7" in body["error"]
    status, first = await upload(tracer, text, trees="first")
    assert (status, len(first["node_id_map"])) == (200, 3)
    assert first["notes"] == ["1 more trees left out"]
    status, both = await upload(tracer, text, trees="all", name="pair")
    assert (status, len(both["node_id_map"])) == (200, 4)
    ids = [both["neuron_id"], both["more_skeletons"][0]["neuron_id"]]
    assert await tracer.rows("SELECT name FROM neuron WHERE id = ANY (%s) ORDER BY id", ids) == [
        ("pair 1",),
        ("pair 2",),
    ]


async def test_a_soma_goes_there_and_back(tracer: Tracer) -> None:
    _, made = await upload(tracer, SWC.replace("2 0 10", "2 1 10"), soma_label="true")
    for form in ({}, {"soma_markers[0]": "tag:soma"}):
        for kind in ("swc", "eswc"):
            lines = (await tracer.get(f"skeleton/{made['skeleton_id']}/{kind}", **form)).decode().splitlines()
            assert [line.split()[1] for line in lines] == ["0", "1", "0"]
    status, _ = await tracer.refused(f"skeleton/{made['skeleton_id']}/eswc", **{"soma_markers[0]": "tag:cell"})
    assert status == 400


@pytest.mark.parametrize("text", [
    SWC.replace(" ", ";"),
    b"# \xb5m\n" + SWC.replace(" ", ",").encode(),
    SWC.encode("utf-16"),
    "id type x y z radius parent\n" + SWC.replace(" -1\n", " 0\n"),
    "\n".join(line + " 1 2 3 4 5" for line in SWC.splitlines()[1:]),
])  # fmt: skip
async def test_clients_may_send_what_the_command_reads(tracer: Tracer, text: str | bytes) -> None:
    status, made = await upload(tracer, text)
    assert status == 200
    assert await tracer.cable_length(made["skeleton_id"]) == 20
