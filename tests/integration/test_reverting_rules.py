"""What others did since is never half taken back: after a revert the rules of the store hold, or nothing is written."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any, LiteralString

import pytest

from catmaid_server.domain.accounts import users
from catmaid_server.domain.history import rules
from catmaid_server.domain.projects import projects
from catmaid_server.operations import checks
from tests.helpers.arbors import UNCHECKED, Tracer
from tests.helpers.service import Actor, Service


@dataclass
class Pair:
    """Two who trace in one project: `ana`, who takes back, and `ben`, an administrator, who edits meanwhile."""

    ana: Tracer
    ben: Tracer

    async def newest(self) -> int:
        """The newest version that was written: numbers of what was refused are passed over."""
        ((version,),) = await self.ana.rows("SELECT max(id) FROM transaction_info")
        return int(version)

    async def refused(self, *versions: int, by: Tracer | None = None) -> str:
        """Why ana (or `by`) cannot take versions back; the preview tells the same, and nothing is written."""
        who = by or self.ana
        before = await self.newest()
        form = {f"versions[{index}]": version for index, version in enumerate(versions)}
        preview = await who.post("versions/changes", **form)
        status, body = await who.refused("versions/revert", **form)
        assert (status, body["type"]) == (400, "StateMatchingError"), body
        conflicts: Any = body["detail"]
        assert conflicts
        assert {conflict["username"] for conflict in conflicts} <= {"admin", "tracer"}, conflicts
        assert without_times(preview["conflicts"]) == without_times(conflicts)
        assert await self.newest() == before
        await self.require_rules()
        return str(body["error"])

    async def taken_back(self, *versions: int, by: Tracer | None = None) -> None:
        """Ana (or `by`) takes versions back; all rules hold afterwards."""
        who = by or self.ana
        form = {f"versions[{index}]": version for index, version in enumerate(versions)}
        preview = await who.post("versions/changes", **form)
        assert (preview["conflicts"], preview["not_allowed"]) == ([], None)
        await who.post("versions/revert", **form)
        await self.require_rules()

    async def require_rules(self) -> None:
        async with self.ana.store.reading() as connection:
            found = await checks.check(connection)
        assert [(one.name, one.rows) for one in found if not one.holds] == []


def without_times(conflicts: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Answers and errors write times differently."""
    return [{name: value for name, value in conflict.items() if name != "time"} for conflict in conflicts]


@pytest.fixture
async def pair(module_service: Service) -> AsyncIterator[Pair]:
    made = Pair(Tracer.of(module_service), Tracer.of(module_service, module_service.admin))
    yield made
    await made.require_rules()


async def joined(pair: Pair) -> tuple[list[int], list[int], int]:
    """Two skeletons of three nodes that ana joined: those that stay, those that came over, and the version."""
    stay, came = await pair.ana.chain(3), await pair.ana.chain(3, y=50)
    await pair.ana.post("skeleton/join", from_id=stay[2], to_id=came[0])
    return stay, came, await pair.newest()


async def test_a_node_added_to_what_a_join_brought(pair: Pair) -> None:
    _, came, version = await joined(pair)
    added = await pair.ben.node(came[2])
    error = await pair.refused(version)
    assert f"treenode {added}" in error, error
    assert "admin" in error, error
    await pair.taken_back(await pair.newest(), version, by=pair.ben)


async def test_a_link_added_to_what_a_join_brought(pair: Pair) -> None:
    _, came, version = await joined(pair)
    await pair.ben.connector(came[1])
    assert "link" in await pair.refused(version)


async def test_a_review_of_what_a_join_brought(pair: Pair) -> None:
    _, came, version = await joined(pair)
    await pair.ben.post(f"node/{came[1]}/reviewed")
    assert "review" in await pair.refused(version)


async def test_a_tag_on_what_a_join_brought_is_in_nobodys_way(pair: Pair) -> None:
    _, came, version = await joined(pair)
    await pair.ben.label(came[1], "soma")
    await pair.taken_back(version)
    assert await pair.ana.rows("SELECT 1 FROM node_label WHERE treenode_id = %s", came[1])


