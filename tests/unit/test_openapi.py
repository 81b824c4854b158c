"""The description of the API says everything of every route."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from openapi_spec_validator import validate

from catmaid_server.http.openapi import answers, docstrings
from catmaid_server.http.openapi.document import openapi, schemas_of
from catmaid_server.http.openapi.names import operation_ids, shared_names, short_names
from catmaid_server.http.openapi.parameters import vocabulary
from catmaid_server.http.openapi.schemas import Schemas
from catmaid_server.http.routing import Content
from catmaid_server.routes import all_routes


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return openapi(all_routes())


def operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from path.values()


def test_it_is_openapi(document: dict[str, Any]) -> None:
    validate(document)


def test_every_route_is_there(document: dict[str, Any]) -> None:
    assert sum(1 for _ in operations(document)) == sum(len(route.methods) for route in all_routes())


def test_operations_have_names_of_their_own(document: dict[str, Any]) -> None:
    names = Counter(operation["operationId"] for operation in operations(document))
    assert [name for name, times in names.items() if times > 1] == []


def test_operations_keep_their_names_when_modules_are_read_in_another_order() -> None:
    routes = list(all_routes())
    assert operation_ids(routes) == operation_ids(reversed(routes))


def test_components_are_named_as_their_classes(document: dict[str, Any]) -> None:
    classes = schemas_of(list(all_routes())).component_classes.values()
    assert set(document["components"]["schemas"]) - {cls.__name__ for cls in classes} == set()


def test_no_two_forms_or_answers_share_a_name() -> None:
    """The modules of each shared name are told: give one of the classes a name of its own."""
    assert shared_names(schemas_of(list(all_routes())).component_classes.values()) == {}


def test_classes_of_one_name_are_told_with_their_places() -> None:
    def made(module: str) -> type:
        return type("Summary", (), {"__module__": f"catmaid_server.routes.{module}"})

    classes = {"a.Summary": made("skeletons.reviews"), "b.Summary": made("projects.project_stats")}
    places = ["catmaid_server.routes.projects.project_stats", "catmaid_server.routes.skeletons.reviews"]
    assert shared_names(classes.values()) == {"Summary": places}
    assert short_names(classes, classes) == {"a.Summary": "ReviewsSummary", "b.Summary": "ProjectStatsSummary"}


def test_every_route_has_a_summary_of_its_own() -> None:
    summaries = defaultdict(set)
    for route in all_routes():
        summaries[docstrings.prose(route.handler).summary].add(route.handler)
    assert "" not in summaries
    assert {summary: handlers for summary, handlers in summaries.items() if len(handlers) > 1} == {}


def test_every_parameter_is_described(document: dict[str, Any]) -> None:
    silent = set()
    for operation in operations(document):
        silent |= {
            (operation["operationId"], parameter["name"])
            for parameter in operation["parameters"]
            if not parameter["description"]
        }
        for content in operation.get("requestBody", {}).get("content", {}).values():
            silent |= {
                (operation["operationId"], name)
                for name, schema in content["schema"]["properties"].items()
                if not schema["description"]
            }
    assert silent == set()


def test_every_answer_is_described() -> None:
    """By its type or, where that leaves something open, in words."""
    open_ended = set()
    for route in all_routes():
        contents = answers.contents(route)
        told = docstrings.prose(route.handler).returns or any(content.about for content in contents)
        if not contents or (not told and any(leaves_open(content) for content in contents)):
            open_ended.add(f"{route.handler.__module__}.{route.handler.__name__}")
    assert open_ended == set()


def leaves_open(content: Content) -> bool:
    """Whether an answer may be anything, or hold anything but deep inside of what is named."""
    schema = Schemas([content.shape]).of(content.shape) if content.media_type else {"type": "null"}
    while schema.get("type") in ("array", "object") and "properties" not in schema and "prefixItems" not in schema:
        below = schema.get("items", schema.get("additionalProperties"))
        if not isinstance(below, dict):
            return True
        schema = below
    return not schema or {} in schema.get("prefixItems", ())


def test_no_answer_is_an_object_with_just_any_fields(document: dict[str, Any]) -> None:
    open_answers = {
        path
        for path, methods in document["paths"].items()
        for operation in methods.values()
        for answer in operation["responses"].values()
        for content in answer.get("content", {}).values()
        if any(is_open_object(schema) for schema in shapes(content["schema"]))
    }
    # A description of an API, and what Neuroglancer keeps: others say what is in these.
    assert open_answers == {"/apis/openapi.json", "/{project_id}/nglstate/api/v1/{state}"}


def shapes(schema: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A schema and those of what it holds, without those that it refers to by name."""
    yield schema
    for below in [*schema.get("anyOf", ()), schema.get("items"), schema.get("additionalProperties")]:
        if isinstance(below, dict):
            yield from shapes(below)


def is_open_object(schema: dict[str, Any]) -> bool:
    is_named = bool({"properties", "additionalProperties", "anyOf", "enum", "$ref"} & set(schema))
    return not is_named and schema.get("type", "object") == "object"


def test_errors_are_described(document: dict[str, Any]) -> None:
    for operation in operations(document):
        assert {"400", "401", "404", "503"} <= set(operation["responses"]), operation["operationId"]
    assert "415" in document["paths"]["/{project_id}/skeletons/import"]["post"]["responses"]
    assert "429" in document["paths"]["/accounts/login"]["post"]["responses"]
    error = document["components"]["schemas"]["Error"]
    assert set(error["properties"]) == {"error", "type", "detail", "meta"}


def test_what_a_route_needs_is_described(document: dict[str, Any]) -> None:
    create = document["paths"]["/{project_id}/treenode/create"]["post"]
    assert (create["x-permission"], create["x-transaction-label"]) == ("can_annotate", "treenodes.create")
    assert create["security"] == [{"token": []}, {"session": []}, {}]
    form = create["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]["properties"]
    assert form["x"] == {"type": "number", "default": 0.0, "description": vocabulary()["x"]}


def test_a_field_speaks_for_itself_before_the_vocabulary_does(document: dict[str, Any]) -> None:
    around = document["paths"]["/{project_id}/skeletons/within-spatial-distance"]["post"]
    form = around["requestBody"]["content"]["application/x-www-form-urlencoded"]["schema"]["properties"]
    assert form["distance"]["description"].startswith("How far from the treenode along each axis")


def test_the_vocabulary_has_no_words_that_nobody_uses(document: dict[str, Any]) -> None:
    used = {
        field
        for operation in operations(document)
        for field in [
            *(parameter["name"] for parameter in operation["parameters"]),
            *(
                name
                for content in operation.get("requestBody", {}).get("content", {}).values()
                for name in content["schema"]["properties"]
            ),
        ]
    }
    assert set(vocabulary(in_path=True)) - used == set()
