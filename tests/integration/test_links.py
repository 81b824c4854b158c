"""Links: CATMAID's and Neuroglancer's, made, opened, and told of by the service's pages."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Any
from urllib.parse import quote

import neuroglancer
import pytest
from aiohttp import ClientSession

import catmaid_jupyter as cj
from catmaid_jupyter.client.links.layout_text import widget_names
from tests.helpers.service import Service
from tests.integration.test_client_selection import trace
from tests.integration.test_workspaces import in_thread, told_by


@pytest.fixture
async def project(service: Service) -> AsyncIterator[cj.Project]:
    """The project "Test" as its tracer sees it."""
    instance = await asyncio.to_thread(cj.connect, service.url, service.tracer.token)
    yield await asyncio.to_thread(instance.project, "Test")
    await asyncio.to_thread(instance.close)


async def test_a_viewer_takes_traits_of_its_tracing_layer(project: cj.Project) -> None:
    def story() -> None:
        viewer = project.viewer(height=300, color_by="review", warn_distance=200.0, opacity=0.5)
        layer = viewer.layers[-1]
        assert (viewer.height, viewer.opacity) == (300, 0.5)
        assert (layer.color_by, layer.warn_distance, layer.opacity) == ("review", 200.0, 1.0)
        with pytest.raises(TypeError, match="has no argument 'hieght'"):
            project.viewer(hieght=300)

    await asyncio.to_thread(story)


async def test_links_lead_back_to_where_they_were_made(project: cj.Project, service: Service) -> None:
    def story() -> None:
        nodes = trace(project, "PN1", 3)
        skeleton = project.selection("PN1").skeleton_ids[0]
        viewer = project.viewer(position=(10.5, 20, 80), nm_per_pixel=16)
        viewer.active_node, viewer.layers[-1].active_skeleton = nodes[1], skeleton
        link = viewer.url()
        assert link == (
            f"{service.url}/?pid={project.id}&zp=80&yp=20&xp=10.5&tool=tracingtool"
            f"&active_skeleton_id={skeleton}&active_node_id={nodes[1]}"
        )
        for source in (link, viewer.url("fig2", public=True)):
            opened = cj.open(source, service.tracer.token)
            again = opened.widgets[0]
            assert again.position == viewer.position
            assert (again.active_node, again.active_skeleton) == (nodes[1], skeleton)
        assert source == f"{service.url}/{project.id}/links/fig2"
        _, told = told_by(
            lambda: viewer.url("fig3", message="See the synapse.") and project.open(link.replace("80", "9"))
        )
        assert told == []
        _, told = told_by(lambda: project.open(f"{service.url}/{project.id}/links/fig3"))
        assert told == ["fig3: See the synapse."]

        with cj.connect(service.url, service.admin.token) as admin:
            found = admin.project("Test")
            address = found.workspace(found.viewer(brightness=2), found.selection("PN1")).url("start here")
        assert address == f"{service.url}/?pid={project.id}&workspace=start%20here"
        assert project.open(address).widgets[0].brightness == 2

    await in_thread(story)


async def test_links_of_catmaid_open_its_widgets(project: cj.Project, service: Service) -> None:
    def story() -> None:
        nodes = trace(project, "PN1", 3)
        skeleton = project.selection("PN1").skeleton_ids[0]
        layout = quote('h(XY, v({ type: "neuron-search", id: "n 1" }, t(3d-viewer, graph-widget), 0.6), 0.7)')
        base = f"{service.url}/?pid={project.id}&zp=80&yp=20&xp=10"
        opened, told = told_by(
            lambda: project.open(
                f"{base}&tool=tracingtool&sid0=77&s0=2.5&active_node_id={nodes[2]}&active_skeleton_id={skeleton}"
                f"&layout={layout}&help=true"
            )
        )
        assert [type(one).__name__ for one in opened.widgets] == ["StackViewer", "NeuronSearch", "Viewer3D"]
        assert opened.widgets[2].selection.skeleton_ids == [skeleton]
        assert opened.widgets[2].stack_viewer is opened.widgets[0]
        assert told[0] == "The link also says help, which means nothing here."
        assert told[1:] == [
            "The link's stack 77 is not in this project: what it has is shown.",
            "Of the link's layout there is nothing here for graph-widget.",
        ]
        assert project.open(f"{base}&tool=navigator").widgets[0].layers == []
        _, told = told_by(lambda: project.open(f"{base}&active_node_id=999999"))
        assert told == ["Node 999999, which the link makes active, is gone."]
        for wrong, sentence in (
            ("ftp://x/?pid=1", "is no link"),
            (f"{service.url}/", "says no project"),
            (f"{service.url}/?pid=x", "pid of the link is a whole number"),
            (f"{base[:-6]}", "lacks xp"),
            (f"{base}&xp=nan", "xp of the link is a number, not 'nan'"),
            (f"{service.url}/?pid=99", "of project 99, not of project"),
        ):
            with pytest.raises(cj.InvalidInput, match=sentence):
                project.open(wrong)
        with pytest.raises(cj.NotFound, match="There is no link 'none'"):
            project.open(f"{service.url}/{project.id}/links/none")

    await in_thread(story)
    assert widget_names("h(XY, v(a-b, 'c', 0.5), 0.6)") == ["XY", "a-b", "c"]
    assert widget_names("") == widget_names(")(,{") == []


async def test_a_link_chooses_the_stack_and_its_zoom(project: cj.Project, service: Service) -> None:
    async with service.store.writing(user_id=None, project_id=None, label="tests.stack") as tx:
        cursor = await tx.execute(
            "WITH made AS (INSERT INTO stack (title, dimension_x, dimension_y, dimension_z, resolution_x,"
            " resolution_y, resolution_z) VALUES ('Other', 100, 100, 10, 4, 4, 40) RETURNING id)"
            " INSERT INTO project_stack (project_id, stack_id) SELECT %s, id FROM made RETURNING stack_id",
            (project.id,),
        )
        (stack_id,) = (await cursor.fetchall())[0]

    def story() -> None:
        link = f"{service.url}/?pid={project.id}&zp=80&yp=20&xp=10&tool=tracingtool&sid0={stack_id}&s0=2"
        viewer = project.open(link).widgets[0]
        assert (viewer.stack["id"], viewer.nm_per_pixel, viewer.position) == (stack_id, 16, (10, 20, 80))
        assert f"sid0={stack_id}&s0=2" in viewer.url()

    await in_thread(story)


async def test_neuroglancer_reads_our_states_and_we_read_its(project: cj.Project, service: Service) -> None:
    def story() -> None:
        trace(project, "PN1", 3)
        trace(project, "PN2", 3)
        found = project.selection(["PN1", "PN2"], colors=["#112233", "#445566"])
        viewer = project.viewer(position=(80, 160, 400), nm_per_pixel=16)
        state = project.neuroglancer(found, viewer, image="precomputed://https://example.org/em")
        read: Any = neuroglancer.parse_url(state.link)
        assert list(read.dimensions.names) == ["x", "y", "z"]
        scales = viewer.stack["resolution"]
        assert [value * nm for value, nm in zip(read.position, scales, strict=True)] == pytest.approx([80, 160, 400])
        assert read.layers["image"].type == "image"
        assert read.layers["neurons"].segments == set(found.skeleton_ids)
        assert read.layers["neurons"].segment_colors[found.skeleton_ids[1]] == "#445566"
        assert read.cross_section_scale == pytest.approx(16 / min(scales))

        read.layers.append(name="others", layer=neuroglancer.SegmentationLayer(source="precomputed://gs://a/b"))
        older = (
            state.page + "/#!" + neuroglancer.url_state.json_to_url_safe(neuroglancer.to_url(read).partition("#!")[2])
        )
        for link in (neuroglancer.to_url(read), older, state.short_link()):
            opened, told = told_by(partial(project.open, link))
            again, table = opened.widgets
            assert again.position == pytest.approx((80, 160, 400))
            assert again.nm_per_pixel == pytest.approx(16)
            assert table.selection.colors == found.colors
            left_out = "image" if "nglstate" in link else "image, others"
            assert told == [f"Layers that are not of this project are left out: {left_out}."]
        assert f"#!{service.url}/{project.id}/nglstate/api/v1/" in state.short_link()
        with pytest.raises(cj.InvalidInput, match=r"kept at example\.org, which is not asked"):
            project.open("https://ng.example.org/#!https://example.org/nglstate/api/v1/7")
        with pytest.raises(cj.NotFound, match="no state of Neuroglancer after #!"):
            project.open("https://ng.example.org/#!{nothing")
        told_by(lambda: cj.open(state.link, service.tracer.token))

    await in_thread(story)


async def test_states_are_kept_for_who_may_see_the_project(service: Service) -> None:
    """As clients of CAVE's state server ask."""
    path = f"/{service.project_id}/nglstate/api/v1/"
    status, number = await service.tracer.request("POST", f"{path}post", data='{"layers": [], "n": 1}')
    assert (status, isinstance(number, int)) == (200, True)
    assert await service.admin.get(f"{path}{number}") == {"layers": [], "n": 1}
    assert (await service.visitor.request("GET", f"{path}{number}"))[0] == 403
    assert (await service.tracer.request("GET", f"{path}{number + 1}"))[0] == 404
    for body in ("[1]", "{", b"\xff", b'{"a": "' + b"x" * 2**21 + b'"}'):
        status, _ = await service.tracer.request("POST", f"{path}post", data=body)
        assert status in (400, 413), body[:9]
    assert (await service.visitor.request("POST", f"{path}post", data="{}"))[0] == 403


