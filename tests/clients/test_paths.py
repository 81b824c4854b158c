"""Every path that a client may ask for is one that the service knows."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request

from tests.helpers.service import Service

RCATMAID = Path(__file__).with_name("rcatmaid_paths.txt")
NOT_ANSWERED = {"/permission", "/1/connector/list"}
"""What pymaid asks for though CATMAID has no such path."""


def paths_in_source(package: Path) -> set[str]:
    """Paths of calls like `make_url("a", x, "b")` and of tuples like `(self.project_id, x, "b")`.

    Where the source has no constant, 1 stands for the project and 7 for other ids.
    """
    nodes = [node for file in package.rglob("*.py") for node in ast.walk(ast.parse(file.read_text()))]
    called = [
        node.args
        for node in nodes
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "make_url"
    ]
    tuples = [
        node.elts
        for node in nodes
        if isinstance(node, ast.Tuple)
        and len(node.elts) > 1
        and not isinstance(node.elts[0], ast.Constant)
        and piece(node.elts[0]) == "1"
    ]
    found = [[piece(node) for node in pieces] for pieces in called + tuples]
    return {"/" + "/".join(filter(None, pieces)) for pieces in found if pieces and None not in pieces}


def piece(node: ast.expr) -> str | None:
    """The text of one piece of a path; None for what is no constant, attribute or variable."""
    match node:
        case ast.Constant():
            return str(node.value)
        case ast.Attribute(attr="project_id") | ast.Name(id="project_id"):
            return "1"
        case ast.Attribute() | ast.Name():
            return "7"
    return None


async def knows(app: web.Application, path: str) -> bool:
    """Whether there is a route for some method, or a redirection to one."""
    for method in ("GET", "POST"):
        match = await app.router.resolve(make_mocked_request(method, path))
        if match.http_exception is None:
            return True
    return False


@pytest.mark.parametrize("name", ["pymaid", "catpy"])
async def test_paths_in_the_source_of_a_client_are_known(clients: Path, service: Service, name: str) -> None:
    (package,) = (clients.parent.parent / "lib").glob(f"python*/site-packages/{name}")
    asked = paths_in_source(package) - NOT_ANSWERED
    assert len(asked) > 10
    assert [path for path in sorted(asked) if not await knows(service.app, path)] == []


async def test_paths_of_rcatmaid_are_known(service: Service) -> None:
    """R is not at hand here, so its paths are listed."""
    asked = RCATMAID.read_text().split()
    assert [path for path in asked if not await knows(service.app, path)] == []
    for path in ("//version", f"//{service.project_id}/stacks"):
        status, answer = await service.tracer.request("GET", path)
        assert status == 200, answer


async def test_a_doubled_slash_keeps_method_form_and_query(service: Service) -> None:
    status, answer = await service.tracer.request(
        "POST", f"//{service.project_id}//treenode/create?x=5", data={"y": "6", "z": "7"}
    )
    assert status == 200, answer
    async with service.store.reading() as connection:
        cursor = await connection.execute("SELECT x, y, z FROM treenode")
        assert await cursor.fetchall() == [(5, 6, 7)]


async def test_rcatmaid_describes_a_volume_in_json(service: Service) -> None:
    mesh = [[[0, 0, 0], [9, 0, 0], [0, 9, 0], [0, 0, 9]], [[0, 2, 1], [0, 1, 3], [0, 3, 2], [1, 2, 3]]]
    status, made = await service.tracer.request(
        "POST",
        f"//{service.project_id}/volumes/add",
        json={"title": "corner", "type": "trimesh", "mesh": mesh, "comment": "from R"},
    )
    assert status == 200, made
    listed = await service.tracer.get(f"/{service.project_id}/volumes/")
    assert isinstance(listed, dict)
    assert [row[1:3] for row in listed["data"]] == [["corner", "from R"]]
    status, answer = await service.tracer.request(
        "POST", f"/{service.project_id}/volumes/add", data="{", headers={"Content-Type": "application/json"}
    )
    assert status == 400, answer
