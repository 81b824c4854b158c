"""Nonsense is the sender's fault, is told in CATMAID's shape, and changes nothing."""

from __future__ import annotations

import random
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any, get_args, get_origin

import aiohttp
import msgspec
import pytest

from catmaid_server.domain import patterns
from catmaid_server.http.limits import MAX_BODY_BYTES, MAX_FORM_FIELDS
from catmaid_server.http.routing import Permission, Route
from catmaid_server.routes import all_routes
from tests.helpers.answers import is_error
from tests.helpers.service import Service
from tests.helpers.snapshots import snapshot

NAUGHTY = [
    "\x00",
    "'; DROP TABLE treenode; --",
    "%(x)s %s %",
    "\\'\" OR 1=1",
    "{0} {x}",
    "﷽" * 50,
    "\ud7ff\U0010ffff",
    "<script>alert(1)</script>",
]


@pytest.fixture(scope="module")
def service(module_service: Service) -> Service:
    return module_service


@pytest.mark.parametrize(("method", "path", "status"), [
    ("GET", "/nothing-here", 404),
    ("GET", "/1/nothing/here", 404),
    ("GET", "/{p}/treenode/delete", 405),
    ("PATCH", "/version", 405),
    ("GET", "/99999999999999999999/stacks", 404),
    ("GET", "/-1/stacks", 403),
    ("GET", "/{p}/skeletons/99999999999/compact-detail", 404),
    ("POST", "/{p}/treenode/x/radius", 404),
    ("GET", "/{p}/%00", 404),
    ("GET", "/..%2f..%2fetc/passwd", 404),
])  # fmt: skip
async def test_an_address_that_is_none(service: Service, method: str, path: str, status: int) -> None:
    got, body = await service.tracer.request(method, path.format(p=service.project_id))
    assert (got, is_error(body)) == (status, True), body


async def test_a_project_that_is_none_is_as_one_that_is_forbidden(service: Service) -> None:
    """Who may not browse a project does not learn from any route whether it is there."""
    hidden: Any = await service.admin.post("/projects/", title="Hidden")
    missing = hidden["id"] + 1000
    for route in PLAIN_ROUTES:
        if not route.path.startswith("/{project_id") or route.needs in (Permission.NONE, Permission.LOGIN):
            continue
        path = re.sub(r"\{(\w+)[^}]*\}", lambda part: "{p}" if part[1] == "project_id" else "1", route.path)
        for actor in (service.tracer, service.visitor):
            status, forbidden = await actor.request(route.methods[-1], path.format(p=hidden["id"]))
            same, unknown = await actor.request(route.methods[-1], path.format(p=missing))
            assert (status, same, is_error(forbidden)) == (403, 403, True), path
            assert str(forbidden).replace(str(hidden["id"]), str(missing)) == str(unknown), path
        status, told = await service.admin.request(route.methods[-1], path.format(p=missing))
        assert (status, is_error(told, "NotFound")) == (404, True), path


@pytest.mark.parametrize(("content_type", "body"), [
    ("application/x-www-form-urlencoded; charset=utf-16", b"treenode_id=1"),
    ("application/x-www-form-urlencoded", b"treenode_id=%ff%fe"),
    ("application/x-www-form-urlencoded", b"treenode_id=1&state=%ed%a0%80"),  # half of a pair of surrogates
    ("application/x-www-form-urlencoded", b"\xff\xfe=\xff&treenode_id=\x00"),
    ("multipart/form-data", b"treenode_id=1"),
    ("multipart/form-data; boundary=b", b"treenode_id=1"),
    ("multipart/form-data; boundary=b", b"--b\r\n\r\nx\r\n--b--\r\n"),
    ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="treenode_id"\r\n\r\n1'),
    ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="treenode_id"\r\n'
                                        b"Content-Transfer-Encoding: nonsense\r\n\r\n1\r\n--b--\r\n"),
    ("application/json", b'{"treenode_id": 1}'),
    ("nonsense", b"treenode_id=1"),
    ("text/plain", b"\x00" * 1000),
])  # fmt: skip
async def test_a_body_that_is_none(service: Service, content_type: str, body: bytes) -> None:
    status, answer = await service.tracer.request(
        "POST", f"/{service.project_id}/treenode/delete", data=body, headers={"Content-Type": content_type}
    )
    assert (status, is_error(answer)) == (400, True), answer


