"""A project that most may not see, full of everything, and requests that ask for what is in it."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

import msgspec
from psycopg import sql

from catmaid_server.domain.accounts import users
from catmaid_server.domain.projects import projects
from catmaid_server.http.routing import Route
from tests.helpers.arbors import Tracer
from tests.helpers.service import Actor, Service

FAR = 7_654_321.25
"""Where everything of the hidden project lies, nm."""
STEP = 2160.5625
"""Between its treenodes, nm; half of the length of its cables."""
FIRST_ID = 70_000_001
"""Of the hidden project."""
TRACES = re.compile(r"(?i)unseen|\b765[45]\d\d\d\.\d|\b4321\.125|\b7\.65[45]\d+e|\b70000\d\d\d\b")
"""What would betray the hidden project: names, places, lengths, ids."""
KINDS = {  # what a parameter may be about, by a part of its name; the first that fits
    "annotat": ("annotation",), "skeleton": ("skeleton",), "skid": ("skeleton",), "connector": ("connector",),
    "cids": ("connector",), "neuron": ("neuron",), "entity": ("neuron", "annotation", "volume"),
    "object": ("neuron", "class_instance", "treenode"), "thing": ("class_instance", "neuron"),
    "volume": ("volume",), "cloud": ("point_cloud",), "label": ("label",), "stackgroup": ("stack_group",),
    "stack": ("stack",), "sid": ("stack",), "suppressed": ("suppressed_virtual_node",), "token": ("project_token",),
    "transaction": ("transaction",), "user": ("user",), "domain": ("sampler_domain",), "sampler": ("sampler",),
    "interval": ("sampler_interval",), "region": ("region",), "point_set": ("point_set",),
    "landmark": ("landmark",), "group": ("landmark_group",), "location_id": ("landmark_point",),
    "restriction": ("cardinality_restriction",), "classid": ("class",), "class_": ("class",), "classa": ("class",),
    "classb": ("class",), "rel": ("relation",), "root": ("class", "class_instance"),
    "link_id": ("class_link", "class_instance_link", "landmark_group_link", "region_link"),
    "link": ("class_link", "connector", "class_instance_link"), "model": ("neuron", "skeleton"),
    "sources": ("skeleton",), "source_id": ("skeleton",), "targets": ("skeleton",), "rows": ("skeleton",),
    "columns": ("skeleton",),
    "pre": ("skeleton",), "post": ("skeleton",), "tnid": ("treenode",), "tid": ("text_label",), "node": ("treenode",),
    "child": ("treenode",), "parent": ("treenode", "class_instance", "class"), "from_id": ("treenode", "connector"),
    "to_id": ("connector", "treenode"), "id": ("neuron", "class_instance", "class", "skeleton", "treenode"),
}  # fmt: skip
MOST_KINDS = 5
RELATION = "(SELECT min(id) FROM relation r WHERE r.project_id = %(project_id)s)"
MORE = (
    "INSERT INTO class (project_id, name, user_id) VALUES (%(project_id)s, %(name)s, 1)",
    "INSERT INTO class_link (project_id, relation_id, class_a_id, class_b_id, user_id)"
    f" SELECT project_id, {RELATION}, id, id, 1 FROM class WHERE project_id = %(project_id)s AND name = %(name)s",
    "INSERT INTO cardinality_restriction (project_id, class_link_id, type, value, user_id)"
    " SELECT project_id, id, 0, 1, 1 FROM class_link WHERE project_id = %(project_id)s",
    "INSERT INTO class_instance (project_id, class_id, name, user_id)"
    " SELECT project_id, id, name, 1 FROM class WHERE project_id = %(project_id)s AND name = %(name)s",
    "INSERT INTO class_instance_link (project_id, relation_id, instance_a_id, instance_b_id, user_id)"
    f" SELECT project_id, {RELATION}, id, id, 1 FROM class_instance WHERE project_id = %(project_id)s",
    "INSERT INTO region (project_id, stack_id, x, y, z, width, height, user_id)"
    " SELECT project_id, stack_id, %(at)s, %(at)s, %(at)s, 1, 1, 1"
    "   FROM project_stack WHERE project_id = %(project_id)s",
    "INSERT INTO region_link (project_id, relation_id, region_id, instance_id, user_id)"
    f" SELECT r.project_id, {RELATION}, r.id, i.id, 1 FROM region r JOIN class_instance i USING (project_id)"
    "  WHERE r.project_id = %(project_id)s",
    "INSERT INTO point_set (project_id, user_id, name, coordinates)"
    " VALUES (%(project_id)s, 1, %(name)s, ARRAY[%(at)s, %(at)s, %(at)s]::float8[])",
    "INSERT INTO interpolatable_section (project_id, user_id, orientation, location_coordinate)"
    " VALUES (%(project_id)s, 1, 0, %(at)s)",
    "INSERT INTO data_source (project_id, name, url, source_project_id, user_id)"
    " VALUES (%(project_id)s, %(name)s, %(name)s, 1, 1)",
    "INSERT INTO skeleton_origin (skeleton_id, project_id, data_source_id, source_id, user_id)"
    " SELECT s.id, s.project_id, d.id, s.id, 1 FROM skeleton s JOIN data_source d USING (project_id)"
    "  WHERE s.project_id = %(project_id)s",
    "INSERT INTO landmark_group_link (project_id, relation_id, group_1_id, group_2_id, user_id)"
    f" SELECT %(project_id)s, {RELATION}, %(group)s, %(other)s, 1",
    "INSERT INTO sampler_interval (project_id, domain_id, state_id, start_node_id, end_node_id, user_id)"
    " SELECT project_id, id, 1, start_node_id, start_node_id, 1 FROM sampler_domain WHERE project_id = %(project_id)s",
    "INSERT INTO sampler_connector (project_id, interval_id, connector_id, state_id, user_id)"
    " SELECT i.project_id, i.id, c.id, 1, 1 FROM sampler_interval i JOIN connector c USING (project_id)"
    "  WHERE i.project_id = %(project_id)s",
)
"""What the hidden project has that is laborious to make by requests."""
NO_IDS = re.compile("count|limit|_gt|radi|with_|min_|order|mode|length|type|state")
NO_NAMES = re.compile(
    "format|relation|link_type|sort|order|time_zone|^type|^state$|^lod|^range|^import_only|date|after|before"
)
NUMBERS = {
    "left": -1e9,
    "top": -1e9,
    "z1": -1e9,
    "right": 1e9,
    "bottom": 1e9,
    "z2": 1e9,
    "width": 2e9,
    "height": 2e9,
    "min": -1e9,
    "max": 1e9,
    "distance": 1e9,
    "radius": 1e9,
}


@dataclass
class Hidden:
    """One row of each kind in the hidden project, and of the user's own, by table; and who asks."""

    project_id: int
    hidden: dict[str, int]
    own: dict[str, int]
    actor: Actor
    service: Service

    async def rows(self) -> dict[str, list[Any]]:
        """All rows of the hidden project, by table."""
        async with self.service.store.reading() as connection:
            tables = await (
                await connection.execute(
                    "SELECT table_name FROM information_schema.columns"
                    " WHERE table_schema = 'public' AND column_name = 'project_id'"
                    "   AND table_name NOT LIKE '%%\\_history' AND table_name <> 'effective_permission'"
                )
            ).fetchall()
            return {
                name: sorted(
                    (
                        await (
                            await connection.execute(
                                sql.SQL("SELECT to_jsonb(t) FROM {} t WHERE project_id = %s").format(
                                    sql.Identifier(name)
                                ),
                                (self.project_id,),
                            )
                        ).fetchall()
                    ),
                    key=repr,
                )
                for (name,) in tables
            }