async def test_a_sampler_over_what_a_join_brought(pair: Pair) -> None:
    stay, came, version = await joined(pair)
    skeleton_id = await pair.ana.skeleton_of(stay[0])
    sampler = await add_sampler(pair.ben, skeleton_id)
    domain = {"domain_type_id": 1, "start_node_id": stay[1], "end_node_ids[0]": came[2]}
    await pair.ben.post(f"samplers/{sampler}/domains/add", **domain)
    assert "sampler" in await pair.refused(version)


async def add_sampler(tracer: Tracer, skeleton_id: int) -> int:
    form = {"interval_length": 20, "review_required": "true", "create_interval_boundaries": "true"}
    return int((await tracer.post("samplers/add", skeleton_id=skeleton_id, **form))["id"])


@pytest.mark.parametrize("what", ["node", "link", "review"])
async def test_what_was_added_to_the_part_that_a_split_made(pair: Pair, what: str) -> None:
    nodes = await pair.ana.chain(4)
    await pair.ana.post("skeleton/split", treenode_id=nodes[2])
    version = await pair.newest()
    if what == "node":
        await pair.ben.node(nodes[3])
    elif what == "link":
        await pair.ben.connector(nodes[3])
    else:
        await pair.ben.post(f"node/{nodes[3]}/reviewed")
    assert what in await pair.refused(version)


async def test_a_loop_of_parents(pair: Pair) -> None:
    """Ana hung b on c instead of a; ben hung a below b."""
    root = await pair.ana.node()
    a, c = await pair.ana.node(root), await pair.ana.node(root)
    b = await pair.ana.node(a)
    await pair.ana.post(f"treenodes/{b}/parent", parent_id=c, state=UNCHECKED)
    version = await pair.newest()
    await pair.ben.post(f"treenodes/{a}/parent", parent_id=b, state=UNCHECKED)
    error = await pair.refused(version)
    assert f"treenode {a}" in error, error


async def test_a_reroot_before_a_join(pair: Pair) -> None:
    """The nodes of ana's reroot are as she left them, but the root got a parent."""
    nodes, other = await pair.ana.chain(3), await pair.ana.chain(2, y=50)
    await pair.ana.post("skeleton/reroot", treenode_id=nodes[2])
    version = await pair.newest()
    await pair.ben.post("skeleton/join", from_id=other[1], to_id=nodes[2])
    await pair.refused(version)


async def rules_broken_by(
    pair: Pair, since: int, statement: LiteralString, **values: object
) -> list[tuple[str, int, str]]:
    """What is wrong if this statement were what takes version `since` back: table, id and why."""
    async with pair.ana.store.trying(user_id=None, project_id=pair.ana.project_id, label="test") as tx:
        await tx.execute(statement, values)
        found = await rules.broken_rules(tx, [since], ["treenode", "skeleton"])
    return [(one.table, one.key["id"], one.reason) for one in found]


async def test_a_second_root(pair: Pair) -> None:
    """No edits are known that a revert would turn into one, but it is asked for."""
    nodes = await pair.ana.chain(2)
    skeleton_id = await pair.ana.skeleton_of(nodes[0])
    broken = await rules_broken_by(
        pair, await pair.newest(), "UPDATE treenode SET parent_id = NULL WHERE id = %(id)s", id=nodes[1]
    )
    reason = f"would be a second root of skeleton {skeleton_id}"
    assert broken == [("treenode", nodes[1], reason)]


async def test_a_skeleton_without_treenodes(pair: Pair) -> None:
    nodes = await pair.ana.chain(2)
    skeleton_id = await pair.ana.skeleton_of(nodes[0])
    since = await pair.newest()
    await pair.ben.post("treenode/delete", treenode_id=nodes[1], state=UNCHECKED)
    broken = await rules_broken_by(pair, since, "DELETE FROM treenode WHERE id = %(id)s", id=nodes[0])
    assert broken == [
        ("treenode", nodes[1], f"is gone from skeleton {skeleton_id}, which would have no treenodes left")
    ]


