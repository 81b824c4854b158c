"""`import projects`: CATMAID's project files, old and new, and what `/projects/export` answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from catmaid_server.domain.errors import InvalidInput
from catmaid_server.tiles.encode import decode_grey
from catmaid_server.tiles.gateway.bridge import VolumeBridge
from catmaid_server.tiles.gateway.fetching import ObjectFetcher
from catmaid_server.tiles.omezarr import cache_context
from catmaid_server.tiles.registration.adding import StackLooker
from catmaid_server.tiles.registration.project_files import parsed_projects
from catmaid_server.tiles.registration.project_import import import_projects
from catmaid_server.tiles.sources.opening import SourceMeans
from tests.helpers.image_hosts import QUICK, THIS_MACHINE, ImageHost, serving_images
from tests.helpers.service import Service, fresh_service

VOLUME = np.random.default_rng(4).integers(0, 256, (6, 600, 700), dtype=np.uint8)

OLD = """
project:
    name: "Wing Disc 1"
    stacks:
      - url: "{url}/1/"
        name: "Channel 1"
        metadata: "PMT Offset: 10"
        dimension: "(700,600,6)"
        resolution: "(138.0,138.0,1.0)"
        zoomlevels: 2
        fileextension: "png"
        overlays:
          - name: "Channel 2"
            url: "{url}/4/"
            tile_source_type: 4
            fileextension: "png"
            defaultopacity: 50
"""
NEW = """
- project:
    title: Larva
    stacks:
      - title: EM
        comment: of the nerve cord
        dimension: (700, 600, 6)
        resolution: (4,4,40)
        translation: (100,200,300)
        orientation: 0
        downsample_factors: [[1, 1, 1], [2, 2, 1], [4, 4, 1]]
        broken_sections: [3]
        canary_location: (350, 300, 2)
        placeholder_color: (0,0,0,0.5)
        colour: blue
        mirrors:
          - {{title: second, position: 1, url: "{url}/5/", fileextension: png, tile_source_type: 5}}
          - {{title: first, position: 0, url: "{url}/2", fileextension: png, tile_source_type: 2}}
        stackgroups:
          - {{id: 4, title: Both, relation: view}}
      - title: Crop
        dimension: [512, 512, 10]
        resolution: [4.6, 4.6, 50]
        mirrors:
          - {{url: "{url}/files/vnc1/vnc1.n5/crop/%SCALE_DATASET%/0_1_2", tile_source_type: 11}}
        stackgroups:
          - {{id: 4, title: Both, relation: view}}
"""


@pytest.fixture
async def host(shared: Path) -> AsyncIterator[ImageHost]:
    async with serving_images(ImageHost(VOLUME, folders={"vnc1": shared / "data/vnc1"})) as serving:
        yield serving


@pytest.fixture
async def service(store: Any, tmp_path: Path) -> AsyncIterator[Service]:
    async with fresh_service(store, tmp_path, image_hosts=THIS_MACHINE, image_patience=QUICK) as serving:
        yield serving


@pytest.fixture
async def looker(tmp_path: Path) -> AsyncIterator[StackLooker]:
    fetcher = ObjectFetcher(THIS_MACHINE, None, QUICK)
    bridge = VolumeBridge(fetcher)
    with ThreadPoolExecutor(1) as pool:
        means = SourceMeans(folder=tmp_path, context=cache_context(1 << 20), pool=pool, fetcher=fetcher, bridge=bridge)
        yield StackLooker(means, None)
        await bridge.close()
        await fetcher.close()


async def infos(service: Service, project_id: int) -> dict[str, Any]:
    """Descriptions of a project's stacks by title."""
    listed = await service.admin.get(f"/{project_id}/stacks")
    found = await asyncio.gather(*(service.admin.get(f"/{project_id}/stack/{row['id']}/info") for row in listed))
    return {info["stitle"]: info for info in found}


async def test_an_old_file_becomes_a_project_whose_overlays_are_channels(
    service: Service, looker: StackLooker, host: ImageHost
) -> None:
    described = parsed_projects(OLD.format(url=host.url))
    (made,) = await import_projects(service.store, looker, described, owner="admin")
    assert (made.title, len(made.added), made.notes) == ("Wing Disc 1", 2, [])
    stacks = await infos(service, made.project_id)
    first = stacks["Channel 1"]
    assert (first["num_zoom_levels"], first["metadata"]) == (1, "PMT Offset: 10")
    groups = await service.admin.get(f"/{made.project_id}/stack/{first['sid']}/groups")
    group = await service.admin.get(f"/{made.project_id}/stackgroup/{groups['stack_group_ids'][0]}/info")
    assert group["title"] == "Channel 1 and overlays"
    assert [(member["id"], member["relation"]) for member in group["stacks"]] == [
        (first["sid"], "channel"),
        (stacks["Channel 2"]["sid"], "channel"),
    ]
    tile = await service.admin.get(
        stacks["Channel 2"]["mirrors"][0]["image_base"].removeprefix(service.url) + "1/2/0/0.png"
    )
    assert np.array_equal(decode_grey(tile), host.level(1, 2)[:256, :256])


