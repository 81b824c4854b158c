from __future__ import annotations

import asyncio
import fcntl
import json
import shutil
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import users
from catmaid_server.domain.errors import InvalidInput, NotFound
from catmaid_server.http import keys
from catmaid_server.tiles.encode import decode_grey
from catmaid_server.tiles.imports.journal import NAME
from catmaid_server.tiles.imports.sections import BadSections
from catmaid_server.tiles.imports.stacks import ImportedStack, import_stack, import_tiles, import_volume
from tests.helpers.service import Service

RESOLUTION = (4.0, 5.0, 40.0)
STACK = np.random.default_rng(0).integers(1, 256, (3, 150, 200), dtype=np.uint8)
PLACE: dict[str, Any] = {"project": "Test", "owner": "admin", "resolution_nm": RESOLUTION}
VERSIONED = ("stack", "stack_mirror", "project_stack", "broken_section")


@pytest.fixture
def sections(tmp_path: Path) -> Path:
    folder = tmp_path / "larva" / "raw"
    folder.mkdir(parents=True)
    for z, section in enumerate(STACK):
        Image.fromarray(section).save(folder / f"{z}.png")
    return folder


@pytest.fixture
async def stack(service: Service, tmp_path: Path, sections: Path) -> ImportedStack:
    """A registered stack of the service's project, tiles of 64 pixels."""
    return await import_stack(service.store, tmp_path, sections, tile_size=64, translation_nm=(10, 20, 30), **PLACE)


async def rows(store: Store, query: str) -> list[tuple[Any, ...]]:
    async with store.reading() as connection:
        return await (await connection.execute(query)).fetchall()


async def test_a_registered_stack_is_described_as_catmaid_does(service: Service, stack: ImportedStack) -> None:
    info = await service.tracer.get(f"/{service.project_id}/stack/{stack.stack_id}/info")
    (mirror,) = info.pop("mirrors")
    revision = mirror.pop("image_base").removeprefix(
        f"{service.url}/{service.project_id}/stack/{stack.stack_id}/tiles/"
    )
    assert len(revision.rstrip("/")) == 12
    assert mirror.pop("id") > 0
    assert mirror == {
        "title": "",
        "file_extension": "jpg",
        "tile_width": 64,
        "tile_height": 64,
        "tile_source_type": 5,
        "position": 0,
    }
    assert info == {
        "sid": stack.stack_id,
        "pid": service.project_id,
        "ptitle": "Test",
        "stitle": "larva/raw",
        "dimension": {"x": 200, "y": 150, "z": 3},
        "resolution": {"x": 4.0, "y": 5.0, "z": 40.0},
        "translation": {"x": 10.0, "y": 20.0, "z": 30.0},
        "orientation": 0,
        "num_zoom_levels": 2,
        "downsample_factors": [{"x": 1, "y": 1, "z": 1}, {"x": 2, "y": 2, "z": 1}, {"x": 4, "y": 4, "z": 1}],
        "broken_slices": {},
        "canary_location": {"x": 0, "y": 0, "z": 0},
        "placeholder_color": {"r": 0.0, "g": 0.0, "b": 0.0, "a": 1.0},
        "comment": "",
        "description": "",
        "attribution": None,
        "metadata": None,
    }
    assert await service.tracer.get(f"/{service.project_id}/stacks") == [
        {"id": stack.stack_id, "pid": service.project_id, "title": "larva/raw", "comment": ""}
    ]


async def test_an_import_is_one_version_and_done_once(
    service: Service, tmp_path: Path, sections: Path, stack: ImportedStack
) -> None:
    versions = {await _version(service.store, table) for table in VERSIONED[:3]}
    assert len(versions) == 1
    again = await import_stack(service.store, tmp_path, sections, tile_size=64, **PLACE)
    assert (again.stack_id, again.created) == (stack.stack_id, False)
    assert await rows(service.store, "SELECT count(*) FROM stack") == [(1,)]


async def _version(store: Store, table: str) -> int:
    ((version, label),) = await rows(
        store, f"SELECT version, label FROM {table} JOIN transaction_info t ON t.id = {table}.version"
    )
    assert label == "stacks.import"
    return int(version)


async def test_a_project_is_made_where_there_is_none(service: Service, tmp_path: Path, sections: Path) -> None:
    made = await import_stack(service.store, tmp_path, sections, **{**PLACE, "project": "New"})
    assert made.created
    assert made.project_id != service.project_id


