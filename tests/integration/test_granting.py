"""Who may edit whose data, who may do what in a project, and what users see of each other and of projects."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import users
from catmaid_server.domain.accounts.memberships import PROJECT_PERMISSIONS
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.domain.projects import projects
from catmaid_server.domain.space import stacks
from catmaid_server.domain.space.stacks import Mirror, NewStack
from tests.helpers.service import Actor, Service

PASSWORD = "an old password"


async def add_user(store: Store, name: str, **more: Any) -> int:
    async with store.writing(user_id=None, project_id=None, label="set up") as tx:
        return await users.create_user(tx, name, **more)


class TestSharing:
    """Memberships and grants, as administrators change them."""

    async def test_members_of_ones_group_may_edit_ones_data(self, service: Service) -> None:
        node: Any = await service.admin.post(f"/{service.project_id}/treenode/create")
        path, form = (
            f"/{service.project_id}/treenode/delete",
            {"treenode_id": node["treenode_id"], "state": '{"nocheck": true}'},
        )
        assert (await service.tracer.refused(path, **form))[0] == 403
        admin, tracer = [(await actor.get("/accounts/login"))["userid"] for actor in (service.admin, service.tracer)]
        memberships = f"/{service.project_id}/groups/memberships/"
        shared = {"source_users[0]": tracer, "target_users[0]": admin, "target_users[1]": 999}
        answer: Any = await service.admin.post(memberships, action="add", **shared)
        assert answer == {"updated_users": 1, "warnings": ["There is no user 999."]}
        assert admin in (await service.tracer.get("/accounts/login"))["domain"]
        groups: Any = await service.tracer.get("/groups/", member_id=tracer)
        assert [group["name"] for group in groups] == ["admin"]
        assert (await service.tracer.request("GET", "/groups/", params={"member_id": "999"}))[0] == 404
        await service.admin.post(memberships, action="revoke", **shared)
        assert (await service.tracer.refused(path, **form))[0] == 403
        group_id = groups[0]["id"]
        await service.admin.post(memberships, action="add", **{"source_users[0]": tracer, "target_users[0]": admin})
        await service.tracer.post(path, **form)
        await service.admin.post(memberships, action="add", **{"source_groups[0]": group_id, "target_users[0]": tracer})
        for wrong in (
            {"action": "steal", **shared},
            {"action": "add", "target_users[0]": admin},
            {"action": "add", "source_users[0]": tracer},
        ):
            assert (await service.admin.refused(memberships, **wrong))[0] == 400
        assert (await service.tracer.refused(memberships, action="add", **shared))[0] == 403

    async def test_administrators_of_a_project_grant_and_take(self, service: Service) -> None:
        user_id = await add_user(service.store, "kim", password=PASSWORD)
        path = f"/{service.project_id}/permissions/project-user"
        wanted = {
            "user_id": user_id,
            "permissions[0][0]": "can_browse",
            "permissions[0][1]": "true",
            "permissions[1][0]": "can_annotate",
            "permissions[1][1]": "true",
        }
        assert (await service.tracer.refused(path, **wanted))[0] == 403
        async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
            await users.grant(tx, service.project_id, "can_administer", to="tracer")
        assert await service.tracer.post(path, **wanted) == {"n_updated_permissions": 2}
        granted: Any = await service.tracer.get(path)
        assert granted[str(user_id)] == {"user_name": "kim", "permissions": ["can_annotate", "can_browse"]}
        await service.tracer.post(path, **{**wanted, "permissions[1][1]": "false"})
        granted = await service.tracer.get(path)
        assert granted[str(user_id)]["permissions"] == ["can_browse"]
        for wrong, status in (({"user_id": 999}, 404), ({"permissions[0][0]": "can_fly"}, 400)):
            assert (await service.tracer.refused(path, **{**wanted, **wrong}))[0] == status
        assert (await service.tracer.refused(path, user_id=user_id))[0] == 400

    async def test_groups_are_granted_likewise(self, service: Service) -> None:
        groups: Any = await service.admin.get("/groups/")
        group_id = next(group["id"] for group in groups if group["name"] == "tracer")
        path = f"/{service.project_id}/permissions/project-group"
        await service.admin.post(
            path, group_id=group_id, **{"permissions[0][0]": "can_fork", "permissions[0][1]": "true"}
        )
        assert await service.admin.get(path) == {str(group_id): {"group_name": "tracer", "permissions": ["can_fork"]}}

    async def test_a_lock_is_seen_by_those_it_keeps_out(self, service: Service) -> None:
        made: Any = await service.tracer.post(f"/{service.project_id}/treenode/create")
        names: Any = await service.tracer.get(f"/{service.project_id}/skeleton/{made['skeleton_id']}/neuronname")
        path = f"/classinstance/{names['neuronid']}/permissions"
        assert await service.visitor.get(path) == {"can_edit": True}
        await service.tracer.post(
            f"/{service.project_id}/annotations/add",
            **{"annotations[0]": "locked", "skeleton_ids[0]": made["skeleton_id"]},
        )
        edits = [(await actor.get(path))["can_edit"] for actor in (service.visitor, service.tracer, service.admin)]
        assert edits == [True, True, True], "visitors may not know of the lock"
        async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
            await users.grant(tx, service.project_id, "can_browse", to=users.ANONYMOUS)
        assert await service.visitor.get(path) == {"can_edit": False}
        assert await service.tracer.get("/classinstance/999999/permissions") == {"can_edit": True}


class TestUserTable:
    """The list of users in pages."""

    async def test_pages_and_order(self, service: Service) -> None:
        for name, first in (("zoe", "Zoe"), ("liv", "Ann")):
            await add_user(service.store, name, first_name=first, last_name="Last")
        page: Any = await service.tracer.post(
            "/user-table-list", iDisplayStart=1, iDisplayLength=2, iSortingCols=1, iSortCol_0=0, sSortDir_0="desc"
        )
        assert (page["iTotalRecords"], page["iTotalDisplayRecords"]) == (5, 5)
        assert [row[0] for row in page["aaData"]] == ["tracer", "liv"]
        page = await service.tracer.post(
            "/user-table-list", iSortingCols=2, iSortCol_0=2, sSortDir_0="desc", iSortCol_1=1, sSortDir_1="asc"
        )
        assert [row[0] for row in page["aaData"][:2]] == ["liv", "zoe"]
        page = await service.tracer.post("/user-table-list")
        assert [row[3] for row in page["aaData"]] == sorted(row[3] for row in page["aaData"])
        assert (await service.tracer.refused("/user-table-list", iSortingCols=1, iSortCol_0=9))[0] == 400
        assert (await service.visitor.refused("/user-table-list"))[0] == 403

    async def test_who_annotated(self, service: Service) -> None:
        made: Any = await service.tracer.post(f"/{service.project_id}/treenode/create")
        await service.tracer.post(
            f"/{service.project_id}/annotations/add",
            **{"annotations[0]": "glia", "skeleton_ids[0]": made["skeleton_id"]},
        )
        names: Any = await service.tracer.get(f"/{service.project_id}/skeleton/{made['skeleton_id']}/neuronname")
        for wanted, found in (
            ({"annotations[0]": "glia"}, ["tracer"]),
            ({"annotations[0]": "soma"}, []),
            ({"annotations[0]": "glia", "annotations[1]": "soma"}, []),
            ({"neuron_id": names["neuronid"]}, ["tracer"]),
            ({"neuron_id": 999999}, []),
        ):
            page: Any = await service.admin.post("/user-table-list", **wanted)
            assert [row[0] for row in page["aaData"]] == found, wanted

    async def test_hashes_are_for_superusers(self, service: Service) -> None:
        listed: Any = await service.admin.get("/user-list", with_passwords="true")
        assert all("password" in user for user in listed)
        status, _ = await service.tracer.request("GET", "/user-list", params={"with_passwords": "true"})
        assert status == 403


class TestProjects:
    """What users see and leave of projects."""

    async def test_a_token_is_given_back_and_applied_again(self, service: Service) -> None:
        await add_user(service.store, "mia", password=PASSWORD)
        granted: Any = await service.visitor.post("/api-token-auth/", username="mia", password=PASSWORD)
        mia = Actor(service.visitor.session, service.url, granted["token"])
        path = f"/{service.project_id}/project-tokens"
        token: Any = await service.admin.post(f"{path}/", **{"default_permissions[0]": "can_browse"})
        assert token["name"] == f"Project token {token['id']}"
        assert (await service.admin.refused(f"{path}/", **{"default_permissions[0]": "can_fly"}))[0] == 400
        assert (await mia.refused("/project-tokens/apply"))[0] == 404
        for _ in range(2):
            await mia.post("/project-tokens/apply", token=token["token"])
            assert await mia.get(f"/{service.project_id}/user-project-tokens/") == [token["id"]]
            (project,) = await mia.get("/projects/")
            assert project["favorite"] is True
            assert await mia.post(f"{path}/revoke", token_id=token["id"]) == {
                "delete": [1, {"catmaid.UserProjectToken": 1}]
            }
            assert await mia.get("/projects/") == []
        assert (await mia.refused(f"{path}/revoke", token_id=999))[0] == 404
        await mia.post("/project-tokens/apply", token=token["token"], favorite="false")
        me: Any = await mia.get("/accounts/login")
        await service.admin.post(f"{path}/revoke", token_id=token["id"], user_id=me["userid"])
        assert (await mia.refused(f"{path}/revoke", token_id=token["id"], user_id=me["userid"]))[0] == 403
        assert await mia.post(f"{path}/revoke", token_id=token["id"]) == {"delete": [0, {}]}
        await mia.post("/project-tokens/apply", token=token["token"])
        assert await mia.get("/projects/") == [], "whom an administrator sent away does not come back by the token"

    async def test_the_export_has_what_another_server_needs(self, service: Service) -> None:
        async with service.store.writing(user_id=None, project_id=service.project_id, label="set up") as tx:
            stack_id = await stacks.register_stack(
                tx,
                service.project_id,
                NewStack(
                    title="Möbius",
                    dimension=(10, 20, 30),
                    resolution=(4, 4.5, 40),
                    zoom_levels=2,
                    broken_sections=[3],
                    mirrors=[
                        Mirror(tile_width=256, tile_height=128, image_base="https://images.example/", title="here"),
                        Mirror(tile_width=64, tile_height=64, source={"kind": "zarr", "path": "x", "revision": "r"}),
                    ],
                ),
                translation=(0.5, 0, -1),
            )
        body: Any = await service.tracer.get("/projects/export")
        ((project,),) = [[entry["project"] for entry in yaml.safe_load(body)]]
        (stack,) = project["stacks"]
        assert (project["title"], stack["title"], stack["broken_sections"]) == ("Test", "Möbius", [3])
        assert (stack["dimension"], stack["resolution"], stack["translation"]) == (
            "(10, 20, 30)",
            "(4,4.5,40)",
            "(0.5,0,-1)",
        )
        assert stack["downsample_factors"] == [[1, 1, 1], [2, 2, 1]]
        assert stack["mirrors"][0]["url"] == "https://images.example/"
        assert stack["mirrors"][1]["url"] == f"{service.url}/{service.project_id}/stack/{stack_id}/tiles/r/"
        assert "stackgroups" not in stack
        nothing: Any = await service.visitor.get("/projects/export")
        assert yaml.safe_load(nothing) == []


class TestLimits:
    """What administrators of one project cannot do."""

    @staticmethod
    async def other_project(service: Service) -> int:
        """A project in which `tracer` may do nothing; in the first, they become administrator."""
        async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
            admin = await users.require_user(tx, "admin")
            await users.grant(tx, service.project_id, "can_administer", to="tracer")
            return await projects.create_project(tx, "Other", owner_id=admin.id)

    async def test_they_grant_nothing_elsewhere(self, service: Service) -> None:
        other = await self.other_project(service)
        me: Any = await service.tracer.get("/accounts/login")
        grant = {"permissions[0][0]": "can_browse", "permissions[0][1]": "true", "project_id": service.project_id}
        for path, form in (
            ("permissions/project-user", {"user_id": me["userid"], **grant}),
            ("permissions/project-group", {"group_id": 1, **grant}),
            ("project-tokens/", {"default_permissions[0]": "can_browse"}),
            ("groups/memberships/", {"action": "add", "source_users[0]": me["userid"], "target_users[0]": 1}),
        ):
            assert (await service.tracer.refused(f"/{other}/{path}", **form))[0] == 403, path
        assert (await service.tracer.request("GET", f"/{other}/project-tokens/"))[0] == 403

    async def test_tokens_of_other_projects_are_none_of_theirs(self, service: Service) -> None:
        other = await self.other_project(service)
        token: Any = await service.admin.post(
            f"/{other}/project-tokens/", needs_approval="true", **{"default_permissions[0]": "can_browse"}
        )
        me: Any = await service.tracer.get("/accounts/login")
        await service.tracer.post("/project-tokens/apply", token=token["token"])
        for action in ("approve", "revoke"):
            form = {"token_id": token["id"], "user_id": me["userid"]}
            assert (await service.tracer.refused(f"/{service.project_id}/project-tokens/{action}", **form))[0] == 404
            assert (await service.tracer.refused(f"/{other}/project-tokens/{action}", **form))[0] == 403
        assert (await service.tracer.request("GET", f"/{other}/stacks"))[0] == 403

    async def test_they_share_nobodys_data_and_become_no_superuser(self, service: Service) -> None:
        await self.other_project(service)
        me: Any = await service.tracer.get("/accounts/login")
        shared = {"action": "add", "source_users[0]": me["userid"], "target_users[0]": 1}
        assert (await service.tracer.refused(f"/{service.project_id}/groups/memberships/", **shared))[0] == 403
        grant = {"user_id": me["userid"], "is_superuser": "true", "permissions[0][1]": "true"}
        path = f"/{service.project_id}/permissions/project-user"
        assert (await service.tracer.refused(path, **grant, **{"permissions[0][0]": "superuser"}))[0] == 400
        await service.tracer.post(path, **grant, **{"permissions[0][0]": "can_fork"})
        assert (await service.tracer.get("/accounts/login"))["is_superuser"] is False


async def test_nobody_is_told_addresses_or_hashes_of_others(service: Service) -> None:
    secret = "rosa@example.org"
    await add_user(service.store, "rosa", email=secret, password=PASSWORD)
    for actor in (service.tracer, service.visitor):
        for path in (
            "/user-list",
            "/user-table-list",
            "/groups/",
            f"/accounts/{service.project_id}/all-usernames",
            "/accounts/login",
            f"/{service.project_id}/permissions/project-user",
        ):
            for query in ("", "?with_passwords=true"):
                _, answer = await actor.request("GET", path + query)
                assert secret not in str(answer)
                assert "argon2" not in str(answer)
    listed: Any = await service.visitor.get("/user-list")
    assert [user["login"] for user in listed] == [users.ANONYMOUS]


class TestOwnSpace:
    """Where somebody may annotate by a fork or a project token, they may do so with an API token."""

    @staticmethod
    async def forker(service: Service) -> Actor:
        """A user with an API token who may fork the project, and nothing else."""
        async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
            user_id = await users.create_user(tx, "frida", password=PASSWORD)
            for permission in ("can_browse", "can_fork"):
                await users.grant(tx, service.project_id, permission, to="frida")
            await users.grant(tx, service.project_id, "can_annotate_with_token", to="frida")
            token = await users.issue_token(tx, user_id)
        return Actor(service.visitor.session, service.url, token)

    async def test_who_forks_writes_and_grants_there_with_an_api_token(self, service: Service) -> None:
        frida = await self.forker(service)
        forked: Any = await frida.post(f"/{service.project_id}/fork", name="Frida's", project_token="true")
        copy = forked["new_project_id"]
        await frida.post(f"/{copy}/treenode/create")
        assert (await frida.refused(f"/{service.project_id}/treenode/create"))[0] == 403
        permissions: Any = await frida.get("/permissions")
        assert permissions[0]["can_annotate_with_token"] == [service.project_id], "as CATMAID lists it"
        tracer: Any = await service.tracer.get("/accounts/login")
        every = list(PROJECT_PERMISSIONS)
        wanted = {
            f"permissions[{i}][{j}]": text for i, name in enumerate(every) for j, text in enumerate((name, "true"))
        }
        await frida.post(f"/{copy}/permissions/project-user", user_id=tracer["userid"], **wanted)
        granted: Any = await frida.get(f"/{copy}/permissions/project-user")
        assert granted[str(tracer["userid"])]["permissions"] == sorted(every)
        assert (
            await frida.refused(f"/{service.project_id}/permissions/project-user", user_id=tracer["userid"], **wanted)
        )[0] == 403
        async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
            gina = Actor(
                service.visitor.session,
                service.url,
                await users.issue_token(tx, await users.create_user(tx, "gina")),
            )
        await gina.post("/project-tokens/apply", token=forked["project_token"])
        await gina.post(f"/{copy}/treenode/create")

    async def test_who_joins_to_annotate_writes_with_an_api_token_until_they_leave(self, service: Service) -> None:
        async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
            user_id = await users.create_user(tx, "hugo")
            hugo = Actor(service.visitor.session, service.url, await users.issue_token(tx, user_id))
        path = f"/{service.project_id}/project-tokens"
        tokens: list[Any] = [
            await service.admin.post(f"{path}/", **{f"default_permissions[{i}]": p for i, p in enumerate(permissions)})
            for permissions in (("can_browse",), ("can_browse", "can_annotate"), ("can_annotate",))
        ]
        assert [token["default_permissions"] for token in tokens] == [
            ["can_browse"],
            ["can_browse", "can_annotate"],
            ["can_annotate"],
        ]
        write = f"/{service.project_id}/treenode/create"
        await hugo.post("/project-tokens/apply", token=tokens[0]["token"])
        assert (await hugo.refused(write))[0] == 403
        entered: Any = await hugo.post("/project-tokens/apply", token=tokens[1]["token"])
        assert entered["permissions"] == ["can_browse", "can_annotate"]
        await hugo.post(write)
        await hugo.post("/project-tokens/apply", token=tokens[2]["token"])
        await hugo.post(f"{path}/revoke", token_id=tokens[1]["id"])
        await hugo.post(write)
        await hugo.post(f"{path}/revoke", token_id=tokens[2]["id"])
        assert (await hugo.refused(write))[0] == 403
        granted: Any = await service.admin.get(f"/{service.project_id}/permissions/project-user")
        assert granted[str(user_id)]["permissions"] == ["can_browse"]

    async def test_what_needs_approval_grants_nothing_before(self, service: Service) -> None:
        async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
            user_id = await users.create_user(tx, "ines")
            ines = Actor(service.visitor.session, service.url, await users.issue_token(tx, user_id))
        path = f"/{service.project_id}/project-tokens"
        token: Any = await service.admin.post(
            f"{path}/", needs_approval="true", **{"default_permissions[0]": "can_annotate"}
        )
        await ines.post("/project-tokens/apply", token=token["token"])
        assert (await ines.refused(f"/{service.project_id}/treenode/create"))[0] == 403
        await service.admin.post(f"{path}/approve", token_id=token["id"], user_id=user_id)
        await ines.post(f"/{service.project_id}/treenode/create")
        await service.admin.post(f"{path}/revoke", token_id=token["id"], user_id=user_id)
        assert (await ines.refused(f"/{service.project_id}/treenode/create"))[0] == 403


class TestGroups:
    """Groups, as superusers change them over HTTP."""

    async def test_a_group_gives_its_members_what_it_is_granted(self, service: Service) -> None:
        made: Any = await service.admin.post("/groups/", name="students")
        group_id = made["id"]
        user_id = await add_user(service.store, "jo")
        async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
            jo = Actor(service.visitor.session, service.url, await users.issue_token(tx, user_id))
            await users.grant(tx, service.project_id, "can_browse", to="students")
        member = f"/groups/{group_id}/members/{user_id}/"
        assert (await jo.request("GET", f"/{service.project_id}/stacks"))[0] == 403
        for changed in (True, False):
            assert await service.admin.request("PUT", member) == (200, {"changed": changed})
        await jo.get(f"/{service.project_id}/stacks")
        listed: Any = await jo.get("/groups/members/")
        assert {"id": group_id, "name": "students", "of_user": False, "members": ["jo"]} in listed
        for changed in (True, False):
            assert await service.admin.request("DELETE", member) == (200, {"changed": changed})
        assert (await jo.request("GET", f"/{service.project_id}/stacks"))[0] == 403
        await service.admin.request("PUT", member)
        assert (await service.admin.request("DELETE", f"/groups/{group_id}/"))[0] == 200
        assert (await jo.request("GET", f"/{service.project_id}/stacks"))[0] == 403
        assert await service.admin.get(f"/{service.project_id}/permissions/project-group") == {}
        for path in (f"/groups/{group_id}/", member):
            assert (await service.admin.request("DELETE", path))[0] == 404

    async def test_names_are_of_one_user_or_group(self, service: Service) -> None:
        for name in ("", "  ", "tracer", "a\nb", "x" * 151):
            assert (await service.admin.refused("/groups/", name=name))[0] == 400
        groups: Any = await service.admin.get("/groups/")
        own = next(group["id"] for group in groups if group["name"] == "tracer")
        status, refusal = await service.admin.request("DELETE", f"/groups/{own}/")
        assert (status, refusal["error"]) == (
            400,
            "Group 'tracer' says who may edit the data of user 'tracer', and stays; remove its members instead.",
        )
        assert (await service.admin.request("PUT", f"/groups/{own}/members/999/"))[0] == 404
        assert (await service.admin.request("PUT", "/groups/999/members/1/"))[0] == 404

    async def test_only_superusers_change_them(self, service: Service) -> None:
        made: Any = await service.admin.post("/groups/", name="students")
        path = f"/groups/{made['id']}/"
        assert (await service.tracer.refused("/groups/", name="mine"))[0] == 403
        for method, what in (("DELETE", ""), ("PUT", "members/1/"), ("DELETE", "members/1/")):
            assert (await service.tracer.request(method, path + what))[0] == 403

    async def test_no_user_takes_over_the_name_of_a_group(self, service: Service) -> None:
        """Its members could edit the data of the new user."""
        await service.admin.post("/groups/", name="students")
        async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
            with pytest.raises(InvalidInput, match="There is already a group 'students'"):
                await users.create_user(tx, "students")