async def test_a_neuron_that_would_be_left_without_skeletons(pair: Pair) -> None:
    first = await pair.ana.node()
    skeleton_id = await pair.ana.skeleton_of(first)
    ((neuron_id,),) = await pair.ana.rows("SELECT neuron_id FROM skeleton WHERE id = %s", skeleton_id)
    await pair.ana.node(useneuron=neuron_id)
    version = await pair.newest()
    await pair.ben.post("treenode/delete", treenode_id=first, state=UNCHECKED)
    error = await pair.refused(version)
    assert f"skeleton {skeleton_id}" in error, error


async def test_an_annotation_of_the_same_name(pair: Pair) -> None:
    skeleton_id = await pair.ana.skeleton_of(await pair.ana.node())
    ((neuron_id,),) = await pair.ana.rows("SELECT neuron_id FROM skeleton WHERE id = %s", skeleton_id)
    await pair.ana.annotate(skeleton_id, "only here")
    ((annotation_id,),) = await pair.ana.rows("SELECT id FROM annotation WHERE name = 'only here'")
    form = {"annotation_ids[0]": annotation_id, "entity_ids[0]": neuron_id}
    await pair.ana.post("annotations/remove", **form)
    version = await pair.newest()
    await pair.ben.annotate(skeleton_id, "only here")
    assert "annotation" in await pair.refused(version)


async def test_the_same_annotation_on_a_neuron(pair: Pair) -> None:
    skeletons = [await pair.ana.skeleton_of(await pair.ana.node()) for _ in range(2)]
    ((neuron_id,),) = await pair.ana.rows("SELECT neuron_id FROM skeleton WHERE id = %s", skeletons[0])
    for skeleton_id in skeletons:
        await pair.ana.annotate(skeleton_id, "on both")
    ((annotation_id,),) = await pair.ana.rows("SELECT id FROM annotation WHERE name = 'on both'")
    await pair.ana.post("annotations/remove", **{"annotation_ids[0]": annotation_id, "entity_ids[0]": neuron_id})
    version = await pair.newest()
    await pair.ben.annotate(skeletons[0], "on both")
    assert "annotation link" in await pair.refused(version)


async def test_a_tag_of_the_same_name(pair: Pair) -> None:
    nodes = await pair.ana.chain(2)
    await pair.ana.label(nodes[0], "seldom")
    await pair.ana.post(f"label/treenode/{nodes[0]}/remove", tag="seldom")
    version = await pair.newest()
    await pair.ben.label(nodes[1], "seldom")
    assert "label" in await pair.refused(version)


async def test_a_tag_that_others_use_by_now_stays(pair: Pair) -> None:
    nodes = await pair.ana.chain(3)
    await pair.ana.label(nodes[0], "made by ana")
    version = await pair.newest()
    await pair.ben.label(nodes[1], "made by ana")
    since = await pair.newest()
    await pair.taken_back(version)
    assert await tagged(pair, "made by ana") == [nodes[1]]
    await pair.taken_back(await pair.newest())
    assert await tagged(pair, "made by ana") == nodes[:2]
    await pair.taken_back(await pair.newest())
    await pair.taken_back(since, by=pair.ben)
    assert await tagged(pair, "made by ana") == []


async def test_an_annotation_that_others_use_by_now_stays(pair: Pair) -> None:
    skeletons = [await pair.ana.skeleton_of(await pair.ana.node()) for _ in range(2)]
    await pair.ana.annotate(skeletons[0], "made by ana", "by her alone")
    version = await pair.newest()
    await pair.ben.annotate(skeletons[1], "made by ana")
    since = await pair.newest()
    await pair.taken_back(version)
    assert [list(await pair.ana.annotations(one)) for one in skeletons] == [[], ["made by ana"]]
    assert await pair.ana.rows("SELECT FROM annotation WHERE name = 'by her alone'") == []
    await pair.taken_back(await pair.newest())
    assert [sorted(await pair.ana.annotations(one)) for one in skeletons] == [
        ["by her alone", "made by ana"],
        ["made by ana"],
    ]
    await pair.taken_back(since, by=pair.ben)
    assert sorted(await pair.ana.annotations(skeletons[0])) == ["by her alone", "made by ana"]