async def test_invalid_parameters_are_refused_before_any_work(service: Service, tmp_path: Path, sections: Path) -> None:
    for change in (
        {"owner": "nobody"},
        {"title": " "},
        {"project": " "},
        {"resolution_nm": (4.0, float("nan"), 40.0)},
        {"resolution_nm": (4.0, 0.0, 40.0)},
    ):
        with pytest.raises((InvalidInput, NotFound)):
            await import_stack(service.store, tmp_path, sections, **{**PLACE, **change})
    assert await rows(service.store, "SELECT count(*) FROM stack") == [(0,)]
    assert not (tmp_path / "stacks").exists()


async def test_a_bad_section_registers_nothing_or_a_broken_section(
    service: Service, tmp_path: Path, sections: Path
) -> None:
    (sections / "1.png").write_bytes((sections / "1.png").read_bytes()[:5000])
    with pytest.raises(BadSections, match=r"1\.png"):
        await import_stack(service.store, tmp_path, sections, **PLACE)
    for table in VERSIONED:
        assert await rows(service.store, f"SELECT count(*) FROM {table}") == [(0,)]

    skipped = await import_stack(service.store, tmp_path, sections, on_bad="skip", **PLACE)
    assert list(skipped.broken) == [1]
    info = await service.tracer.get(f"/{service.project_id}/stack/{skipped.stack_id}/info")
    assert info["broken_slices"] == {"1": 1}


async def test_changed_sections_become_another_stack(
    service: Service, tmp_path: Path, sections: Path, stack: ImportedStack
) -> None:
    Image.fromarray(255 - STACK[0]).save(sections / "0.png")
    other = await import_stack(service.store, tmp_path, sections, tile_size=64, **PLACE)
    assert other.stack_id != stack.stack_id
    assert other.path != stack.path


async def test_a_volume_can_be_made_by_a_program(service: Service, tmp_path: Path) -> None:
    made = await import_volume(
        service.store, tmp_path, STACK.shape, lambda z: STACK[z], fingerprint="noise seed 0", title="Specimen", **PLACE
    )
    assert made.dimension == (200, 150, 3)
    tile = await service.tracer.get(await _tile_path(service, made.stack_id, "0/2/0/0.png"))
    assert np.array_equal(decode_grey(tile)[:150, :200], STACK[2])


