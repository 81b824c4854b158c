"""Recorded answers of a CATMAID server, which ours must give as well, are what the API's description says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from catmaid_server.http.openapi.document import openapi
from catmaid_server.http.openapi.parameters import template
from catmaid_server.http.routing import Route
from catmaid_server.routes import all_routes

EXPECTED = Path(__file__).with_name("expected_sequences.txt")
OURS = {"version"}
"""Operations whose answers have more than those of CATMAID."""
AT_ONCE = {301}
"""CATMAID sends on to the path with a slash where we may answer at once."""


def exchanges(shared: Path) -> Iterator[dict[str, Any]]:
    """The recorded exchanges that went well, of sequences that must agree."""
    for name in EXPECTED.read_text().split():
        sequence = json.loads((shared / "conformance" / "sequences" / f"{name}.json").read_text())
        for step in sequence["steps"]:
            if step["kind"] == "http" and step["response"]["status"] < 400:
                yield step


def pattern(route: Route) -> re.Pattern[str]:
    named = re.sub(r"\{(\w+)(?::((?:[^{}]|\{[^{}]*\})+))?\}", lambda part: f"({part[2] or '[^/]+'})", route.path)
    return re.compile(named)


def test_recorded_answers_are_as_described(shared: Path) -> None:
    from jsonschema import Draft202012Validator  # noqa: PLC0415  seconds, also for who runs other tests

    routes = [(pattern(route), route) for route in all_routes()]
    document = openapi(route for _, route in routes)
    validators: dict[str, Draft202012Validator] = {}
    wrong: dict[str, str] = {}
    fitting = 0
    for exchange in exchanges(shared):
        request, response = exchange["request"], exchange["response"]
        path = request["path"].partition("?")[0]
        route = next(
            (route for known, route in routes if request["method"] in route.methods and known.fullmatch(path)), None
        )
        if route is None or response["status"] in AT_ONCE:
            continue
        operation = document["paths"][template(route.path)][request["method"].lower()]
        name = operation["operationId"]
        told = operation["responses"].get(str(response["status"]))
        if told is None:
            wrong[name] = f"status {response['status']} is not described"
        elif "json" in response and name not in OURS:
            if name not in validators:
                schema = told["content"]["application/json"]["schema"]
                validators[name] = Draft202012Validator({**schema, "components": document["components"]})
            error = next(validators[name].iter_errors(response["json"]), None)
            if error is not None:
                wrong[name] = f"{error.json_path}: {error.message}"
            fitting += error is None
    assert wrong == {}
    assert fitting > 500
