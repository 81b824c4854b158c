"""The relations that every project has, and what they are not good for."""

from __future__ import annotations

from catmaid_wire import relations
from tests.helpers.arbors import UNCHECKED, Tracer
from tests.helpers.service import Service


async def test_a_project_has_the_relations_that_clients_expect(module_service: Service) -> None:
    tracer = Tracer.of(module_service)
    known = await tracer.get("ontology/relations")
    assert set(known) == set(relations.OF_PROJECTS)
    rows = await tracer.rows(
        "SELECT name FROM relation JOIN relation_detail ON relation_id = id"
        " WHERE project_id = %s AND isreciprocal ORDER BY name",
        tracer.project_id,
    )
    assert [name for (name,) in rows] == sorted(relations.RECIPROCAL)


async def test_a_relation_that_no_link_has_finds_nothing(module_service: Service) -> None:
    tracer = Tracer.of(module_service)
    node = await tracer.node()
    await tracer.connector(node)
    skeleton = await tracer.skeleton_of(node)
    for name in relations.OF_PROJECTS:
        expected = 1 if name == relations.PRESYNAPTIC else 0
        links = await tracer.get("connectors/links/", relation_type=name, **{"skeleton_ids[0]": skeleton})
        assert len(links["links"]) == expected, name
        listed = await tracer.post("connectors/", relation_type=name, **{"skeleton_ids[0]": skeleton})
        assert len(listed["connectors"]) == expected, name
    for path, form in (
        ("connectors/", {"relation_type": "presyn"}),
        ("connectors/", {"without_relation_types[0]": "presyn"}),
    ):
        status, body = await tracer.refused(path, **form)
        assert (status, "presyn" in str(body["error"])) == (400, True)


async def test_treenodes_are_linked_by_relations_of_links_alone(module_service: Service) -> None:
    tracer = Tracer.of(module_service)
    node = await tracer.node()
    connector = (await tracer.post("connector/create"))["connector_id"]
    for name in set(relations.OF_PROJECTS) - set(relations.OF_LINKS):
        form = {"from_id": node, "to_id": connector, "link_type": name, "state": UNCHECKED}
        assert (await tracer.refused("link/create", **form))[0] == 400, name
