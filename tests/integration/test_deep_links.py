"""Deep links are kept by alias and by id."""

from __future__ import annotations

from typing import Any

from tests.helpers.service import Service


async def test_a_link_is_deleted_by_its_id_by_who_may_edit_it(service: Service) -> None:
    links = f"/{service.project_id}/links/"
    made: Any = await service.tracer.post(links, alias="here", location_x=1, location_y=2, location_z=3)
    other: Any = await service.admin.post(links, alias="there")
    status, _ = await service.tracer.request("DELETE", f"{links}by-id/{other['id']}")
    assert status == 403
    status, answer = await service.tracer.request("DELETE", f"{links}by-id/{made['id']}")
    assert (status, answer) == (200, {"deleted_id": str(made["id"])})
    status, _ = await service.tracer.request("DELETE", f"{links}by-id/{made['id']}")
    assert status == 404
    left: Any = await service.admin.get(links)
    assert [link["alias"] for link in left] == ["there"]


async def test_head_tells_whether_an_alias_is_taken(service: Service) -> None:
    """By GET one is led to a page, whether there is such a link or not."""
    links = f"/{service.project_id}/links/"
    await service.tracer.post(links, alias="mine", is_public="true")
    await service.admin.post(links, alias="private")
    asked = {"mine": 200, "private": 403, "free": 404}
    for alias, status in asked.items():
        assert (await service.tracer.request("HEAD", links + alias, allow_redirects=False))[0] == status
        assert (await service.tracer.request("GET", links + alias, allow_redirects=False))[0] == 302
    assert (await service.visitor.request("HEAD", links + "mine", allow_redirects=False))[0] == 403
