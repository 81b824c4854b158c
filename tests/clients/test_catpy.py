"""catpy as laboratories have it reads what the store holds."""

from __future__ import annotations

from collections import Counter
from itertools import chain

import numpy as np

from catmaid_server.demo.specimen.specimen import grow
from catmaid_server.domain.accounts import users
from tests.clients.laboratory import PAIRS, SPEC, Laboratory

KINDS = {"presynaptic_to": 0, "postsynaptic_to": 1}


async def test_reads_are_what_the_store_holds(laboratory: Laboratory) -> None:
    rows, tracer = laboratory.rows, laboratory.service.tracer
    project = f"/{laboratory.service.project_id}"
    (skeleton_id, name), *_ = await rows("""
        SELECT s.id, n.name FROM skeleton s JOIN neuron n ON n.id = s.neuron_id
         ORDER BY (SELECT count(*) FROM connector_link l WHERE l.skeleton_id = s.id) DESC LIMIT 1""")
    (root,) = await rows("SELECT id FROM treenode WHERE skeleton_id = %s AND parent_id IS NULL", skeleton_id)
    await tracer.post(f"{project}/label/treenode/{root}/update", tags="root")
    await tracer.post(f"{project}/annotations/add", **{"skeleton_ids[0]": skeleton_id, "annotations[0]": "seen"})
    await tracer.post(
        f"{project}/volumes/add", title="corner", type="box", min_x=0, min_y=0, min_z=0, max_x=9, max_y=9, max_z=9
    )
    relations = dict(await rows("SELECT name, id FROM relation WHERE name = ANY (%s)", list(KINDS)))

    wired = Counter((source, target) for source, target, *_ in await rows(PAIRS))

    read = await laboratory.run(
        "catpy_reads.py",
        skeleton_id=skeleton_id,
        skeleton_ids=sorted({*chain(*wired)}),
        user="tracer",
        annotation="seen",
        volume="corner",
        relations=list(relations.values()),
    )

    nodes = await rows(
        "SELECT id, coalesce(parent_id, -1), x, y, z, radius FROM treenode WHERE skeleton_id = %s ORDER BY id",
        skeleton_id,
    )
    assert sorted(map(tuple, read["nodes"])) == nodes
    assert read["several"] == [node[0] for node in nodes]
    assert sorted(swc_rows(read["swc"])) == [(*node[:5], max(node[5], 0)) for node in nodes]
    assert sorted(row[0] for row in swc_rows(read["linear"])) == list(range(1, len(nodes) + 1))
    assert sorted(map(tuple, read["graph"])) == sorted((*ends, count) for ends, count in wired.items())
    assert {
        int(node): (made["parent_id"], *made["location"]) for node, made in read["geometry"]["treenodes"].items()
    } == {node[0]: (None if node[1] < 0 else node[1], *node[2:5]) for node in nodes}
    links = await rows(
        """
        SELECT l.treenode_id, l.connector_id, r.name FROM connector_link l JOIN relation r ON r.id = l.relation_id
         WHERE l.skeleton_id = %s""",
        skeleton_id,
    )
    assert sorted(map(tuple, read["connectors"])) == sorted((*link[:2], KINDS[link[2]]) for link in links)
    assert set(map(int, read["geometry"]["connectors"])) == {link[1] for link in links}
    assert read["tags"]["root"] == [root]
    assert read["names"] == {str(skeleton_id): name}
    assert read["name"] == name
    assert [read["user"]] == await rows("SELECT id FROM app_user WHERE username = 'tracer'")
    assert [read["annotation"]] == await rows("SELECT id FROM annotation WHERE name = 'seen'")
    assert read["annotation_name"] == "seen"
    assert [read["volume"]] == await rows("SELECT id FROM volume")
    assert read["relations"] == relations


async def test_images_are_where_the_stack_says(laboratory: Laboratory) -> None:
    """catpy asks for tiles without a token, so the project has to be one that everybody may see."""
    service = laboratory.service
    async with service.store.writing(user_id=None, project_id=service.project_id, label="permissions.grant") as tx:
        await users.grant(tx, service.project_id, "can_browse", to=users.ANONYMOUS)
    read = await laboratory.run("catpy_images.py", low=[2, 10, 20], high=[4, 40, 60])
    assert read["title"] == "Synthetic neuropil"
    assert read["dimension"] == dict(zip("xyz", SPEC.size_px, strict=True))
    assert read["resolution"] == dict(zip("xyz", SPEC.resolution_nm, strict=True))
    x, y, z = SPEC.resolution_nm
    assert read["place"] == {"x": 400 / x, "y": 80 / y, "z": 120 / z}
    specimen = grow(SPEC)
    painted = np.stack([specimen.section(section)[10:40, 20:60] for section in (2, 3)]).astype(int)
    assert np.abs(np.array(read["pixels"]) - painted).mean() < 8, "but for what JPEG takes"


def swc_rows(text: str) -> list[tuple[float, ...]]:
    """Rows of id, parent, x, y, z and radius."""
    rows = [[float(word) for word in line.split()] for line in text.splitlines() if not line.startswith("#")]
    return [(int(node), int(parent), x, y, z, radius) for node, _, x, y, z, radius, parent in rows]
