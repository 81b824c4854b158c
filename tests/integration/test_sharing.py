"""How people come into projects: by tokens that are passed on, and by copies of projects."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from catmaid_server.domain.accounts import users
from tests.helpers.answers import is_error
from tests.helpers.arbors import Tracer
from tests.helpers.service import Actor, Service


async def newcomer(service: Service, *permissions: str) -> Actor:
    """A new user with an API token and some permissions in the project."""
    name = f"user-{uuid4().hex[:8]}"
    async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        user_id = await users.create_user(tx, name)
        for permission in permissions:
            await users.grant(tx, service.project_id, permission, to=name)
        return Actor(service.tracer.session, service.url, await users.issue_token(tx, user_id))


async def make_token(service: Service, *permissions: str, **form: object) -> dict[str, Any]:
    made = await service.admin.post(
        f"/{service.project_id}/project-tokens/",
        name="t",
        **form,
        **{f"default_permissions[{number}]": name for number, name in enumerate(permissions)},
    )
    assert isinstance(made, dict)
    return made


async def id_of(actor: Actor) -> int:
    profile: Any = await actor.get("/accounts/login")
    return int(profile["userid"])


async def may(actor: Actor, service: Service) -> set[str]:
    """What somebody may do in the project."""
    granted: Any = await actor.get("/permissions")
    return {name for name, project_ids in granted[0].items() if service.project_id in project_ids}


async def test_a_token_gives_what_it_says_and_no_more(module_service: Service) -> None:
    token, actor = await make_token(module_service, "can_browse"), await newcomer(module_service)
    await actor.post("/project-tokens/apply", token=token["token"])
    assert await may(actor, module_service) == {"can_browse"}


@pytest.mark.parametrize("token", ["", "rubbish", "\x00", "1" * 5000, "{}", str(UUID(int=1)), str(UUID(int=0))])
async def test_an_invalid_token_gives_no_permission(module_service: Service, token: str) -> None:
    actor = await newcomer(module_service)
    status, body = await actor.refused("/project-tokens/apply", token=token)
    assert status in (400, 404)
    assert is_error(body)
    assert await may(actor, module_service) == set()


async def test_a_visitor_cannot_apply_a_token(module_service: Service) -> None:
    """All visitors are one user: what one is given, all are."""
    token = await make_token(module_service, "can_annotate")
    status, _ = await module_service.visitor.refused("/project-tokens/apply", token=token["token"])
    assert status == 403


async def test_who_was_shut_out_does_not_come_back_by_the_same_token(module_service: Service) -> None:
    token, actor = await make_token(module_service, "can_browse"), await newcomer(module_service)
    await actor.post("/project-tokens/apply", token=token["token"])
    use = {"token_id": token["id"], "user_id": await id_of(actor)}
    await module_service.admin.post(f"/{module_service.project_id}/project-tokens/revoke", **use)
    assert await may(actor, module_service) == set()
    await actor.request("POST", "/project-tokens/apply", data={"token": token["token"]})
    await actor.request("POST", f"/{module_service.project_id}/project-tokens/revoke", data={"token_id": token["id"]})
    await actor.request("POST", "/project-tokens/apply", data={"token": token["token"]})
    assert await may(actor, module_service) == set()


async def test_what_another_token_gives_stays(module_service: Service) -> None:
    narrow = await make_token(module_service, "can_browse")
    wide = await make_token(module_service, "can_browse", "can_annotate")
    actor = await newcomer(module_service)
    for token in (narrow, wide):
        await actor.post("/project-tokens/apply", token=token["token"])
    use = {"token_id": wide["id"], "user_id": await id_of(actor)}
    await module_service.admin.post(f"/{module_service.project_id}/project-tokens/revoke", **use)
    assert await may(actor, module_service) == {"can_browse"}


async def test_only_who_asked_is_let_in(module_service: Service) -> None:
    token, actor = await make_token(module_service, "can_browse", needs_approval="true"), await newcomer(module_service)
    path = f"/{module_service.project_id}/project-tokens/approve"
    status, _ = await module_service.admin.refused(path, token_id=token["id"], user_id=await id_of(actor))
    assert status == 404
    assert await may(actor, module_service) == set()


async def test_a_token_is_ruled_by_its_own_project(module_service: Service) -> None:
    """Who administers one project can neither approve nor revoke in another."""
    token = await make_token(module_service, "can_browse", needs_approval="true")
    actor, ruler = await newcomer(module_service), await newcomer(module_service, "can_fork", "can_annotate_with_token")
    await actor.post("/project-tokens/apply", token=token["token"])
    own: Any = await ruler.post(f"/{module_service.project_id}/fork", name="a fork of one's own")
    use = {"token_id": token["id"], "user_id": await id_of(actor)}
    for what in ("approve", "revoke"):
        status, _ = await ruler.refused(f"/{own['new_project_id']}/project-tokens/{what}", **use)
        assert status == 404
        status, _ = await ruler.refused(f"/{module_service.project_id}/project-tokens/{what}", **use)
        assert status == 403
    assert await may(actor, module_service) == set()


@pytest.mark.parametrize("permissions", [["superuser"], ["can_browse", ""], ["\x00"], ["browse"]])
async def test_a_token_gives_permissions_only(module_service: Service, permissions: list[str]) -> None:
    status, body = await module_service.admin.refused(
        f"/{module_service.project_id}/project-tokens/",
        **{f"default_permissions[{number}]": name for number, name in enumerate(permissions)},
    )
    assert (status, is_error(body)) == (400, True)


async def test_a_fork_has_the_images_and_none_of_the_tracings(module_service: Service) -> None:
    tracer = Tracer.of(module_service)
    await tracer.annotate(await tracer.skeleton_of((await tracer.chain(2))[0]), "not copied")
    await tracer.post("volumes/add", type="box", title="copied", min_x=0, min_y=0, min_z=0, max_x=1, max_y=1, max_z=1)
    async with module_service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        await tx.execute(
            "WITH made AS (INSERT INTO stack (title, dimension_x, dimension_y, dimension_z, resolution_x,"
            " resolution_y, resolution_z) VALUES ('images', 9, 9, 9, 1, 1, 1) RETURNING id)"
            " INSERT INTO project_stack (project_id, stack_id) SELECT %s, id FROM made",
            (module_service.project_id,),
        )
    forker = await newcomer(module_service, "can_browse", "can_fork", "can_annotate_with_token")
    made: Any = await forker.post(f"/{module_service.project_id}/fork", name="a fork", copy_volumes="true")
    copy = f"/{made['new_project_id']}"
    assert [stack["title"] for stack in await forker.get(f"{copy}/stacks")] == ["images"]
    volumes: Any = await forker.get(f"{copy}/volumes/")
    assert [row[1] for row in volumes["data"]] == ["copied"]
    assert await forker.get(f"{copy}/skeletons/") == []
    annotations: Any = await forker.get(f"{copy}/annotations/")
    assert annotations["annotations"] == []
    assert (await module_service.tracer.request("GET", f"{copy}/stacks"))[0] == 403


async def test_a_fork_tells_nothing_of_projects_unseen(module_service: Service) -> None:
    """A title that is taken is no reason to refuse: the forker would learn that there is such a project."""
    await module_service.admin.post("/projects/", title="A secret project")
    forker = await newcomer(module_service, "can_browse", "can_fork", "can_annotate_with_token")
    made: Any = await forker.post(f"/{module_service.project_id}/fork", name="A secret project")
    assert await forker.get(f"/{made['new_project_id']}/skeletons/") == []
    status, _ = await forker.refused(f"/{module_service.project_id}/fork", name=" ")
    assert status == 400


async def test_a_list_of_users_tells_nothing_of_projects_unseen(module_service: Service) -> None:
    """Who annotated what is told to those who may see it."""
    tracer = Tracer.of(module_service)
    skeleton = await tracer.skeleton_of(await tracer.node())
    await tracer.annotate(skeleton, "told to few")
    neuron = (await tracer.rows("SELECT neuron_id FROM skeleton WHERE id = %s", skeleton))[0][0]
    stranger, member = await newcomer(module_service), await newcomer(module_service, "can_browse")
    for form in ({"annotations[0]": "told to few"}, {"neuron_id": neuron}):
        found: list[Any] = [
            await actor.post("/user-table-list", **form) for actor in (stranger, member, module_service.admin)
        ]
        assert [answer["iTotalRecords"] for answer in found] == [0, 1, 1]
