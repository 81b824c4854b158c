"""Requests that write samplers, landmarks, volumes, point clouds, classifications, regions and tags."""

from __future__ import annotations

import json

from tests.helpers.edit_choice import Choice, EditKind, Form, Request, numbered, on


def _sampler(c: Choice) -> Request:
    form: Form = {"interval_length": c.number(1, 500), "review_required": "true", "create_interval_boundaries": "true"}
    return "POST", "samplers/add", {"skeleton_id": c.one("skeleton"), **form}


def _domain(c: Choice) -> Request:
    sampler, child, parent = c.one("sampled_edge")
    form: Form = {"domain_type_id": 1, "start_node_id": parent, "end_node_ids[0]": child}
    return "POST", f"samplers/{sampler}/domains/add", form


def _intervals(c: Choice) -> Request:
    domain, start, end = c.one("domain")
    form: Form = {"intervals[0][0]": start, "intervals[0][1]": end}
    return "POST", f"samplers/domains/{domain}/intervals/add-all", form


def _sampled_connector(c: Choice) -> Request:
    path = f"samplers/domains/intervals/{c.one('interval')}/connectors/{c.one('connector')}/set-state"
    return "POST", path, {"state_id": c.number(1, 4)}


def _group(c: Choice) -> Request:
    form = numbered("members", c.some("landmark"))
    return "POST", f"landmarks/groups/{c.one('landmark_group')}/", form | {"name": c.name()}


def _group_link(c: Choice) -> Request:
    form: Form = {"group_1_id": c.one("landmark_group"), "group_2_id": c.one("landmark_group")}
    return "PUT", "landmarks/groups/links/", form | {"relation_id": c.one("relation")}


def _unplace(c: Choice) -> Request:
    landmark, point = c.one("landmark_location")
    return "DELETE", f"landmarks/{landmark}/locations/{point}/", {}


def _volume(c: Choice) -> Request:
    x, y, z = c.place().values()
    ends: Form = {"min_x": x, "min_y": y, "min_z": z, "max_x": 1001, "max_y": 1001, "max_z": 1001}
    return "POST", "volumes/add", {"type": "box", "title": c.name(), **ends}


def _cloud(c: Choice) -> Request:
    points = json.dumps([list(c.place().values()) for _ in range(3)])
    return "PUT", "pointclouds/", {"name": c.name(), "points": points}


def _text(c: Choice) -> Request:
    return "POST", "textlabel/update", {"tid": c.one("text_label"), "text": c.word(), **c.place()}


def _class_link(c: Choice) -> Request:
    form: Form = {"classaid": c.one("class"), "classbid": c.one("class"), "relid": c.one("relation")}
    return "POST", "ontology/links/add", form


def _restriction(c: Choice) -> Request:
    form: Form = {"restriction": "cardinality", "cardinality": c.number(1, 3), "cardinalitytype": c.number(0, 3)}
    return "POST", "ontology/restrictions/add", {"linkid": c.one("class_link"), **form}


def _thing(c: Choice) -> Request:
    parent, kind, relation = c.one("part_of_thing")
    form: Form = {"operation": "create_node", "parentid": parent, "classid": kind, "relationid": relation}
    return "POST", "classification/{0}/instance-operation", form | {"objname": c.name()}


def _no_thing(c: Choice) -> Request:
    return "POST", "classification/{0}/instance-operation", {"operation": "remove_node", "id": c.one("thing")}


def _region_of(c: Choice) -> Request:
    path = f"roi/link/{c.one('relation')}/stack/{c.one('stack')}/ci/{c.one('neuron')}/"
    return "POST", path, c.rectangle()


PROJECT_EDITS: dict[str, EditKind] = {
    "sampler": _sampler,
    "sampler's leaves": on("POST", "samplers/{1}/", "sampler", leaf_handling_mode=lambda c: "merge"),
    "delete a sampler": on("POST", "samplers/{1}/delete", "sampler"),
    "domain": _domain,
    "intervals": _intervals,
    "interval": on(
        "POST", "samplers/domains/intervals/{1}/set-state", "interval", state_id=lambda c: c.number(1, 4)
    ),
    "sampled connector": _sampled_connector,
    "text": lambda c: ("POST", "textlabel/create", {"text": c.word(), **c.place()}),
    "change a text": _text,
    "delete a text": on("POST", "textlabel/delete?tid", "text_label"),
    "landmark": lambda c: ("PUT", "landmarks/", {"name": c.name()}),
    "group": lambda c: ("PUT", "landmarks/groups/", {"name": c.name()}),
    "change a group": _group,
    "place a landmark": lambda c: ("PUT", f"landmarks/{c.one('landmark')}/locations/", c.place()),
    "take a place away": _unplace,
    "group's place": lambda c: (
        "PUT", f"landmarks/groups/{c.one('landmark_group')}/locations/{c.one('landmark_point')}/", {}
    ),
    "link groups": _group_link,
    "unlink groups": on("DELETE", "landmarks/groups/links/{1}/", "group_link"),
    "delete a landmark": on("DELETE", "landmarks/{1}/", "landmark"),
    "delete a group": on("DELETE", "landmarks/groups/{1}/", "landmark_group"),
    "volume": _volume,
    "change a volume": on("POST", "volumes/{1}/", "volume", title=lambda c: c.name()),
    "delete a volume": on("DELETE", "volumes/{1}/", "volume"),
    "cloud": _cloud,
    "delete a cloud": on("DELETE", "pointclouds/{1}/", "point_cloud"),
    "class": lambda c: ("POST", "ontology/classes/add", {"classname": c.name()}),
    "rename a class": on("POST", "ontology/classes/rename?classid", "new_class", newname=lambda c: c.name()),
    "remove a class": on("POST", "ontology/classes/remove?classid", "new_class", force=lambda c: 1),
    "link classes": _class_link,
    "unlink classes": on("POST", "ontology/links/remove?ccid", "new_class_link"),
    "restriction": _restriction,
    "no restriction": on("POST", "ontology/restrictions/remove?restrictionid", "restriction"),
    "set up classifications": lambda c: ("POST", "classification/{0}/setup/rebuild", {}),
    "classification": on("POST", "classification/{0}/new?ontology_id", "ontology"),
    "thing": _thing,
    "no thing": _no_thing,
    "no classification": on("POST", "classification/{0}/{1}/remove", "thing_link"),
    "region": lambda c: ("POST", "roi/add", {"stack": c.one("stack"), **c.rectangle()}),
    "region of a neuron": _region_of,
    "no region": on("POST", "roi/{1}/remove", "region_link"),
    "tags": lambda c: ("POST", f"tags/{c.word()},{c.word()}/update", {}),
    "no tags": lambda c: ("POST", "tags/clear", {}),
}  # fmt: skip
"""Names of edits, and how a request is made up; `{0}` in its path is the project."""
