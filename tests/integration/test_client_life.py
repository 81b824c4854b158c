"""What happened, in Python: diff, log, lineage and the life of neurons."""

from __future__ import annotations

import asyncio
import warnings
from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest

import catmaid_jupyter as cj
from catmaid_jupyter.client.history_tables import LINEAGE, LOG, NEURON_DIFF, SUCCESSORS, TABLE_DIFF
from catmaid_jupyter.client.life import CONTRIBUTORS, GROWTH
from tests.helpers.service import Service


@pytest.fixture
async def project(service: Service) -> AsyncIterator[cj.Project]:
    """The project "Test" as its tracer sees it."""
    instance = await asyncio.to_thread(cj.connect, service.url, service.tracer.token)
    yield await asyncio.to_thread(instance.project, "Test")
    await asyncio.to_thread(instance.close)


def dtypes_are(frame: pd.DataFrame, schema: Mapping[str, Any]) -> bool:
    """Whether columns and dtypes are as promised."""
    assert list(frame.columns) == list(schema)
    return all(frame[name].dtype == pd.Series([], dtype=dtype).dtype for name, dtype in schema.items())


async def test_a_diff_is_a_table_of_neurons_and_one_of_tables(project: cj.Project) -> None:
    def story() -> None:
        root = project.edit.create_treenode(0, 0, 0, neuron_name="one")
        project.edit.create_treenode(0, 0, 100, parent_id=root)
        before = project.pin("before")
        assert dtypes_are(project.diff("before"), NEURON_DIFF)
        assert dtypes_are(project.diff_tables("before"), TABLE_DIFF)
        project.edit.move_nodes({root: (0, 0, 50)})
        project.neuron("one").rename("first")
        project.edit.create_treenode(9, 9, 9, neuron_name="two")
        found = project.diff("before")
        assert dtypes_are(found, NEURON_DIFF)
        (first,) = found[found["name_before"] == "one"].to_dict("records")
        assert (first["name_after"], first["nodes_moved"], first["nodes_added"]) == ("first", 1, 0)
        assert (first["cable_before"], first["cable_after"]) == (100, 50)
        (second,) = found[found["name_before"] == ""].to_dict("records")
        assert (second["name_after"], second["nodes_added"], second["annotations_added"]) == ("two", 1, [])
        assert found.attrs == {"from_version": before, "to_version": project.version, "total_neurons": 2, "cut": None}
        tables = project.diff_tables(before)
        assert ["treenode", 1, 1, 0] in tables.to_numpy().tolist()
        with pytest.warns(UserWarning, match="2 neurons are different; the 1 in which most is different"):
            assert len(project.diff("before", limit=1)) == 1
        past = project.at(project.version)
        project.edit.create_treenode(5, 5, 5)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            assert past.diff("before").equals(found)
        with pytest.raises(cj.InvalidInput, match="exchange them"):
            project.diff("now", "before")
        with pytest.raises(cj.InvalidInput, match="as of which you read"):
            past.diff("before", project.version)

    await asyncio.to_thread(story)


async def test_the_log_is_filtered(service: Service, project: cj.Project) -> None:
    def story() -> None:
        root = project.edit.create_treenode(0, 0, 0, neuron_name="one")
        middle = project.version
        moment = datetime.now(UTC)
        project.edit.set_labels(root, ["soma"])
        with cj.connect(service.url, service.admin.token) as instance:
            instance.project("Test").edit.create_treenode(5000, 5000, 5000)
        users = project.instance.users
        admin_id = dict(zip(users["login"], users["id"], strict=True))["admin"]
        everything = project.log()
        assert dtypes_are(everything, LOG)
        assert everything["label"].tolist() == ["treenodes.create", "labels.update", "treenodes.create"]
        assert everything["user"].tolist() == ["admin", "tracer", "tracer"]
        assert not everything.attrs["limit_reached"]
        neuron = project.neuron("one")
        for filters, versions in (
            ({"user": "admin"}, everything["version"][:1]),
            ({"user": admin_id}, everything["version"][:1]),
            ({"label": "labels"}, everything["version"][1:2]),
            ({"last": "7d"}, everything["version"]),
            ({"last": "1us"}, []),
            ({"since": middle}, everything["version"][:2]),
            ({"until": moment}, [middle]),
            ({"since": moment.isoformat(), "until": "now"}, everything["version"][:2]),
            ({"neuron": "one"}, everything["version"][1:]),
            ({"neuron": neuron, "label": "labels"}, everything["version"][1:2]),
            ({"skeleton": neuron.skeletons[0]}, everything["version"][1:]),
            ({"skeleton": neuron.skeleton_ids}, everything["version"][1:]),
            ({"skeleton": []}, []),
            ({"box": ((4000, 4000, 4000), (6000, 6000, 6000))}, everything["version"][:1]),
        ):
            filtered: Any = filters
            assert project.log(**filtered)["version"].tolist() == list(versions), filters
        newest = project.log(limit=2)
        assert newest["version"].tolist() == everything["version"][:2].tolist()
        assert newest.attrs["limit_reached"]
        project.undo()
        assert project.log(limit=1)["reverts"].tolist() == [[everything["version"][1]]]
        assert len(project.at(middle).log()) == 1
        for wrong, said in (
            ({"last": "7d", "since": 1}, "not both"),
            ({"last": "a week"}, "such as '7d'"),
            ({"last": "-1d"}, "such as '7d'"),
            ({"since": "fig-9"}, "since is a version"),
            ({"box": ((1, 1, 1), (0, 0, 0))}, "box is"),
            ({"limit": 0}, "limit is"),
        ):
            filters = wrong
            with pytest.raises(cj.InvalidInput, match=said):
                project.log(**filters)
        with pytest.raises(cj.NotFound, match="Nobody called 'nobody'"):
            project.log(user="nobody")
        with pytest.raises(cj.NotFound, match="no neuron 'nothing'"):
            project.log(neuron="nothing")

    await asyncio.to_thread(story)


