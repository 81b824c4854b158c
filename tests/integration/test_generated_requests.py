"""Requests made up from the API's own description, good ones and bad ones: none makes the service fail."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.result import Ok

from catmaid_server.domain.accounts import users
from catmaid_server.http import keys
from catmaid_server.http.openapi.document import openapi
from catmaid_server.routes import all_routes
from tests.helpers.service import Service
from tests.helpers.sizes import at_size, long_if_full

EXAMPLES = at_size(ci=1, full=20)
OTHERWISE_TESTED = ("/{project_id}/events", "/channels/updates/", "/accounts/logout")
IDS = {"anyOf": [{"type": "integer", "minimum": 1, "maximum": 60}, {"type": "integer"}]}


@pytest.fixture(scope="module")
def service(module_service: Service) -> Service:
    return module_service


def described(project_id: int) -> dict[str, Any]:
    """The API's description, each operation once, with ids such as may well be of something."""
    document = openapi(all_routes())
    paths = document["paths"] = {
        path: operations for path, operations in document["paths"].items() if path not in OTHERWISE_TESTED
    }
    del paths["/{project_id}/"]["delete"]  # else all others would be of a project that is gone
    for operations in paths.values():
        if "post" in operations and operations.get("get", {}).get("operationId", "").endswith("_by_get"):
            del operations["get"]
        for operation in operations.values():
            for schema, name in ids(operation):
                schema.clear()
                schema.update({"enum": [project_id]} if name == "project_id" else IDS)
    return document


def ids(operation: dict[str, Any]) -> Iterator[tuple[dict[str, Any], str]]:
    """The schemas of ids among what an operation takes."""
    fields = [
        (parameter["schema"], parameter["name"]) for parameter in operation["parameters"] if "schema" in parameter
    ]
    for content in operation.get("requestBody", {}).get("content", {}).values():
        fields += [(schema, name) for name, schema in content["schema"]["properties"].items()]
    for schema, name in fields:
        one = schema.get("items", schema)
        if name.endswith(("_id", "_ids", "skids")) and one.get("type") == "integer":
            yield one, name


def failures(service: Service, examples: int) -> list[str]:
    """The operations, with a request each and who sends it, that the service fails at.

    Each request is sent by nobody, who may browse, by somebody who annotates, and by an administrator, in this order:
    most is left as it was for those who may change more.
    """
    schema = schemathesis.openapi.from_dict(described(service.project_id))
    actors = {"visitor": service.visitor, "tracer": service.tracer, "admin": service.admin}
    found: list[str] = []
    for result in schema.get_all_operations():
        assert isinstance(result, Ok)
        operation = result.ok()

        for mode in GenerationMode:

            @seed(1)
            @settings(
                max_examples=examples,
                phases=[Phase.explicit, Phase.generate],
                database=None,
                deadline=None,
                suppress_health_check=list(HealthCheck),
            )
            @given(case=operation.as_strategy(generation_mode=mode))
            def send(case: Any) -> None:
                for role, actor in actors.items():
                    response = case.call(
                        base_url=service.url,
                        allow_redirects=False,
                        headers={} if actor.token is None else {"X-Authorization": f"Token {actor.token}"},
                    )
                    if response.status_code >= 500:
                        found.append(f"{role}: {case.as_curl_command()} -> {response.text[:200]}")

            with suppress(Unsatisfiable):  # where everything fits, nothing can be made up that does not
                send()
    return found


@long_if_full
async def test_nothing_that_can_be_asked_makes_the_service_fail(service: Service) -> None:
    async with service.store.writing(user_id=None, project_id=None, label="grant") as tx:
        await users.grant(tx, service.project_id, "can_browse", to=users.ANONYMOUS)
    service.app[keys.ACCESS].forget()
    for index in range(6):
        made: Any = await service.admin.post(
            f"/{service.project_id}/treenode/create", x=index * 1000, y=50, z=35, state='{"nocheck": true}'
        )
        await service.admin.post(f"/{service.project_id}/connector/create", x=index, y=1, z=2)
        await service.admin.post(f"/{service.project_id}/label/treenode/{made['treenode_id']}/update", tags="ends")
        await service.admin.post(
            f"/{service.project_id}/annotations/add",
            **{"annotations[0]": "marked", "skeleton_ids[0]": made["skeleton_id"]},
        )
    assert await asyncio.to_thread(failures, service, EXAMPLES) == []