async def populate(
    actor: Actor, service: Service, project_id: int, *, name: str, at: float, step: float
) -> dict[str, int]:
    """Two linked skeletons and one of everything else; the id of one row of each kind. `step`: between treenodes."""
    tracer = Tracer(actor, service.store, project_id)
    nodes: list[int] = []
    for index in range(3):
        nodes.append(await tracer.node(nodes[-1] if nodes else -1, at + step * index, at, at))
    partner = [await tracer.node(-1, at, at + 1, at)]
    skeleton = await tracer.skeleton_of(nodes[0])
    connector = (await tracer.post("connector/create", x=at, y=at, z=at))["connector_id"]
    await tracer.post(
        "link/create",
        from_id=nodes[1],
        to_id=connector,
        link_type="presynaptic_to",
        state=json.dumps({"nocheck": True}),
    )
    await tracer.post(
        "link/create",
        from_id=partner[0],
        to_id=connector,
        link_type="postsynaptic_to",
        state=json.dumps({"nocheck": True}),
    )
    neuron = (await tracer.rows("SELECT neuron_id FROM skeleton WHERE id = %s", skeleton))[0][0]
    await tracer.post(f"neurons/{neuron}/rename", name=f"{name} neuron")
    await tracer.label(nodes[1], f"{name} label")
    await tracer.post(f"label/connector/{connector}/update", tags=f"{name} label")
    await tracer.annotate(skeleton, f"{name} annotation")
    await tracer.post(f"node/{nodes[1]}/reviewed")
    await tracer.post(
        "volumes/add",
        type="box",
        title=f"{name} volume",
        min_x=at,
        min_y=at,
        min_z=at,
        max_x=at + 9000,
        max_y=at + 1,
        max_z=at + 1,
    )
    await actor.request(
        "PUT", f"/{project_id}/pointclouds/", data={"name": f"{name} cloud", "points": json.dumps([[at, at, at]])}
    )
    await tracer.post("textlabel/create", text=f"{name} text", x=at, y=at, z=at)
    await tracer.post("links/", alias=f"{name}-link", is_public="true", message=f"{name} message", location_x=at)
    await tracer.post(f"treenodes/{nodes[1]}/suppressed-virtual/", orientation=2, location_coordinate=at + 1)
    await tracer.post("project-tokens/", name=f"{name} token", **{"default_permissions[0]": "can_browse"})
    async with service.store.writing(user_id=None, project_id=project_id, label="set up") as tx:
        await tx.execute(
            "WITH made AS (INSERT INTO stack (title, dimension_x, dimension_y, dimension_z, resolution_x,"
            " resolution_y, resolution_z) VALUES (%s, 9, 9, 9, 1, 1, 1) RETURNING id)"
            ", shown AS (INSERT INTO project_stack (project_id, stack_id) SELECT %s, id FROM made)"
            ", grouped AS (INSERT INTO stack_group (title) VALUES (%s) RETURNING id)"
            " INSERT INTO stack_group_member (stack_group_id, stack_id, relation)"
            " SELECT grouped.id, made.id, 'view' FROM grouped, made",
            (f"{name} stack", project_id, f"{name} group"),
        )
    await populate_more(tracer, name, skeleton, nodes, at)
    found = {"treenode": nodes[1], "skeleton": skeleton, "connector": connector, "neuron": neuron, "user": 1}
    kinds = {kind for candidates in KINDS.values() for kind in candidates}
    for kind in kinds - {*found, "stack", "stack_group", "transaction"}:
        found[kind] = (
            await tracer.rows(
                sql.SQL("SELECT max(id) FROM {} WHERE project_id = %s").format(sql.Identifier(kind)), project_id
            )
        )[0][0]
    found["stack"] = (await tracer.rows("SELECT stack_id FROM project_stack WHERE project_id = %s", project_id))[0][0]
    found["stack_group"] = (await tracer.rows("SELECT max(id) FROM stack_group"))[0][0]
    found["transaction"] = (await tracer.rows("SELECT version FROM treenode WHERE id = %s", nodes[1]))[0][0]
    return found