async def test_a_page_tells_where_a_link_leads(service: Service) -> None:
    await service.tracer.post(f"/{service.project_id}/links/", alias="fig2", message="See <b>", location_x=1)
    await service.tracer.post(f"/{service.project_id}/links/", alias="locked", is_public="true", password="a b c")

    async def page(query: str, actor: Any) -> str:
        _, body = await actor.request("GET", f"/?{query}")
        return str(body.decode())

    here = await page(f"pid={service.project_id}&zp=80&yp=20&xp=1000&tool=tracingtool&a='<b>", service.tracer)
    assert "project “Test”, at x = 1,000, y = 20, z = 80 nm." in here
    assert f"cj.open(&quot;{service.url}/?pid={service.project_id}&amp;zp=80" in here.replace("&#x27;", "&quot;")
    assert "<b>" not in here
    assert "See &lt;b&gt;" in await page(f"pid={service.project_id}&link=fig2", service.tracer)
    assert "leads to project “Test”." in await page(f"pid={service.project_id}&link=locked", service.tracer)
    other = await page(f"pid={service.project_id}&link=fig2", service.visitor)
    assert "that you may not see" in other
    assert "Test" not in other
    assert "There is no link “none”" in await page(f"pid={service.project_id}&link=none", service.tracer)
    assert "workspace “morning”" in await page(f"pid={service.project_id}&workspace=morning", service.tracer)
    for query in ("pid=x", "xp=1", "pid=99999999999999999999"):
        assert "This service keeps projects" in await page(query, service.visitor)
    async with ClientSession() as session, session.get(f"{service.url}/{service.project_id}/links/fig2") as led:
        assert led.url.query_string == f"pid={service.project_id}&link=fig2"