async def test_the_life_of_a_neuron(project: cj.Project) -> None:
    def story() -> None:
        root = project.edit.create_treenode(0, 0, 0, neuron_name="one")
        end = project.edit.create_treenode(0, 0, 100, parent_id=root)
        neuron = project.neuron("one")
        skeleton = neuron.skeletons[0]
        cut = skeleton.split(end)
        skeleton.join(root, end)
        life = neuron.life(by="version", gap="1h")
        assert dtypes_are(life.contributors, CONTRIBUTORS)
        assert dtypes_are(life.growth, GROWTH)
        assert dtypes_are(life.lineage, LINEAGE)
        assert life.growth["nodes"].tolist() == [1, 2, 1, 2]
        assert life.growth["cable_length"].tolist() == [0, 100, 0, 100]
        (one,) = life.contributors.to_dict("records")
        assert (one["user"], one["nodes"], one["sessions"]) == ("tracer", 2, 1)
        assert pd.Timedelta(0) < one["time_spent"] == one["last_time"] - one["first_time"]
        assert life.lineage["kind"].tolist() == ["split", "join"]
        assert repr(life) == "<Life of 'one': 2 nodes, 1 contributor, 2 joins and splits>"
        assert life.lineage.equals(skeleton.lineage)
        assert life.lineage.equals(project.lineage(cut.id))
        became = project.successors(cut.id)
        assert dtypes_are(became, SUCCESSORS)
        assert became.to_numpy().tolist() == [[skeleton.id, neuron.id, "one", 1]]
        project.edit.delete_treenode(end)
        assert project.successors([cut.id])["skeleton_id"].tolist() == [-1]
        with pytest.raises(cj.InvalidInput, match=r"given by their numbers, not str \('PN 3'\)"):
            project.successors("PN 3")  # type: ignore[arg-type]
        with pytest.raises(cj.InvalidInput, match="A box is its lowest and its highest corner"):
            project.log(box=1)  # type: ignore[arg-type]
        assert neuron.life(by="creation").growth["version"].tolist() == [-1]
        assert [len(axes.lines) for axes in life.plot().axes[:1]] == [3]
        shown = life._repr_html_()
        assert "<svg" in shown
        assert "tracer" in shown
        for wrong in ({"gap": "soon"}, {"gap": "0s"}, {"by": "year"}):
            filters: Any = wrong
            with pytest.raises(cj.InvalidInput):
                neuron.life(**filters)
        with pytest.raises(cj.NotFound, match="never had skeleton 1999999"):
            project.lineage(1_999_999)

    await asyncio.to_thread(story)


async def test_other_servers_list_transactions_and_say_what_they_lack(service: Service, project: cj.Project) -> None:
    def story() -> None:
        root = project.edit.create_treenode(0, 0, 0, neuron_name="one")
        moment = datetime.now(UTC)
        project.edit.set_labels(root, ["soma"])
        instance = project.instance
        plain = cj.Instance(instance.http, version="2021.12.21", capabilities=frozenset(), username="tracer")
        other, neuron = plain.project("Test"), plain.project("Test").neuron("one")
        own = project.log()
        assert dtypes_are(other.log(), LOG)
        assert other.log().equals(own)
        assert other.log(user="tracer", label="labels.update", last="1h").equals(own[:1])
        assert other.log(since=moment).equals(own[:1])
        assert other.log(until=moment)["version"].tolist() == own["version"][1:].tolist()
        assert other.log(limit=1).attrs["limit_reached"]
        for ask, said in (
            (lambda: other.diff(1), "does not offer comparing versions"),
            (lambda: other.diff_tables(1), "does not offer comparing versions"),
            (lambda: other.lineage(1), "does not offer the joins and splits"),
            (lambda: other.successors(1), "does not offer the joins and splits"),
            (neuron.life, "does not offer the life of neurons"),
            (lambda: other.log(neuron=neuron), "by user, label and time only"),
            (lambda: other.log(skeleton=3), "by user, label and time only"),
            (lambda: other.log(since="fig-3"), "are times at this server"),
            (lambda: other.log(since=3), "are times at this server"),
        ):
            with pytest.raises(cj.InvalidInput, match=said):
                ask()
        with pytest.raises(cj.NotFound, match="There is no user 'nobody'"):
            other.log(user="nobody")

    await asyncio.to_thread(story)
