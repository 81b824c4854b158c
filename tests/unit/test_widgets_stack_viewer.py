"""The stack viewer's kernel side: its arguments and traits, and the two ways of its tiles."""

from __future__ import annotations

from concurrent.futures import Future
from typing import Any

import msgspec
import numpy as np
import pandas as pd
import pytest
import traitlets

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput, NotFound, error_from_answer
from catmaid_jupyter.api.http import Answer
from catmaid_jupyter.client.stack import Stack
from catmaid_jupyter.widgets import StackViewer
from catmaid_jupyter.widgets import static as widgets_static
from catmaid_jupyter.widgets.base import Layer, answer_from_subshells
from catmaid_jupyter.widgets.stack_images.tile_hosts import browser_addresses, tile_hosts, zoom_levels
from catmaid_jupyter.widgets.stack_viewer import first_view
from catmaid_jupyter.widgets.static import bundle

SERVICE = "http://127.0.0.1:8000/"


def xyz(x: float, y: float, z: float) -> dict[str, float]:
    return {"x": x, "y": y, "z": z}


def mirror(**changes: Any) -> dict[str, Any]:
    own = {
        "image_base": f"{SERVICE}3/stack/5/tiles/abc/",
        "file_extension": "jpg",
        "tile_width": 512,
        "tile_height": 512,
        "tile_source_type": 5,
        "position": 0,
    }
    return own | changes


def info(*mirrors: dict[str, Any], **changes: Any) -> dict[str, Any]:
    described = {
        "sid": 5,
        "stitle": "raw",
        "dimension": xyz(1024, 1000, 20),
        "resolution": xyz(4.5, 4.5, 50),
        "translation": xyz(0, 90, 1000),
        "broken_slices": {"7": 1},
        "num_zoom_levels": 1,
        "downsample_factors": None,
        "mirrors": list(mirrors) or [mirror()],
    }
    return described | changes


class FakeHttp:
    """A service with tiles in row 0 only, which wants no token for anything."""

    server, database, username, browser_path = SERVICE, None, "ana", ""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.info = info()

    async def request(self, verb: str, path: str, **_: Any) -> Answer:
        self.asked.append(f"{verb} {path}")
        if path.endswith("/info"):
            return Answer(200, "application/json", msgspec.json.encode(self.info))
        if path.endswith("/tile-ticket"):
            return Answer(200, "application/json", b'{"ticket": "secret", "expires": "2027-01-01T00:00:00Z"}')
        if "/0/4/" in path:
            raise error_from_answer(424, b'{"error": "The disk is broken."}')
        if "/0/3/0/" in path:
            return Answer(200, "image/jpeg", path[-5:-4].encode())
        raise NotFound("no tile")


class FakeInstance:
    url = SERVICE
    capabilities = frozenset({"tickets"})

    def __init__(self) -> None:
        self.http = FakeHttp()

    def submit(self, coro: Any) -> Future[Any]:
        return loop.submit(coro)


class FakeProject:
    id = 3

    def __init__(self) -> None:
        self.instance = FakeInstance()
        self.place = None
        self.along: dict[int, int] = {}
        """Orientations of further stacks by their ids."""

    @property
    def stacks(self) -> pd.DataFrame:
        return pd.DataFrame({"id": [5, *self.along]})

    def stack(self, key: int | str | None = None) -> Stack:
        if key in self.along:
            return Stack.from_info(info(sid=key, orientation=self.along[int(key)]))
        if key not in (None, 5, "raw"):
            raise NotFound("no such stack")
        return Stack.from_info(self.instance.http.info)

    def locate(self, treenode_id: int) -> tuple[float, float, float]:
        if treenode_id != 9:
            raise NotFound("no such treenode")
        return 1.0, 2.0, 1100.0


@pytest.fixture
def project() -> FakeProject:
    return FakeProject()


@pytest.fixture
def viewer(project: FakeProject) -> StackViewer:
    return StackViewer(project)  # type: ignore[arg-type]