async def test_a_new_file_has_all_that_catmaid_knows_of_stacks_and_is_imported_once(
    service: Service, looker: StackLooker, host: ImageHost
) -> None:
    described = parsed_projects(NEW.format(url=host.url))
    (made,) = await import_projects(service.store, looker, described, owner="admin")
    assert made.notes == ["'colour' of stack 'EM' is not read."]
    stacks = await infos(service, made.project_id)
    em = stacks["EM"]
    assert em["translation"] == {"x": 100, "y": 200, "z": 300}
    assert (em["broken_slices"], em["num_zoom_levels"]) == ({"3": 1}, 2)
    assert (em["canary_location"]["x"], em["placeholder_color"]["a"]) == (350, 0.5)
    assert [mirror["title"] for mirror in em["mirrors"]] == ["first", "second"]
    below = em["mirrors"][0]["image_base"].removeprefix(service.url)
    assert np.array_equal(decode_grey(await service.admin.get(below + "0/4/1/1.png")), VOLUME[4, 256:512, 256:512])
    assert stacks["Crop"]["mirrors"][0]["tile_source_type"] == 5
    (again,) = await import_projects(service.store, looker, described, owner="admin")
    assert (again.project_id, again.added, again.there) == (made.project_id, [], made.added)


async def test_what_one_service_exports_another_imports(service: Service, looker: StackLooker, host: ImageHost) -> None:
    await import_projects(service.store, looker, parsed_projects(NEW.format(url=host.url)), owner="admin")
    exported = await service.admin.get("/projects/export")
    text = exported.decode().replace("title: Larva", "title: Other")
    (made,) = [
        project
        for project in await import_projects(service.store, looker, parsed_projects(text), owner="admin")
        if project.title == "Other"
    ]
    assert made.notes == []
    first, second = await infos(service, 2), await infos(service, made.project_id)
    for title in ("EM", "Crop"):
        same = {"dimension", "resolution", "translation", "downsample_factors", "broken_slices", "canary_location"}
        assert {name: first[title][name] for name in same} == {name: second[title][name] for name in same}
    below = second["Crop"]["mirrors"][0]["image_base"].removeprefix(service.url)
    assert len(await service.admin.get(below + "0/4/1/1.png")) > 1000
    async with service.store.writing(user_id=None, project_id=None, label="test") as tx:
        await tx.execute(
            "INSERT INTO project_permission (project_id, user_id, permission)"
            " SELECT 2, id, 'can_browse' FROM app_user WHERE username = 'tracer'"
        )
    seen = yaml.safe_load(await service.tracer.get("/projects/export"))
    assert host.url not in str(seen), "where images really are is for superusers"


async def test_mirrors_that_the_service_may_not_ask_are_kept_for_others_and_named(
    service: Service, looker: StackLooker
) -> None:
    text = NEW.format(url="http://10.1.2.3")
    (made,) = await import_projects(service.store, looker, parsed_projects(text), owner="admin")
    assert sum("10.1.2.3 is at a private address" in note for note in made.notes) == 3
    stacks = await infos(service, made.project_id)
    assert [mirror["image_base"] for mirror in stacks["EM"]["mirrors"]] == ["http://10.1.2.3/2", "http://10.1.2.3/5/"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: [", "neither YAML nor JSON in line 1"),
        ("stacks: []", "has the key 'project'"),
        ("project: {stacks: []}", "A project needs a title"),
        ("project: {title: A, stacks: [7]}", "Stack 1 of project 'A' is no object"),
        ("project: {title: A, stacks: [{title: B, resolution: '(1,1,1)'}]}", "Stack 'B' .* lacks 'dimension'"),
        (
            "project: {title: A, stacks: [{title: B, dimension: '(1,1)', resolution: '(1,1,1)'}]}",
            "is not 3 numbers",
        ),
        (
            "project: {title: A, stacks: [{title: B, dimension: '(1,1,1)', resolution: '(1,1,1)', folder: x}]}",
            "neither a mirror nor a url",
        ),
    ],
)
def test_what_is_wrong_with_a_file_is_said(text: str, message: str) -> None:
    with pytest.raises(InvalidInput, match=message):
        parsed_projects(text)