async def tagged(pair: Pair, tag: str) -> list[int]:
    query = "SELECT treenode_id FROM node_label n JOIN label l ON l.id = n.label_id WHERE l.name = %s ORDER BY 1"
    return [treenode_id for (treenode_id,) in await pair.ana.rows(query, tag)]


async def test_the_same_review(pair: Pair) -> None:
    [node] = await pair.ana.chain(1)
    await pair.ana.post(f"node/{node}/reviewed")
    await pair.ana.post(f"skeleton/{await pair.ana.skeleton_of(node)}/review/reset-own")
    version = await pair.newest()
    await pair.ana.post(f"node/{node}/reviewed")
    assert "review" in await pair.refused(version)


async def test_the_same_link(pair: Pair) -> None:
    [node] = await pair.ana.chain(1)
    connector = await pair.ana.connector(node)
    await pair.ana.post("link/delete", connector_id=connector, treenode_id=node, state=UNCHECKED)
    version = await pair.newest()
    form = {"from_id": node, "to_id": connector, "link_type": "presynaptic_to", "state": UNCHECKED}
    await pair.ben.post("link/create", **form)
    assert "link" in await pair.refused(version)


@pytest.mark.parametrize(("before", "since"), [
    (["presynaptic_to"], ["presynaptic_to"]),
    (["postsynaptic_to"], ["gapjunction_with"]),
    (["gapjunction_with"], ["gapjunction_with", "gapjunction_with"]),
])  # fmt: skip
async def test_links_that_a_connector_cannot_have_together(pair: Pair, before: list[str], since: list[str]) -> None:
    nodes = await pair.ana.chain(3)
    connector = await pair.ana.connector(nodes[0], before[0])
    await pair.ana.post("link/delete", connector_id=connector, treenode_id=nodes[0], state=UNCHECKED)
    version = await pair.newest()
    for node, relation in zip(nodes[1:], since, strict=False):
        form = {"from_id": node, "to_id": connector, "link_type": relation, "state": UNCHECKED}
        await pair.ben.post("link/create", **form)
    assert "link" in await pair.refused(version)


async def test_a_class_of_the_same_name(pair: Pair) -> None:
    """The database itself refuses two classes of one name."""
    made = await pair.ana.post("ontology/classes/add", classname="wing 7")
    await pair.ana.post("ontology/classes/remove", classid=made["class_id"])
    version = await pair.newest()
    await pair.ben.post("ontology/classes/add", classname="wing 7")
    assert "class" in await pair.refused(version)


async def test_what_was_made_again_is_taken_back_with_what_deleted_it(pair: Pair) -> None:
    """Though two rows of the same unique value take turns."""
    made = await pair.ana.post("ontology/classes/add", classname="wing 8")
    await pair.ana.post("ontology/classes/remove", classid=made["class_id"])
    version = await pair.newest()
    await pair.ana.post("ontology/classes/add", classname="wing 8")
    await pair.taken_back(version, await pair.newest())
    assert await pair.ana.rows("SELECT id FROM class WHERE name = 'wing 8'") == [(made["class_id"],)]


async def test_an_id_that_something_else_got_since(pair: Pair) -> None:
    first, second = [await pair.ana.skeleton_of(await pair.ana.node()) for _ in range(2)]
    ((neuron_id,),) = await pair.ana.rows("SELECT neuron_id FROM skeleton WHERE id = %s", first)
    await pair.ben.post(f"skeletons/{first}/id", new_neuron_id=10**8)
    version = await pair.newest()
    await pair.ben.post(f"skeletons/{second}/id", new_skeleton_id=neuron_id)
    assert f"skeleton {neuron_id}" in await pair.refused(version, by=pair.ben)