def test_it_looks_at_the_middle_section_of_the_first_stack(viewer: StackViewer) -> None:
    assert viewer.stack["title"] == "raw"
    assert viewer.stack["broken_sections"] == [7]
    assert viewer.position == (4.5 * 511.5, 90 + 4.5 * 499.5, 1000 + 50 * 9)


def test_a_place_that_is_set_again_is_sent_again(viewer: StackViewer, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []

    def send_state(key: str) -> None:
        sent.append(key)

    monkeypatch.setattr(viewer, "send_state", send_state)
    viewer.nm_per_pixel = 4.0
    for _ in range(2):
        viewer.position = (1.0, 2.0, 3.0)
        viewer.nm_per_pixel = 4.0
    assert sent == ["nm_per_pixel", "position", "nm_per_pixel", "position", "nm_per_pixel"]
    viewer.set_state({"position": [1.0, 2.0, 3.0], "nm_per_pixel": 4.0})
    assert len(sent) == 5


def test_what_a_page_sent_before_it_knew_of_a_place_that_was_set_does_not_take_that_back(viewer: StackViewer) -> None:
    viewer.nm_per_pixel = 4.0
    seen = viewer.get_state("_program_changes")["_program_changes"]
    viewer.position = (1.0, 2.0, 3.0)
    viewer.set_state({"position": [7.0, 8.0, 9.0], "nm_per_pixel": 2.0, "_known_changes": seen, "mini_map": True})
    assert (viewer.position, viewer.nm_per_pixel, viewer.mini_map) == ((1.0, 2.0, 3.0), 4.0, True)
    viewer.set_state({"position": [7.0, 8.0, 9.0], "nm_per_pixel": 2.0, "_known_changes": seen + 1})
    assert (viewer.position, viewer.nm_per_pixel) == ((7.0, 8.0, 9.0), 2.0)
    viewer.set_state({"position": [4.0, 5.0, 6.0]})
    assert viewer.position == (4.0, 5.0, 6.0)


def test_a_place_that_is_set_goes_to_pages_with_the_zoom_and_its_number(
    viewer: StackViewer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(viewer, "_send", lambda message, **_: sent.append(message["state"]))
    viewer.position = (1.0, 2.0, 3.0)
    with pytest.raises(traitlets.TraitError):
        viewer.position = "nowhere"
    viewer.height = 300
    (place, height) = sent
    assert place == {"position": (1.0, 2.0, 3.0), "nm_per_pixel": None, "_program_changes": viewer._program_changes}
    assert height == {"height": 300}


def test_what_follows_a_page_is_no_change_of_the_program(project: FakeProject, viewer: StackViewer) -> None:
    other = StackViewer(project)  # type: ignore[arg-type]
    traitlets.link((viewer, "position"), (other, "position"))
    seen = [one.get_state("_program_changes")["_program_changes"] for one in (viewer, other)]
    viewer.set_state({"position": [1.0, 2.0, 3.0], "_known_changes": seen[0]})
    assert other.position == (1.0, 2.0, 3.0)
    other.set_state({"position": [4.0, 5.0, 6.0], "_known_changes": seen[1]})
    assert viewer.position == other.position == (4.0, 5.0, 6.0)


def test_a_position_is_three_finite_numbers_in_any_container(viewer: StackViewer) -> None:
    viewer.position = np.array([1, 2.5, 3])
    assert viewer.position == (1.0, 2.5, 3.0)
    for wrong in ((1, 2), "123", (1, 2, float("nan")), 5, (1, 2, "x")):
        with pytest.raises(traitlets.TraitError):
            viewer.position = wrong
    assert viewer.position == (1.0, 2.5, 3.0)


def test_an_unknown_argument_fails_with_advice(project: FakeProject) -> None:
    with pytest.raises(TypeError, match="Did you mean 'height'"):
        StackViewer(project, hieght=300)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="It knows: big_step, box, brightness"):
        StackViewer(project, qqq=1)  # type: ignore[arg-type]


def test_an_unknown_stack_is_not_found(project: FakeProject) -> None:
    with pytest.raises(NotFound):
        StackViewer(project, "other")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("orientation", "plane", "translation", "position"),
    [
        (0, "xy", [10, 90, 1000], (10 + 4.5 * 511.5, 90 + 4.5 * 499.5, 1000 + 50 * 9)),
        (1, "xz", [10, 1000, 90], (10 + 4.5 * 511.5, 90 + 50 * 9, 1000 + 4.5 * 499.5)),
        (2, "zy", [1000, 90, 10], (10 + 50 * 9, 90 + 4.5 * 499.5, 1000 + 4.5 * 511.5)),
    ],
)
def test_a_stack_is_told_in_the_axes_of_its_plane(
    project: FakeProject, orientation: int, plane: str, translation: list[float], position: tuple[float, ...]
) -> None:
    project.instance.http.info = info(orientation=orientation, translation=xyz(10, 90, 1000))
    viewer = StackViewer(project)  # type: ignore[arg-type]
    assert (viewer.stack["plane"], viewer.stack["translation"]) == (plane, translation)
    assert viewer.stack["resolution"] == [4.5, 4.5, 50]
    assert viewer.position == pytest.approx(position)