async def populate_more(tracer: Tracer, name: str, skeleton: int, nodes: list[int], at: float) -> None:
    """Landmarks, a sampler, an ontology, a region, a set of points, and what links them."""
    project_id = tracer.project_id

    async def put(path: str, **form: object) -> Any:
        status, made = await tracer.actor.request(
            "PUT", f"/{project_id}/{path}", data={key: str(value) for key, value in form.items()}
        )
        assert status == 200, made
        return made

    landmark = await put("landmarks/", name=f"{name} landmark")
    await put(f"landmarks/{landmark['id']}/locations/", x=at, y=at, z=at)
    groups = [(await put("landmarks/groups/", name=f"{name} group {n}"))["id"] for n in range(2)]
    (point,) = (await tracer.rows("SELECT max(id) FROM landmark_point WHERE project_id = %s", project_id))[0]
    await put(f"landmarks/groups/{groups[0]}/locations/{point}/")
    sampler = await tracer.post(
        "samplers/add",
        skeleton_id=skeleton,
        interval_length=10,
        review_required="false",
        create_interval_boundaries="false",
    )
    await tracer.post(
        f"samplers/{sampler['id']}/domains/add",
        domain_type_id=1,
        start_node_id=nodes[0],
        **{"end_node_ids[0]": nodes[-1]},
    )
    values = {"project_id": project_id, "name": f"{name} concept", "at": at, "group": groups[0], "other": groups[1]}
    async with tracer.store.writing(user_id=None, project_id=project_id, label="set up") as tx:
        for statement in MORE:
            await tx.execute(statement, values)


