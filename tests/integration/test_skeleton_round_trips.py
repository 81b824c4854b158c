"""What one side writes the other reads, value for value: SWC files, SWC over HTTP, and tables of a project."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp
import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catmaid_server.db.store import Store
from catmaid_server.transfer.exporters.bulk import TABLES, export_csv
from catmaid_server.transfer.exporters.swc import export_swc
from catmaid_server.transfer.importers.bulk import import_bulk
from catmaid_server.transfer.importers.bulk_ids import LARGEST_KEPT
from catmaid_server.transfer.importers.swc import import_swc
from catmaid_wire.arbor import Arbor
from catmaid_wire.swc import SMALLEST, swc_text
from tests.helpers.arbors import Tracer
from tests.helpers.database import fresh_store
from tests.helpers.service import Service

few = settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
coordinates = st.floats(-1e7, 1e7, allow_nan=False).map(lambda value: value if abs(value) >= SMALLEST else 0.0)
names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)

Nodes = list[tuple[tuple[float, ...], float, int, int]]
"""Position, radius, type, and the row of the parent (-1 at the root) of each node; parents come first."""


@st.composite
def skeletons(draw: st.DrawFn) -> Nodes:
    count = draw(st.integers(1, 8))
    return [
        (
            draw(st.tuples(coordinates, coordinates, coordinates)),
            draw(st.one_of(st.just(-1.0), st.floats(0, 1e5))),
            draw(st.integers(0, 1)),
            draw(st.integers(0, row - 1)) if row else -1,
        )
        for row in range(count)
    ]


def text_of(nodes: Nodes, first_id: int) -> str:
    ids = first_id + np.arange(len(nodes), dtype=np.int64)
    arbor = Arbor(
        "n",
        ids,
        np.array([node[3] for node in nodes]),
        np.array([node[0] for node in nodes], np.float64),
        np.array([node[1] for node in nodes]),
    )
    return swc_text(arbor, comments=["n"], structures=np.array([node[2] for node in nodes]))


def values(text: str) -> Nodes:
    """The nodes of SWC text, by rows instead of ids."""
    lines = sorted((line.split() for line in text.splitlines() if not line.startswith("#")), key=lambda f: int(f[0]))
    rows = {fields[0]: row for row, fields in enumerate(lines)}
    return [
        (tuple(map(float, fields[2:5])), float(fields[5]), int(fields[1]), rows.get(fields[6], -1)) for fields in lines
    ]


@few
@given(nodes=skeletons(), first_id=st.integers(0, 2**63 - 20))
async def test_swc_files_come_back_as_they_were(
    module_store: Store, tmp_path: Path, nodes: Nodes, first_id: int
) -> None:
    path = tmp_path / "given.swc"
    path.write_text(text_of(nodes, first_id))
    for _ in range(2):
        made = await import_swc(module_store, path, project="SWC", user="admin", soma_label=True)
        assert not made.refused
        ids = [neuron.skeleton_id for neuron in made.imported]
        (path,) = await export_swc(module_store, "SWC", tmp_path / "out", skeleton_ids=ids)
        assert values(path.read_text()) == nodes


async def uploaded(tracer: Tracer, content: bytes, filename: str) -> int:
    data = aiohttp.FormData(quote_fields=False)
    data.add_field("soma_label", "true")
    data.add_field("file", content, filename=filename, content_type="application/octet-stream")
    status, made = await tracer.actor.request("POST", f"/{tracer.project_id}/skeletons/import", data=data)
    assert status == 200, made
    return int(made["skeleton_id"])


@few
@given(nodes=skeletons(), kind=st.sampled_from(["swc", "eswc"]))
async def test_swc_over_http_comes_back_as_it_was(module_service: Service, nodes: Nodes, kind: str) -> None:
    """CATMAID writes an unset radius as 0, and so does the service."""
    tracer = Tracer.of(module_service)
    seen = [(place, max(radius, 0), structure, parent) for place, radius, structure, parent in nodes]
    content = text_of(nodes, 1).encode()
    for _ in range(2):
        skeleton_id = await uploaded(tracer, content, f"cell.{kind}")
        content = await tracer.get(f"skeleton/{skeleton_id}/{kind}")
        assert values(content.decode()) == seen


def quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


@st.composite
def tables(draw: st.DrawFn) -> tuple[dict[str, str], list[Any]]:
    """A project as CSV: ids that are kept and ids that are too large, any confidence, any name.

    And what it should become: nodes with the row of their parent, and the names of the neuron and the label.
    """
    nodes = draw(skeletons())
    base = draw(st.sampled_from([1, 10_000, LARGEST_KEPT - 100, 2**31, 2**40, 2**62]))
    neuron, skeleton, model, label, link = range(base, base + 5)
    owner = 2
    confidence = st.integers(0, 5)
    confidences = [draw(confidence) for _ in nodes]
    neuron_name, label_name = draw(names), draw(names)
    treenodes = [
        f"{base + row},{'' if parent < 0 else base + parent},{skeleton},{x!r},{y!r},{z!r},{radius!r},"
        f"{confidences[row]},{owner}"
        for row, ((x, y, z), radius, _, parent) in enumerate(nodes)
    ]
    connector = base + 50
    expected = [
        [(*place, radius, sure, parent) for (place, radius, _, parent), sure in zip(nodes, confidences, strict=True)],
        neuron_name,
        label_name,
    ]
    files = {
        "users": f"id,username\n{owner},admin\n",
        "neurons": "neuron_id,skeleton_id,model_of_link_id,name,user_id,num_nodes\n"
        f"{neuron},{skeleton},{model},{quoted(neuron_name)},{owner},{len(nodes)}\n",
        "treenodes": "id,parent_id,skeleton_id,x,y,z,radius,confidence,user_id\n" + "\n".join(treenodes) + "\n",
        "connectors": f"id,x,y,z,confidence,user_id\n{connector},1,2,3,{draw(confidence)},{owner}\n",
        "links": "id,connector_id,treenode_id,skeleton_id,relation,confidence,user_id\n"
        f"{base + 60},{connector},{base},{skeleton},presynaptic_to,{draw(confidence)},{owner}\n",
        "labels": "label_id,label_name,link_id,treenode_id,connector_id,user_id\n"
        f"{label},{quoted(label_name)},{link},{base},,{owner}\n",
    }
    return files, expected


async def contents(store: Store) -> list[list[tuple[Any, ...]]]:
    queries = (
        "SELECT id, parent_id, skeleton_id, x, y, z, radius, confidence, user_id FROM treenode ORDER BY id",
        "SELECT id, x, y, z, confidence FROM connector ORDER BY id",
        "SELECT id, connector_id, treenode_id, confidence FROM connector_link ORDER BY id",
        "SELECT id, name FROM neuron ORDER BY id",
        "SELECT b.id, b.name, l.id, l.treenode_id FROM label b JOIN node_label l ON l.label_id = b.id ORDER BY l.id",
    )
    async with store.reading() as connection:
        return [await (await connection.execute(query)).fetchall() for query in queries]


def without_ids(found: list[list[tuple[Any, ...]]]) -> list[Any]:
    nodes, _, _, ((_, neuron_name),), ((_, label_name, *_),) = found
    rows = {node[0]: row for row, node in enumerate(nodes)}
    return [[(*node[3:8], rows.get(node[1], -1)) for node in nodes], neuron_name, label_name]


@few
@given(given_tables=tables())
async def test_tables_of_a_project_come_back_as_they_were(
    server_dsn: str, template: str, tmp_path: Path, given_tables: tuple[dict[str, str], list[Any]]
) -> None:
    files, expected = given_tables
    folder, out, again = tmp_path / "given", tmp_path / "out", tmp_path / "again"
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.csv").write_bytes(text.encode())
    async with fresh_store(server_dsn, template) as store:
        await import_bulk(store, folder, user="admin", project="P")
        before = await contents(store)
        assert without_ids(before) == expected
        await export_csv(store, "P", out)
    async with fresh_store(server_dsn, template) as store:
        await import_bulk(store, out, user="admin", project="P")
        assert await contents(store) == before
        await export_csv(store, "P", again)
    assert {name: (again / f"{name}.csv").read_bytes() for name in TABLES} == {
        name: (out / f"{name}.csv").read_bytes() for name in TABLES
    }