def test_a_grid_has_no_images_and_the_size_that_one_says(project: FakeProject) -> None:
    grid = Stack.grid((800, 400, 4000), (4, 40, 4), (10, 20, 30), "xz")
    assert (grid.dimension, grid.extent) == ((200, 100, 100), (800, 400, 4000))
    assert StackViewer(project, grid).stack["is_grid"]  # type: ignore[arg-type]
    side = project.stack().seen_along("zy")
    assert (side.plane, side.extent, side.resolution) == ("zy", project.stack().extent, (50, 4.5, 4.5))
    assert project.stack().seen_along("xy") == project.stack()
    with pytest.raises(InvalidInput, match="take one of xy, xz, zy"):
        Stack.grid((1, 1, 1), plane="yz")  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="take one of xy, xz, zy"):
        project.stack().seen_along("yz")  # type: ignore[arg-type]


def test_a_project_without_images_is_shown_as_a_grid(project: FakeProject, monkeypatch: pytest.MonkeyPatch) -> None:
    places: list[tuple[float, float, float]] = []

    def none(_key: int | str | None = None) -> Stack:
        raise NotFound("no images")

    async def some_places(_place: object) -> np.ndarray:
        return np.array(places).reshape(-1, 3)

    monkeypatch.setattr(project, "stack", none)
    monkeypatch.setattr(FakeProject, "stacks", pd.DataFrame({"id": []}))
    monkeypatch.setattr(first_view, "some_places", some_places)
    empty = StackViewer(project)  # type: ignore[arg-type]
    assert (empty.stack["is_grid"], empty.stack["translation"]) == (True, [0, 0, 0])
    places += [(900_004, -1000.5, 80), (900_104, -1000.5, 90), (980_000, 500_000, 80)]
    viewer = StackViewer(project)  # type: ignore[arg-type]
    assert viewer.position == (900_104, -1000.5, 90)
    low = np.array(viewer.stack["translation"])
    high = low + np.array(viewer.stack["dimension"]) * viewer.stack["resolution"]
    assert (low < np.min(places, axis=0)).all()
    assert (high > np.max(places, axis=0)).all()
    assert (high - low >= 200_000).all()
    assert StackViewer(project, plane="xz").position == viewer.position  # type: ignore[arg-type]
    with pytest.raises(NotFound):
        StackViewer(project, "raw")  # type: ignore[arg-type]