async def test_a_domain_that_a_reroot_would_turn(pair: Pair) -> None:
    nodes = await pair.ana.chain(4)
    await pair.ana.post("skeleton/reroot", treenode_id=nodes[3])
    version = await pair.newest()
    sampler = await add_sampler(pair.ben, await pair.ana.skeleton_of(nodes[0]))
    domain = {"domain_type_id": 1, "start_node_id": nodes[2], "end_node_ids[0]": nodes[0]}
    await pair.ben.post(f"samplers/{sampler}/domains/add", **domain)
    assert "sampler domain" in await pair.refused(version)


async def test_a_neuron_that_was_locked_since(pair: Pair) -> None:
    stay, came, version = await joined(pair)
    await pair.ben.annotate(await pair.ana.skeleton_of(stay[0]), "locked")
    form = {"versions[0]": version}
    status, body = await pair.ana.refused("versions/revert", **form)
    assert (status, "is locked" in str(body["error"])) == (403, True), body
    assert (await pair.ana.post("versions/changes", **form))["not_allowed"] == body["error"]
    assert len({await pair.ana.skeleton_of(node) for node in (*stay, *came)}) == 1


async def test_ones_own_join_of_what_others_traced_is_taken_back(pair: Pair) -> None:
    stay, theirs = await pair.ana.chain(2), await pair.ben.chain(2, y=50)
    was = await pair.ben.nodes(theirs)
    await pair.ana.post("skeleton/join", from_id=stay[1], to_id=theirs[1])
    await pair.taken_back(await pair.newest())
    assert await pair.ben.nodes(theirs) == was


async def test_nothing_to_undo_or_redo_is_no_version(module_service: Service, pair: Pair) -> None:
    """Of a user who has edited nothing yet, in a project of its own."""
    async with module_service.store.writing(user_id=None, project_id=None, label="set up") as tx:
        project_id = await projects.create_project(tx, "Untouched", owner_id=1)
    before = await pair.newest()
    for path in ("undo", "redo"):
        status, body = await module_service.admin.request("POST", f"/{project_id}/versions/{path}")
        assert (status, body["error"]) == (404, f"There is nothing to {path}.")
    assert await pair.newest() == before


async def test_what_an_api_token_may_not_do_is_told_before(module_service: Service, pair: Pair) -> None:
    project_id = pair.ana.project_id
    async with module_service.store.writing(user_id=None, project_id=project_id, label="set up") as tx:
        reader_id = await users.create_user(tx, "reader")
        for permission in ("can_browse", "can_annotate"):
            await users.grant(tx, project_id, permission, to="reader")
        reader = Actor(module_service.admin.session, module_service.url, await users.issue_token(tx, reader_id))
    await pair.ana.node()
    form = {"versions[0]": await pair.newest()}
    status, body = await reader.refused(f"/{project_id}/versions/revert", **form)
    assert (status, "API token" in str(body["error"])) == (403, True), body
    preview = await reader.post(f"/{project_id}/versions/changes", **form)
    assert preview["not_allowed"] == body["error"]


async def test_versions_without_the_one_between(pair: Pair) -> None:
    """What another version made in between cannot stay without what it was made on."""
    [node] = await pair.ana.chain(1)
    made = await pair.ana.post("connector/create", x=1, y=2, z=3)
    before = await pair.newest()
    form = {"to_id": made["connector_id"], "link_type": "presynaptic_to", "state": UNCHECKED}
    await pair.ben.post("link/create", from_id=node, **form)
    form = {"new_confidence": 3, "to_connector": "true", "state": UNCHECKED}
    await pair.ana.post(f"treenodes/{node}/confidence", **form)
    error = await pair.refused(before, await pair.newest(), by=pair.ben)
    assert f"would belong to connector {made['connector_id']}, which would be deleted" in error