async def test_a_body_that_is_too_large(service: Service) -> None:
    async def zeros() -> AsyncIterator[bytes]:
        for _ in range(MAX_BODY_BYTES // 2**20 + 2):
            yield bytes(2**20)

    status, body = await service.tracer.request(
        "POST",
        f"/{service.project_id}/node/list",
        data=zeros(),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert (status, is_error(body)) == (413, True)
    await service.tracer.get("/version")


async def test_a_form_may_have_many_fields(service: Service) -> None:
    """Clients write each of many ids as a field of its own."""
    form = {f"skeleton_ids[{index}]": str(index) for index in range(20_000)}
    status, body = await service.tracer.request("POST", f"/{service.project_id}/skeletons/summary", data=form)
    assert (status, body) == (200, {})
    with aiohttp.MultipartWriter("form-data") as parts:
        for name, value in list(form.items())[:2000]:
            parts.append(value).set_content_disposition("form-data", name=name)
        status, body = await service.tracer.request("POST", f"/{service.project_id}/skeletons/summary", data=parts)
    assert (status, body) == (200, {})


async def test_a_form_may_not_have_any_number_of_fields(service: Service) -> None:
    status, body = await service.tracer.request(
        "POST",
        f"/{service.project_id}/skeletons/summary",
        data=b"skeleton_ids=1&" * (MAX_FORM_FIELDS + 1),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    assert (status, is_error(body)) == (413, True)


async def test_text_is_text_wherever_it_goes(service: Service) -> None:
    """No string gets into SQL, comes back changed, or makes the service fail."""
    path = f"/{service.project_id}"
    for text in NAUGHTY:
        status, made = await service.tracer.request("POST", path + "/treenode/create", data={"neuron_name": text})
        if "\x00" in text:
            assert (status, is_error(made)) == (400, True)
            continue
        assert isinstance(made, dict)
        names: Any = await service.tracer.post(path + "/skeleton/neuronnames", **{"skids[0]": made["skeleton_id"]})
        assert names == {str(made["skeleton_id"]): text}
        tag = text.replace(",", ";")
        node = made["treenode_id"]
        await service.tracer.post(f"{path}/label/treenode/{node}/update", tags=tag)
        detail: Any = await service.tracer.get(
            f"{path}/skeletons/{made['skeleton_id']}/compact-detail", with_tags="true"
        )
        assert detail[2] == {tag: [node]}


OTHERWISE_TESTED = ("/events", "/channels/updates/", "/tiles/", "/metrics", "/accounts/logout")
PLAIN_ROUTES = [
    route
    for route in all_routes()
    if not any(part in route.path for part in OTHERWISE_TESTED) and route.label != "projects.delete"
]


def filled(name: str, kind: Any, text: str, number: str) -> Iterator[tuple[str, str]]:
    """A parameter of a form with this text or number, however deep its type has it."""
    options = [option for option in (get_args(kind) or (kind,)) if option is not type(None)]
    if get_origin(kind) in (list, tuple):
        inner = options if get_origin(kind) is tuple else options[:1]
        for index, item in enumerate(inner):
            yield from filled(f"{name}[{index}]", item, text, number)
    elif get_origin(kind) is dict:
        yield name, text
    elif options != [kind]:
        yield from filled(name, options[0], text, number)
    else:
        yield name, text if kind is str else number


async def failure(service: Service, route: Route, text: str, number: str) -> object:
    """What is wrong with the answer of a route to a form filled so: None if it is an answer, or a proper error."""
    method = route.methods[-1]
    in_query = method in ("GET", "DELETE")
    fields = msgspec.structs.fields(route.form)
    # An address has at most 8,190 characters, and a character of a text takes three there.
    fitting = text[: 2_400 // max(len(fields), 6)] if in_query else text
    form = dict(pair for field in fields for pair in filled(field.encode_name, field.type, fitting, number))
    in_path = number if re.fullmatch(r"-?\d+", number) else "1"
    path = re.sub(
        r"\{(\w+)[^}]*\}", lambda part: str(service.project_id) if part[1] == "project_id" else in_path, route.path
    )
    status, body = await service.admin.request(method, path, **{"params" if in_query else "data": form})
    in_short = isinstance(body, dict) and body.keys() == {"detail"}
    proper = status == 200 or (status < 500 and (is_error(body) or in_short))
    return None if proper else (method, path, status, body)


@pytest.mark.parametrize("text", ["\x00", "'", "%s", "\\", "/[", "{n" + "9" * 5000 + "}", "[" * 5000, '{"a": [1e999]}'])
async def test_no_text_makes_any_route_fail(service: Service, text: str) -> None:
    """In any parameter that takes text; numbers are such as may be an id or not."""
    failures = [await failure(service, route, text, "1") for route in PLAIN_ROUTES]
    assert list(filter(None, failures)) == []


@pytest.mark.parametrize("number", ["0", "-1", "2147483647", "-2147483648", "9" * 30, "1e30", "1e308", "nan", ""])
async def test_no_number_makes_any_route_fail(service: Service, number: str) -> None:
    failures = [await failure(service, route, "", number) for route in PLAIN_ROUTES]
    assert list(filter(None, failures)) == []


async def test_a_box_may_be_given_from_either_corner(service: Service) -> None:
    path = f"/{service.project_id}/node/list"
    made: Any = await service.tracer.post(f"/{service.project_id}/treenode/create", x=5e5, y=5e5, z=5e5)
    await service.tracer.post(
        f"/{service.project_id}/treenode/create",
        x=5e5 + 9,
        y=5e5,
        z=5e5,
        parent_id=made["treenode_id"],
        state='{"nocheck": true}',
    )
    low, high = {"left": 4e5, "top": 4e5, "z1": 4e5}, {"right": 6e5, "bottom": 6e5, "z2": 6e5}
    turned = {"left": 6e5, "top": 6e5, "z1": 6e5, "right": 4e5, "bottom": 4e5, "z2": 4e5}
    box: Any = await service.tracer.get(path, **low, **high)
    assert len(box[0]) == 2
    assert await service.tracer.get(path, **turned) == box


@pytest.fixture(scope="module")
async def labelled(service: Service) -> dict[str, Any]:
    """A treenode of a named neuron, with a label, both of which patterns have a hard time with."""
    text = "neuron " * 30
    made: Any = await service.tracer.post(f"/{service.project_id}/treenode/create", x=1, y=2, z=3, neuron_name=text)
    await service.tracer.post(f"/{service.project_id}/label/treenode/{made['treenode_id']}/update", tags=text)
    assert isinstance(made, dict)
    return made


@pytest.mark.parametrize("pattern", [
    r"(.+).+(.+).+(.+)\1\2\3$",  # takes for ever
    "((((a{1,100}){1,100}){1,100}){1,100})",  # too complex
    "(", "[", "a{2,1}", "\\", "*", "(?<x>y)",
])  # fmt: skip
async def test_a_pattern_that_cannot_be_matched_is_refused(
    service: Service, labelled: dict[str, Any], pattern: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patterns, "PATIENCE_S", 0.5)
    path = f"/{service.project_id}"
    node = labelled["treenode_id"]
    for route, form in (
        ("annotations/query-targets", {"name": f"/{pattern}"}),
        ("nodes/find-labels", {"x": 0, "y": 0, "z": 0, "label_regex": pattern}),
        ("stats/cable-length", {"name_pattern": pattern}),
        (f"skeletons/{labelled['skeleton_id']}/find-labels", {"treenode_id": node, "label_regex": pattern}),
    ):
        status, body = await service.tracer.refused(f"{path}/{route}", **form)
        assert (status, is_error(body)) == (400, True), (route, body)
        assert "regular expression" in str(body["error"])


@pytest.mark.parametrize("length", [10_000, 5_000_000])
async def test_a_name_that_is_far_too_long_is_refused(service: Service, labelled: dict[str, Any], length: int) -> None:
    name = "".join(random.Random(1).choices("abcdefghijklmnopqrstuvwxyz0123456789", k=length))
    form = {"annotations[0]": name, "skeleton_ids[0]": labelled["skeleton_id"]}
    status, body = await service.tracer.refused(f"/{service.project_id}/annotations/add", **form)
    assert (status, is_error(body)) == (400, True)
    assert "too l" in str(body["error"])


async def test_a_refused_request_opens_no_version(service: Service) -> None:
    async with service.store.reading() as connection:
        before = await snapshot(connection)
        versions = await (await connection.execute("SELECT count(*) FROM transaction_info")).fetchone()
        for form in ({}, {"treenode_id": "x"}, {"treenode_id": 999999, "state": "{}"}):
            await service.tracer.refused(f"/{service.project_id}/treenode/delete", **form)
        assert await snapshot(connection) == before
        assert versions == await (await connection.execute("SELECT count(*) FROM transaction_info")).fetchone()