def test_a_plane_is_a_stack_cut_along_it_or_a_grid(project: FakeProject) -> None:
    side = StackViewer(project, 5, plane="xz")  # type: ignore[arg-type]
    assert (side.stack["plane"], side.stack["is_grid"]) == ("xz", True)
    assert StackViewer(project, 5, plane="xy").stack["id"] == 5  # type: ignore[arg-type]
    assert StackViewer(project, plane="zy").stack["is_grid"]  # type: ignore[arg-type]
    project.along = {6: 1}
    found = StackViewer(project, plane="xz").stack  # type: ignore[arg-type]
    assert (found["id"], found["plane"], found["is_grid"]) == (6, "xz", False)
    assert StackViewer(project, plane="zy").stack["is_grid"]  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="'yz': take one of xy, xz, zy"):
        StackViewer(project, plane="yz")  # type: ignore[arg-type]


def test_linked_stack_viewers_have_one_place_and_active_node(project: FakeProject) -> None:
    one, other, third = (
        StackViewer(project, layers=[Tracing(project.instance)])  # type: ignore[arg-type]
        for _ in range(3)
    )
    one.position, one.nm_per_pixel = (1, 2, 3), 7.0
    one.link(other)
    other.link(third)
    assert (third.position, third.nm_per_pixel, third.crosshair) == ((1, 2, 3), 7.0, True)
    assert one.link_group == other.link_group == third.link_group != ""
    third.active_node = 9
    assert one.active_node == 9
    third.unlink()
    assert third.link_group == ""


def test_several_viewers_are_linked_at_once_or_none(project: FakeProject) -> None:
    one, other, third = (
        StackViewer(project, layers=[Tracing(project.instance)])  # type: ignore[arg-type]
        for _ in range(3)
    )
    with pytest.raises(InvalidInput, match="not with int"):
        one.link(other, 3)  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match="Name the viewers"):
        one.link()
    assert (one.link_group, other.link_group) == ("", "")
    one.link(other, third)
    assert one.link_group == other.link_group == third.link_group != ""


def test_center_on_moves_to_the_treenode(viewer: StackViewer) -> None:
    viewer.center_on(9)
    assert viewer.position == (1.0, 2.0, 1100.0)
    with pytest.raises(NotFound):
        viewer.center_on(10)


class Tracing(Layer):
    """What a viewer sees of a tracing layer."""

    _esm = "export default {}"
    project = None
    active_node = traitlets.Int(None, allow_none=True)
    active_skeleton = traitlets.Int(None, allow_none=True)


def test_the_active_node_is_that_of_its_tracing_layer(project: FakeProject, viewer: StackViewer) -> None:
    assert viewer.active_node is None
    assert viewer.active_skeleton is None
    with pytest.raises(InvalidInput, match="no tracing layer"):
        viewer.active_node = 1
    layer = Tracing(project.instance, active_skeleton=4)
    traced = StackViewer(project, layers=[layer])  # type: ignore[arg-type]
    traced.active_node = 9
    with pytest.raises(NotFound):
        traced.active_node = 11
    assert (layer.active_node, traced.active_node, traced.active_skeleton) == (9, 9, 4)


def test_layers_have_ids_of_their_own(project: FakeProject) -> None:
    first, second = Tracing(project.instance), Tracing(project.instance)
    assert first.layer_id
    assert first.layer_id != second.layer_id


async def test_tile_access_gives_the_ticket_only_to_the_own_service(viewer: StackViewer) -> None:
    elsewhere = mirror(image_base="https://images.test/vnc", tile_source_type=1, position=1)
    viewer.project.instance.http.info = info(mirror(), elsewhere)
    access = await viewer._tile_access({})
    template = "{zoom}/{z}/{row}/{col}.jpg?wait=1.5"
    assert access["direct"] == [
        *(
            {"base_url": f"{base}3/stack/5/tiles/abc/", "template": template, "ticket": "secret"}
            for base in (SERVICE, "catmaid-jupyter/proxy/", "proxy/8000/")
        ),
        {"base_url": "https://images.test/vnc/", "template": "{z}/{row}_{col}_{zoom}.jpg", "ticket": None},
    ]


