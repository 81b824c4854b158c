"""`stack add`, `list` and `remove`, as they are typed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.commands import Cli, command_line, database_of


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def cluster(data_dir: Path) -> Iterator[str]:
    with database_of(data_dir) as dsn:
        yield dsn


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data_dir: Path, cluster: str) -> Cli:
    monkeypatch.setenv("CATMAID_DATA_DIR", str(data_dir))
    return command_line(monkeypatch, capsys)


def listed(cli: Cli) -> list[dict[str, Any]]:
    code, out, err = cli("stack", "list", "--project", "Away", "--json")
    assert code == 0, err
    return list(json.loads(out))


def test_a_volume_is_added_listed_and_removed(cli: Cli, shared: Path) -> None:
    volume = shared / "data/vnc1/vnc1.zarr"
    code, out, err = cli("stack", "add", volume, "--project", "Away", "--title", "Larva")
    assert code == 0, err
    assert out.startswith("Added stack 1 'Larva' (1024 x 1024 x 10 pixels of 4.6 x 4.6 x 50 nm) in project 'Away'.")
    assert "3 level(s)" in out
    assert cli("stack", "add", volume, "--project", "Away", "--title", "Larva")[1].startswith("Already there: stack 1")
    assert listed(cli) == [{"id": 1, "title": "Larva", "dimension": [1024, 1024, 10], "addresses": [str(volume)]}]
    code, out, _ = cli("stack", "remove", "1", "--project", "Away")
    assert (code, out) == (0, "Took stack 1, 'Larva', out of project 'Away'. No project shows it any more.\n")
    assert listed(cli) == []


def test_projects_are_made_of_a_file(cli: Cli, tmp_path: Path) -> None:
    stack = {
        "title": "EM",
        "dimension": "(9,9,9)",
        "resolution": "(1,1,1)",
        "mirrors": [{"url": "https://images.example.org/em/"}],
    }
    (tmp_path / "projects.json").write_text(json.dumps([{"project": {"title": "Filed", "stacks": [stack]}}]))
    code, out, err = cli("import", "projects", tmp_path / "projects.json")
    assert code == 0, err
    assert "'Filed': 1 stack(s) added." in out
    assert "1 stack(s) were there already." in cli("import", "projects", tmp_path / "projects.json")[1]


def test_what_is_wrong_is_one_line_and_makes_no_project(cli: Cli, tmp_path: Path) -> None:
    code, _, err = cli("stack", "add", tmp_path, "--project", "Nowhere")
    assert (code, err.count("\n")) == (1, 1)
    assert "is no volume that is known" in err
    code, _, err = cli("stack", "add", "http://127.0.0.1/x", "--project", "Nowhere")
    assert (code, "private address" in err) == (1, True)
    assert "Nowhere" not in cli("project", "list")[1]
    assert cli("stack", "add", tmp_path, "--project", "Nowhere", "--resolution", "4,4")[0] == 2