async def test_a_cancelled_import_registers_nothing_and_goes_on_later(service: Service, tmp_path: Path) -> None:
    begun = threading.Event()
    let_go = threading.Event()

    def section(z: int) -> NDArray[np.uint8]:
        begun.set()
        let_go.wait()
        return np.asarray(STACK[z])

    given: dict[str, Any] = {"fingerprint": "noise seed 0", "title": "Specimen", **PLACE}
    task = asyncio.create_task(import_volume(service.store, tmp_path, STACK.shape, section, **given))
    await asyncio.to_thread(begun.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    let_go.set()
    assert await rows(service.store, "SELECT count(*) FROM stack") == [(0,)]
    await asyncio.to_thread(until_unlocked, tmp_path / "stacks")
    made = await import_volume(service.store, tmp_path, STACK.shape, section, **given)
    assert made.created


def until_unlocked(volumes: Path) -> None:
    """Wait until the thread of a cancelled import has ended."""
    (partial,) = volumes.iterdir()
    with (partial / NAME).open() as journal:
        fcntl.flock(journal, fcntl.LOCK_EX)


async def _tile_path(service: Service, stack_id: int, tile: str) -> str:
    info = await service.tracer.get(f"/{service.project_id}/stack/{stack_id}/info")
    return str(info["mirrors"][0]["image_base"]).removeprefix(service.url) + tile


async def test_a_tile_has_the_pixels_of_the_sections_and_never_changes(service: Service, stack: ImportedStack) -> None:
    path = await _tile_path(service, stack.stack_id, "0/1/1/2.png")
    headers = {"X-Authorization": f"Token {service.tracer.token}"}
    async with service.tracer.session.get(service.url + path, headers=headers) as response:
        assert response.status == 200
        assert response.content_type == "image/png"
        assert response.headers["Cache-Control"] == "private, max-age=31536000, immutable"
        assert response.headers["Access-Control-Allow-Origin"] == "*"
        etag = response.headers["ETag"]
        assert np.array_equal(decode_grey(await response.read()), STACK[1, 64:128, 128:192])
    status, body = await service.tracer.request("GET", path, headers={"If-None-Match": etag})
    assert (status, body) == (304, b"")
    status, body = await service.tracer.request("GET", path.replace(".png", ".jpg"), headers={"If-None-Match": etag})
    assert status == 200
    assert body[:2] == b"\xff\xd8"


async def test_a_tile_beyond_the_stack_is_not_found(service: Service, stack: ImportedStack) -> None:
    for tile in ("0/3/0/0.jpg", "3/0/0/0.jpg", "0/0/3/0.jpg", "0/0/0/4.jpg"):
        status, body = await service.tracer.request("GET", await _tile_path(service, stack.stack_id, tile))
        assert (status, body["error"]) == (404, "There is no such tile.")


async def test_an_address_of_something_else_is_not_found(service: Service, stack: ImportedStack) -> None:
    for tile in ("0/-1/0/0.jpg", "0/0/0/0.gif", "0/0/..%2f..%2fpg/0.jpg", "0/0/x/0.jpg"):
        status, _ = await service.tracer.request("GET", await _tile_path(service, stack.stack_id, tile))
        assert status == 404
    other_revision = f"/{service.project_id}/stack/{stack.stack_id}/tiles/0123456789ab/0/0/0/0.jpg"
    assert (await service.tracer.request("GET", other_revision))[0] == 404


async def test_images_that_are_gone_are_not_found(service: Service, stack: ImportedStack) -> None:
    path = await _tile_path(service, stack.stack_id, "0/0/0/0.jpg")
    stack.path.rename(stack.path.with_name("elsewhere"))
    status, body = await service.tracer.request("GET", path)
    assert status == 404
    assert "are not where they were" in body["error"]


async def test_images_that_cannot_be_served_are_not_found_and_it_is_said_why(
    service: Service, stack: ImportedStack
) -> None:
    path = await _tile_path(service, stack.stack_id, "0/0/0/0.jpg")
    shutil.rmtree(stack.path / "1")
    shutil.copytree(stack.path / "2", stack.path / "1")
    status, body = await service.tracer.request("GET", path)
    assert status == 404
    assert "has the shape (z, y, x) [3, 38, 50], not [3, 75, 100]" in body["error"]


async def test_a_ticket_authorises_an_image_request(service: Service, stack: ImportedStack) -> None:
    path = await _tile_path(service, stack.stack_id, "0/0/0/0.jpg")
    status, body = await service.visitor.request("GET", path)
    assert status == 403
    ticket = await service.tracer.post(f"/{service.project_id}/tile-ticket")
    assert set(ticket) == {"ticket", "expires"}
    assert (await service.visitor.get(path, ticket=ticket["ticket"]))[:2] == b"\xff\xd8"
    status, body = await service.visitor.request("GET", path, params={"ticket": ticket["ticket"] + "x"})
    assert status == 403
    assert body["error"] == "The ticket is not good, or no longer."
    assert (await service.visitor.refused(f"/{service.project_id}/tile-ticket"))[0] == 403


async def test_a_ticket_gives_no_access_when_its_holder_lost_it(service: Service, stack: ImportedStack) -> None:
    path = await _tile_path(service, stack.stack_id, "0/0/0/0.jpg")
    ticket = (await service.tracer.post(f"/{service.project_id}/tile-ticket"))["ticket"]
    async with service.store.writing(user_id=None, project_id=None, label="test") as tx:
        await tx.execute(
            "DELETE FROM project_permission p USING app_user u WHERE u.id = p.user_id AND u.username = 'tracer'"
        )
    service.app[keys.ACCESS].forget()
    status, _ = await service.visitor.request("GET", path, params={"ticket": ticket})
    assert status == 403


async def test_tiles_that_anybody_may_see_can_be_cached_by_anybody(service: Service, stack: ImportedStack) -> None:
    async with service.store.writing(user_id=None, project_id=None, label="test") as tx:
        await users.grant(tx, service.project_id, "can_browse", to=users.ANONYMOUS)
    service.app[keys.ACCESS].forget()
    path = await _tile_path(service, stack.stack_id, "0/0/0/0.jpg")
    async with service.visitor.session.get(service.url + path) as response:
        assert response.headers["Cache-Control"].startswith("public, ")


async def test_unknown_stacks_and_groups_are_refused_as_catmaid_does(service: Service, stack: ImportedStack) -> None:
    async with service.store.writing(user_id=None, project_id=None, label="test") as tx:
        await tx.execute("DELETE FROM project_stack")
        await tx.execute("INSERT INTO stack_group (id, title) VALUES (1, 'Channels')")
        await tx.execute(
            "INSERT INTO stack_group_member (stack_group_id, stack_id, relation) VALUES (1, %s, 'channel')",
            (stack.stack_id,),
        )
    project = service.project_id
    for path, status, kind in (
        (f"stack/{stack.stack_id}/info", 400, "ValueError"),
        ("stack/999/info", 404, "Http404"),
        ("stackgroup/99/info", 404, "DoesNotExist"),
        ("stackgroup/1/info", 404, "DoesNotExist"),
    ):
        answered, body = await service.tracer.request("GET", f"/{project}/{path}")
        assert (answered, body["type"]) == (status, kind)
    async with service.store.writing(user_id=None, project_id=None, label="test") as tx:
        await tx.execute("INSERT INTO project_stack (project_id, stack_id) VALUES (%s, %s)", (project, stack.stack_id))
    assert await service.tracer.get(f"/{project}/stackgroup/1/info") == {
        "id": 1,
        "project_id": str(project),
        "title": "Channels",
        "stacks": [{"id": stack.stack_id, "relation": "channel", "position": 0}],
    }


def pyramid(folder: Path, layout: str) -> Path:
    """Two sections of 100 x 60 pixels in tiles of 64, one zoom level more; the edge tiles are not padded."""
    image = Image.fromarray(STACK[0, :60, :100])
    for z in range(2):
        for zoom, level in enumerate((image, image.resize((50, 30)))):
            for col in range(-(-level.width // 64)):
                path = folder / (layout.format(zoom=zoom, z=z, row=0, col=col) + ".png")
                path.parent.mkdir(parents=True, exist_ok=True)
                level.crop((64 * col, 0, min(64 * col + 64, level.width), level.height)).save(path)
    return folder


@pytest.mark.parametrize(
    ("tile_source_type", "layout"),
    [
        (1, "{z}/{row}_{col}_{zoom}"),
        (4, "{z}/{zoom}/{row}_{col}"),
        (5, "{zoom}/{z}/{row}/{col}"),
    ],
)
async def test_existing_tiles_are_served_from_where_they_are(
    service: Service, tmp_path: Path, tile_source_type: int, layout: str
) -> None:
    made = await import_tiles(
        service.store,
        pyramid(tmp_path / "tiles", layout),
        tile_source_type=tile_source_type,
        dimension=(100, 60, 2),
        tile_size=(64, 64),
        file_extension="png",
        **PLACE,
    )
    assert made.zoom_levels == 2
    tile = decode_grey(await service.tracer.get(await _tile_path(service, made.stack_id, "0/1/0/1.png")))
    assert tile.shape == (64, 64)
    assert np.array_equal(tile[:60, :36], STACK[0, :60, 64:100])
    assert not tile[60:].any()
    assert not tile[:, 36:].any()


async def test_tiles_with_a_missing_section_are_refused_or_have_a_broken_one(service: Service, tmp_path: Path) -> None:
    folder = pyramid(tmp_path / "tiles", "{z}/{row}_{col}_{zoom}")
    given: dict[str, Any] = {
        "tile_source_type": 1,
        "dimension": (100, 60, 3),
        "tile_size": (64, 64),
        "file_extension": "png",
    }
    with pytest.raises(BadSections, match=r"section 2 .*is missing"):
        await import_tiles(service.store, folder, **given, **PLACE)
    made = await import_tiles(service.store, folder, on_bad="skip", **given, **PLACE)
    assert dict(made.broken) == {2: "is missing"}


async def test_tiles_need_a_description(service: Service, tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="Say what the tile source type and dimension of"):
        await import_tiles(service.store, tmp_path, **PLACE)
    with pytest.raises(InvalidInput, match="Tile source type 2 is not one of files"):
        await import_tiles(service.store, tmp_path, tile_source_type=2, dimension=(1, 1, 1), **PLACE)


async def test_a_real_pyramid_needs_only_its_description(service: Service, shared: Path) -> None:
    folder = shared / "data" / "vnc2"
    made = await import_tiles(service.store, folder, project="Test", owner="admin")
    assert (made.title, made.dimension, made.zoom_levels) == ("vnc2", (1024, 1024, 12), 3)
    tile = await service.tracer.get(await _tile_path(service, made.stack_id, "1/4/0/1.jpg"))
    assert tile == (folder / "tiles" / "4" / "0_1_1.jpg").read_bytes()


async def test_real_sections_have_the_values_they_are_known_for(service: Service, tmp_path: Path, shared: Path) -> None:
    expected = json.loads((shared / "data" / "expected.json").read_text())["vnc1"]["image"]
    made = await import_stack(
        service.store,
        tmp_path,
        shared / "data" / "vnc1" / "raw",
        project="VNC",
        owner="admin",
        resolution_nm=(4.6, 4.6, 50),
    )
    assert list(made.dimension[::-1]) == expected["shape_zyx"]
    info = await service.admin.get(f"/{made.project_id}/stack/{made.stack_id}/info")
    base, size = info["mirrors"][0]["image_base"].removeprefix(service.url), info["mirrors"][0]["tile_width"]
    for probe in expected["probes"]:
        tile = await service.admin.get(f"{base}0/{probe['z']}/{probe['y'] // size}/{probe['x'] // size}.png")
        assert decode_grey(tile)[probe["y"] % size, probe["x"] % size] == probe["raw"]