async def test_tile_access_follows_a_service_that_moved(viewer: StackViewer) -> None:
    moved = "http://127.0.0.1:9000/"
    viewer.project.instance.url = moved
    viewer.project.instance.http.info = info(mirror(image_base=f"{moved}3/stack/5/tiles/abc/"))
    assert (await viewer._tile_access({}))["direct"][0]["base_url"].startswith(moved)


async def test_tiles_come_in_the_order_asked_for_with_missing_ones_marked(viewer: StackViewer) -> None:
    answer = await viewer._tiles({"zoom": 0, "z": 3, "tiles": [[0, 2], [1, 0], [0, 1]]})
    assert answer.result == {"ok": [True, False, True], "errors": (None, None, None), "media_type": "image/jpeg"}
    assert answer.buffers == [b"2", b"", b"1"]
    answer = await viewer._tiles({"zoom": 0, "z": 4, "tiles": [[0, 1]]})
    assert (answer.result["ok"], answer.result["errors"]) == ([False], ("The disk is broken.",))


async def test_too_many_tiles_at_once_are_refused(viewer: StackViewer) -> None:
    with pytest.raises(InvalidInput):
        await viewer._tiles({"zoom": 0, "z": 0, "tiles": [[0, 0]] * 65})


def test_mirrors_of_unknown_kinds_are_left_out_and_the_best_comes_first() -> None:
    hosts = tile_hosts(
        info(mirror(position=2), mirror(tile_source_type=99), mirror(tile_source_type=4, position=1)), ""
    )
    assert [host.template for host in hosts] == ["{z}/{zoom}/{row}_{col}.jpg", "{zoom}/{z}/{row}/{col}.jpg"]
    assert [host.path(1, 2, 3, 4) for host in hosts] == ["2/1/3_4.jpg", "1/2/3/4.jpg"]


def test_a_service_elsewhere_is_not_looked_for_behind_the_jupyter_server() -> None:
    far = "https://catmaid.test/"
    (host,) = tile_hosts(info(mirror(image_base=f"{far}3/stack/5/tiles/abc/")), far)
    assert [address["base_url"] for address in browser_addresses(host, None)] == [f"{far}3/stack/5/tiles/abc/"]


@pytest.mark.parametrize(
    ("said", "levels"),
    [
        ({"downsample_factors": [xyz(1, 1, 1), xyz(2, 2, 1), xyz(4, 4, 1)]}, 3),
        ({"num_zoom_levels": 4}, 5),
        ({"num_zoom_levels": -1, "dimension": xyz(2049, 100, 1)}, 4),
        ({"num_zoom_levels": -1, "dimension": xyz(100, 100, 1)}, 1),
    ],
)
def test_zoom_levels_are_as_said_or_down_to_one_tile(said: dict[str, Any], levels: int) -> None:
    assert zoom_levels(info(**said), 512, 512) == levels


def test_a_missing_bundle_says_what_to_do(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(widgets_static, "STATIC", tmp_path)
    with pytest.raises(ImportError, match="npm run build"):
        bundle("stack-viewer")


def test_comms_without_the_private_attribute_are_left_alone() -> None:
    class Comm74:
        def _reply_subshell_for(self) -> None: ...

    comm = Comm74()
    answer_from_subshells(comm)
    assert comm._reply_subshell_for is None
    answer_from_subshells(object())
    answer_from_subshells(None)


def test_a_box_is_two_corners_in_any_order_or_none(viewer: StackViewer) -> None:
    viewer.box = np.array([[9, 2, 7], [1, 8, 3]])
    assert viewer.box == ((1.0, 2.0, 3.0), (9.0, 8.0, 7.0))
    for wrong in ([(1, 2, 3)], "ab", 5, [(1, 2, 3), (1, 2)]):
        with pytest.raises(traitlets.TraitError):
            viewer.box = wrong
    viewer.box = None
    assert viewer.box is None