async def hidden_scene(service: Service) -> Hidden:
    """Make a project in which the service's tracer may do nothing, and fill it and the tracer's own."""
    async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        admin = await users.require_user(tx, "admin")
        await tx.execute("SELECT setval('project_id_seq', %s)", (FIRST_ID,))
        hidden = await projects.create_project(tx, "Unseen", owner_id=admin.id, comment="Unseen comment")
        for permission in users.PERMISSIONS:
            await users.grant(tx, service.project_id, permission, to="tracer")
    own = await populate(service.tracer, service, service.project_id, name="Own", at=0, step=10)
    async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        cursor = await tx.execute(
            "SELECT sequencename FROM pg_sequences WHERE sequencename NOT IN ('project_id_seq', 'app_user_id_seq')"
        )
        sequences = await cursor.fetchall()
        await tx.execute(
            "SELECT setval(name, %s) FROM unnest(%s::text[]) AS name", (FIRST_ID, [name for (name,) in sequences])
        )
    found = await populate(service.admin, service, hidden, name="Unseen", at=FAR, step=STEP)
    async with service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        await tx.execute(
            "SELECT setval(name, %s) FROM unnest(%s::text[]) AS name", (FIRST_ID // 2, [name for (name,) in sequences])
        )
    return Hidden(hidden, found, own, service.tracer, service)


def beyond(text: str) -> str:
    """The same with ids that nothing has in place of those of the hidden project."""
    return re.sub(r"\b70000(\d\d\d)\b", r"70900\1", text).replace("Unseen-link", "Unknown-link")


def id_for(name: str, ids: Mapping[str, int], turn: int) -> int | None:
    """One of the ids that a parameter of this name may mean; None if it means none."""
    kinds = () if NO_IDS.search(name) else next((kinds for part, kinds in KINDS.items() if part in name), ())
    return ids[kinds[turn % len(kinds)]] if kinds else None


def filled(route: Route, ids: Mapping[str, int], turn: int, *, flag: bool) -> dict[str, str]:
    """A form for a route in which whatever may be an id is one of these."""
    form: dict[str, str] = {}
    hints = get_type_hints(route.form)
    for field in msgspec.structs.fields(route.form):
        name = field.encode_name
        known, hint, keys = id_for(name, ids, turn), hints[field.name], [name]
        options = get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)
        while get_origin(option := next(o for o in options if o is not type(None))) in (list, tuple):
            parts = get_args(option)
            keys = [f"{key}[{n}]" for key in keys for n in range(len(parts) if get_origin(option) is tuple else 1)]
            options = parts[:1]
        if option is bool:
            form[name] = str(flag)
        elif known is not None and (option is int or keys != [name]):
            form |= dict.fromkeys(keys, str(known))
        elif option is float:
            value = next((v for part, v in NUMBERS.items() if name.startswith(part)), FAR - 300)
            form |= dict.fromkeys(keys, str(value))
        elif option is str and name.endswith(("regex", "pattern")):
            form[name] = "."
        elif option is str and name == "state":
            form[name] = '{"nocheck": true}'
        elif field.required:
            form |= dict.fromkeys(keys, "1")
    return form


def with_names(route: Route, form: dict[str, str], name: str) -> dict[str, str] | None:
    """The form with a name for whatever is text; None if nothing is."""
    hints = get_type_hints(route.form)
    fields = [field.encode_name for field in msgspec.structs.fields(route.form)]
    texts = {
        encoded if hints[field] in (str, str | None) else f"{encoded}[0]": name
        for field, encoded in zip(route.form.__struct_fields__, fields, strict=True)
        if hints[field] in (str, str | None, list[str]) and not NO_NAMES.search(encoded)
    }
    return {**form, **texts} if texts else None


def path_of(route: Route, project_id: int, ids: Mapping[str, int], turn: int) -> str:
    """The path with an id that fits in each place of one."""

    def value(found: re.Match[str]) -> str:
        known = {
            "project_id": project_id,
            "extension": "jpg" if "jpg" in (found[2] or "") else "stl",
            "alias": "Unseen-link",
        }
        return str(known.get(found[1]) or (found[2] not in (":[01]", ":[0-9]") and id_for(found[1], ids, turn)) or 1)

    return re.sub(r"\{(\w+)(:(?:[^{}]|\{[^{}]*\})*)?\}", value, route.path)
