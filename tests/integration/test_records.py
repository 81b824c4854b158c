"""Settings, messages, links, volumes and tokens: who sees and changes what."""

from __future__ import annotations

import asyncio

from catmaid_server.domain.accounts import users
from tests.helpers.answers import is_error
from tests.helpers.service import Service


async def test_a_private_link_is_not_shown_to_others(module_service: Service) -> None:
    path = f"/{module_service.project_id}/links/"
    await module_service.admin.post(path, alias="mine")
    await module_service.admin.post(path, alias="ours", is_public="true", password="open sesame")
    assert [link["alias"] for link in await module_service.tracer.get(path)] == ["ours"]
    for alias in ("mine", "ours"):
        status, _ = await module_service.tracer.request("GET", f"{path}{alias}/details")
        assert status == 403
    shown = await module_service.tracer.get(f"{path}ours/details", password="open sesame")
    assert shown["alias"] == "ours"
    assert (await module_service.tracer.request("DELETE", f"{path}ours"))[0] == 403


async def test_a_password_protects_what_a_link_shows(module_service: Service) -> None:
    path = f"/{module_service.project_id}/links/"
    await module_service.admin.post(
        path,
        alias="locked-up",
        is_public="true",
        password="sesame",
        message="a secret",
        location_x=1,
        active_skeleton_id=7,
    )
    listed = {link["alias"]: link for link in await module_service.tracer.get(path)}
    assert [listed["locked-up"][name] for name in ("message", "location_x", "active_skeleton")] == [None] * 3
    own = {link["alias"]: link for link in await module_service.admin.get(path)}
    assert own["locked-up"]["message"] == "a secret"
    statuses = [
        (await module_service.tracer.request("GET", f"{path}locked-up/details?password=guess{n}"))[0] for n in range(12)
    ]
    assert (statuses[0], statuses[-1]) == (403, 429)


async def test_a_visitor_keeps_no_links_and_settings(service: Service) -> None:
    async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        for permission in ("can_browse", "can_annotate", "can_administer"):
            await users.grant(tx, service.project_id, permission, to=users.ANONYMOUS)
    await service.admin.post("/client/datastores/", name="settings")
    for method, path, form in (
        ("POST", f"/{service.project_id}/links/", {"alias": "x"}),
        ("POST", f"/{service.project_id}/favorite", {}),
        ("POST", f"/{service.project_id}/user/reviewer-whitelist", {"1": "2020-01-01"}),
        ("POST", "/client/datastores/", {"name": "junk"}),
        ("PUT", "/client/datastores/settings/", {"key": "k", "value": "{}"}),
        (
            "PUT",
            "/client/datastores/settings/",
            {"key": "k", "value": "{}", "project_id": str(service.project_id), "ignore_user": "true"},
        ),
    ):
        status, body = await service.visitor.request(method, path, data=form)
        assert (status, is_error(body, "PermissionError")) == (403, True), path


async def test_catmaids_front_end_finds_its_datastores_in_a_new_instance(service: Service) -> None:
    for name in ("settings", "bookmarks"):
        path = f"/client/datastores/{name}/"
        assert await service.tracer.get(path) == []
        puts = [service.tracer.request("PUT", path, data={"key": key, "value": "{}"}) for key in "kl"]
        assert [status for status, _ in await asyncio.gather(*puts)] == [200, 200]
        assert {datum["key"] for datum in await service.tracer.get(path)} == {"k", "l"}
    assert {store["name"] for store in await service.tracer.get("/client/datastores/")} == {"settings", "bookmarks"}
    status, _ = await service.tracer.request("PUT", "/client/datastores/others/", data={"key": "k", "value": "{}"})
    assert status == 404


async def test_a_token_that_needs_approval_lets_nobody_in_before(module_service: Service) -> None:
    project = await module_service.admin.post("/projects/", title="Closed")
    path = f"/{project['id']}/project-tokens/"
    status, token = await module_service.admin.request(
        "POST", path, data={"name": "t", "needs_approval": "true", "default_permissions[0]": "can_browse"}
    )
    assert status == 200
    await module_service.tracer.post("/project-tokens/apply", token=token["token"])
    stacks = f"/{project['id']}/stacks"
    assert (await module_service.tracer.request("GET", stacks))[0] == 403
    me = await module_service.tracer.get("/accounts/login")
    use = {"token_id": token["id"], "user_id": me["userid"]}
    await module_service.admin.post(f"{path}approve", **use)
    assert await module_service.tracer.get(stacks) == []
    await module_service.admin.post(f"{path}revoke", **use)
    assert (await module_service.tracer.request("GET", stacks))[0] == 403


async def test_a_service_without_data_views_has_an_empty_default(service: Service) -> None:
    assert await service.visitor.get("/dataviews/default") == {}
