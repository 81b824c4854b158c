"""Settings, messages, links, volumes and tokens: who sees and changes what."""

from __future__ import annotations

from tests.conftest import Service


async def test_a_private_link_is_not_shown_to_others(module_service: Service) -> None:
    path = f"/{module_service.project_id}/links/"
    await module_service.admin.post(path, alias="mine")
    await module_service.admin.post(path, alias="ours", is_public="true", password="open sesame")
    assert [link["alias"] for link in await module_service.tracer.get(path)] == ["ours"]  # type: ignore[attr-defined]
    for alias in ("mine", "ours"):
        status, _ = await module_service.tracer.request("GET", f"{path}{alias}/details")
        assert status == 403
    shown = await module_service.tracer.get(f"{path}ours/details", password="open sesame")
    assert shown["alias"] == "ours"  # type: ignore[index]
    assert (await module_service.tracer.request("DELETE", f"{path}ours"))[0] == 403


async def test_a_token_that_needs_approval_lets_nobody_in_before(module_service: Service) -> None:
    project = await module_service.admin.post("/projects/", title="Closed")
    path = f"/{project['id']}/project-tokens/"  # type: ignore[index]
    status, token = await module_service.admin.request("POST", path, data={
        "name": "t", "needs_approval": "true", "default_permissions[0]": "can_browse"})
    assert status == 200
    await module_service.tracer.post("/project-tokens/apply", token=token["token"])  # type: ignore[index]
    stacks = f"/{project['id']}/stacks"  # type: ignore[index]
    assert (await module_service.tracer.request("GET", stacks))[0] == 403
    me = await module_service.tracer.get("/accounts/login")
    use = {"token_id": token["id"], "user_id": me["userid"]}  # type: ignore[index]
    await module_service.admin.post(f"{path}approve", **use)
    assert await module_service.tracer.get(stacks) == []
    await module_service.admin.post(f"{path}revoke", **use)
    assert (await module_service.tracer.request("GET", stacks))[0] == 403
