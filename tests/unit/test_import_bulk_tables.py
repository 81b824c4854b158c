"""Tables of a bulk import that do not fit together are refused with file and line."""

from __future__ import annotations

from pathlib import Path

import pytest

from catmaid_server.transfer.errors import BadFile
from catmaid_server.transfer.importers.bulk_tables import read_bulk
from tests.helpers.bulk_files import FILES, write_files


def replaced(name: str, old: str, new: str) -> tuple[str, str]:
    assert old in FILES[name]
    return name, FILES[name].replace(old, new)


@pytest.mark.parametrize(("change", "reason"), [
    (replaced("treenodes", "73,71,501", "71,71,501"), "treenodes.csv, line 4: id 71 is already in line 2"),
    (replaced("treenodes", "73,71,501", "73,99,501"), "line 4: parent_id 99 is not a treenode of this file"),
    (replaced("treenodes", "72,,501", "72,73,501"), "line 2: treenode 71 is its own ancestor"),
    (replaced("treenodes", "73,71,501", "73,,501"), "line 4: treenode 73 is a second root of skeleton 501"),
    (replaced("treenodes", "73,71,501", "73,80,501"), "line 4: treenode 73 is in skeleton 501, its parent in 504"),
    (replaced("treenodes", "80,,504", "80,,599"), "line 5: skeleton_id 599 is not a skeleton of neurons.csv"),
    (replaced("treenodes", ",0.1,", ",wide,"), "line 2: x is 'wide', should be a finite number"),
    (replaced("treenodes", ",12.5,4,", ",12.5,6,"), "line 3: confidence is '6', should be a confidence from 0 to 5"),
    (replaced("connectors", "90,1", "73,1"), "connectors.csv, line 2: id 73 is that of a treenode, too"),
    (replaced("links", "601,90", "601,91"), "links.csv, line 3: connector_id 91 is not a connector of"),
    (replaced("links", "80,504", "80,501"), "links.csv, line 3: treenode 80 is in skeleton 504, not in 501"),
    (replaced("neurons", "503,504,505", "503,501,505"), "neurons.csv, line 3: skeleton_id 501 is already in line 2"),
    (replaced("neurons", "503,504,505", "503,504,"), "skeleton_id and model_of_link_id should both be given"),
    (replaced("neurons", "503,504,505,NA", "500,504,505,NA"), "line 3: name of neuron_id 500 is 'NA', but"),
    (replaced("annotations", "711,503", "711,999"), "annotations.csv, line 4: neuron_id 999 is not a neuron"),
    (replaced("annotations", "701,seen,711", "701,sighted,711"), "line 4: annotation_name of annotation_id 701 is"),
    (replaced("annotations", "700,glia", "500,glia"), "line 2: id 500 of this annotation is also that of another"),
    (replaced("labels", "810,73,", "810,73,90"), "labels.csv, line 2: a link_id goes with either a treenode_id or"),
    (("links", ""), "links.csv: is empty"),
])  # fmt: skip
def test_tables_that_do_not_fit_are_refused(tmp_path: Path, change: tuple[str, str], reason: str) -> None:
    write_files(tmp_path)
    name, text = change
    (tmp_path / f"{name}.csv").write_text(text)
    with pytest.raises(BadFile) as caught:
        read_bulk(tmp_path)
    assert reason in str(caught.value)


def test_neurons_and_treenodes_must_be_there(tmp_path: Path) -> None:
    write_files(tmp_path)
    (tmp_path / "neurons.csv").unlink()
    with pytest.raises(BadFile, match=r"holds no neurons\.csv or neurons\.csv\.gz"):
        read_bulk(tmp_path)


@pytest.mark.parametrize("text", ["[]", '{"user_ids": {"ana": "x"}}', "{"])
def test_users_that_cannot_be_read_are_refused(tmp_path: Path, text: str) -> None:
    write_files(tmp_path)
    (tmp_path / "users.csv").unlink()
    (tmp_path / "requests.json").write_text(text)
    with pytest.raises(BadFile, match="user_ids should give each user's id by name"):
        read_bulk(tmp_path)
