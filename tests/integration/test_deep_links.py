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
