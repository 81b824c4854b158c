"""The commands that work on a data folder, with its service running or not."""

from __future__ import annotations

import asyncio
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import users
from catmaid_server.domain.projects import projects
from catmaid_server.postgres.cluster import Cluster
from tests.helpers.catmaid_files import whole, written
from tests.helpers.commands import Cli, command_line, database_of

GOOD = "1 0 0 0 0 5 -1\n2 0 100 0 0 5 1\n3 0 200 0 50 5 2\n"
CYCLE = "1 0 0 0 0 5 2\n2 0 100 0 0 5 1\n"


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def dsn(data_dir: Path) -> Iterator[str]:
    with database_of(data_dir) as dsn:
        yield dsn


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data_dir: Path, dsn: str) -> Cli:
    monkeypatch.setenv("CATMAID_DATA_DIR", str(data_dir))
    return command_line(monkeypatch, capsys)


def answer(cli: Cli, *arguments: str | Path) -> dict[str, object]:
    code, output, error = cli(*arguments, "--json")
    assert code == 0, error
    value = json.loads(output)
    assert isinstance(value, dict)
    return value


@pytest.fixture
def swc(tmp_path: Path) -> Path:
    folder = tmp_path / "swc"
    folder.mkdir()
    (folder / "7.swc").write_text(GOOD)
    return folder


def test_projects_are_made_renamed_listed_and_deleted(cli: Cli, swc: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made = answer(cli, "project", "create", "First", "--comment", "to try")
    assert cli("project", "create", "First")[::2] == (
        1,
        "catmaid-jupyter: There is already a project named 'First'.\n",
    )
    assert cli("project", "create", " ")[0] == 1
    answer(cli, "import", "swc", swc, "--project", "First")
    code, listed, _ = cli("project", "list", "--json")
    assert code == 0
    assert next(project for project in json.loads(listed) if project["title"] == "First") == {
        "id": made["id"],
        "title": "First",
        "comment": "to try",
        "neurons": 1,
        "treenodes": 3,
        "archived": False,
    }
    assert "to try" in cli("project", "list")[1]
    assert answer(cli, "project", "rename", "Second", "--project", "First") == {"id": made["id"], "title": "Second"}
    answer(cli, "project", "create", "Third")
    assert cli("project", "rename", "Third", "--project", "Second")[0] == 1
    assert answer(cli, "project", "archive", "--project", "Second") == {"id": made["id"], "archived": True}
    assert "archived" in cli("project", "list")[1]
    code, _, refusal = cli("import", "swc", swc, "--project", "Second")
    assert (code, "This project is archived" in refusal) == (1, True)
    assert answer(cli, "project", "restore", "--project", "Second") == {"id": made["id"], "archived": False}
    assert cli("project", "restore", "--project", "Second")[0] == 1
    assert cli("project", "rename", "", "--project", "Second")[0] == 1
    assert "There is no project 'First'" in cli("project", "rename", "Fourth", "--project", "First")[2]

    monkeypatch.setattr("sys.stdin", io.StringIO("Third\n"))
    code, _, error = cli("project", "delete", "--project", "Second")
    assert code == 2
    assert "'Second', has 1 neuron with 3 nodes, 0 connectors, 0 annotations." in error
    assert "nothing was deleted" in " ".join(error.split())
    assert "Second" in cli("project", "list")[1]
    monkeypatch.setattr("sys.stdin", io.StringIO("Second\n"))
    code, output, _ = cli("project", "delete", "--project", "Second")
    assert code == 0
    assert output.startswith(f"Deleted project {made['id']}, 'Second', with 1 neuron with 3 nodes")
    assert "Second" not in cli("project", "list")[1]
    assert answer(cli, "project", "delete", "--project", "Third", "--yes")["title"] == "Third"
    assert cli("project", "delete", "--project", "Third", "--yes")[0] == 1


def test_a_title_that_several_projects_have_stands_for_none(cli: Cli, dsn: str, swc: Path) -> None:
    async def twice() -> list[int]:
        async with Store.opened(dsn) as store, store.writing(user_id=None, project_id=None, label="set up") as tx:
            admin = await users.require_user(tx, "admin")
            return [
                await projects.create_project(tx, "Twice", owner_id=admin.id, unique=False),
                await projects.create_project(tx, "Twice", owner_id=admin.id, unique=False),
            ]

    first, second = asyncio.run(twice())
    refusal = f"catmaid-jupyter: Several projects are called 'Twice'; choose one by its id: {first}, {second}.\n"
    for command in (
        ("project", "delete", "--yes"),
        ("project", "rename", "Once"),
        ("member", "list"),
        ("member", "grant", "admin", "can_browse"),
        ("import", "swc", swc),
    ):
        assert cli(*command, "--project", "Twice")[::2] == (1, refusal), command
    assert answer(cli, "project", "delete", "--yes", "--project", str(second))["deleted_project_id"] == second
    assert answer(cli, "project", "delete", "--yes", "--project", "Twice")["deleted_project_id"] == first


def test_groups_and_members(cli: Cli) -> None:
    answer(cli, "project", "create", "Course")
    for name in ("eva", "fay"):
        answer(cli, "user", "add", name)
    made = answer(cli, "group", "create", "students")
    assert cli("group", "create", "students")[0] == cli("group", "create", "eva")[0] == 1
    assert cli("user", "add", "students")[0] == 1
    assert answer(cli, "group", "add", "students", "eva", "fay", "eva") == {"group": "students", "added": 2}
    assert cli("group", "add", "students", "nobody")[::2] == (1, "catmaid-jupyter: There is no user 'nobody'.\n")
    assert cli("group", "add", "nobodies", "eva")[::2] == (1, "catmaid-jupyter: There is no group 'nobodies'.\n")
    code, listed, _ = cli("group", "list", "--json")
    assert {"id": made["id"], "name": "students", "of_user": False, "members": ["eva", "fay"]} in json.loads(listed)
    assert "edit the data of eva" in cli("group", "list")[1]

    assert answer(cli, "member", "grant", "students", "can_annotate", "--project", "Course")["name"] == "students"
    assert "can_annotate_with_token is needed" in cli("grant", "fay", "can_annotate", "--project", "Course")[1]
    assert "is needed" not in cli("grant", "fay", "can_annotate_with_token", "--project", "Course")[1]
    for permission in ("can_annotate", "can_annotate_with_token"):
        answer(cli, "revoke", "fay", permission, "--project", "Course")
    answer(cli, "member", "grant", "eva", "delete_project", "Course")
    answer(cli, "grant", "eva", "can_browse", "--project", "Course")
    assert cli("grant", "eva", "can_browse")[0] == 2
    assert cli("grant", "eva", "can_browse", "Course", "--project", "Course")[0] == 2
    assert cli("member", "grant", "eva", "can_fly", "--project", "Course")[0] == 2
    code, listed, _ = cli("member", "list", "--project", "Course", "--json")
    assert code == 0
    holders = json.loads(listed)
    assert [(holder["name"], holder["kind"]) for holder in holders] == [
        ("admin", "user"),
        ("eva", "user"),
        ("students", "group"),
    ]
    assert [holder["permissions"] for holder in holders[1:]] == [["can_browse", "delete_project"], ["can_annotate"]]
    assert "delete_project" in cli("member", "list", "--project", "Course")[1]
    assert answer(cli, "member", "revoke", "eva", "can_browse", "--project", "Course")["revoked"] is True
    assert answer(cli, "revoke", "eva", "can_browse", "--project", "Course")["revoked"] is False

    assert answer(cli, "group", "remove", "students", "fay", "fay") == {"group": "students", "removed": 1}
    assert answer(cli, "group", "delete", "students") == {"name": "students"}
    assert "students" not in cli("member", "list", "--project", "Course")[1]
    assert "who may edit the data of user 'eva'" in cli("group", "delete", "eva")[2]


def test_groups_say_how_long_members_may_do_nothing(cli: Cli, dsn: str) -> None:
    answer(cli, "group", "create", "visitors")
    set_to = cli("group", "inactivity", "visitors", "--days", "90", "--contact", "admin", "--message", "Write to us.")
    assert set_to[:2] == (0, "Members of group 'visitors' may do nothing for 90 days.\n")
    assert json.loads(cli("group", "inactive", "--json")[1]) == []
    assert "Give either --days N or --never." in cli("group", "inactivity", "visitors")[2]
    assert cli("group", "inactivity", "visitors", "--never")[0] == 0
    assert "has no inactivity period" in cli("group", "inactivity", "visitors", "--never")[2]


def test_users_are_linked_to_accounts_elsewhere(cli: Cli, dsn: str, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(cli, "user", "add", "mia")
    refused = cli("user", "link", "mia", "0000-0002-1825-0097", "--with", "orcid")
    assert "Nobody signs in with 'orcid' here: the settings have no provider." in refused[2]
    monkeypatch.setenv("CATMAID_ORCID_CLIENT_ID", "APP-1")
    assert "CATMAID_ORCID_CLIENT_ID is set, but neither" in cli("user", "list")[2]
    monkeypatch.setenv("CATMAID_ORCID_CLIENT_SECRET", "a secret")
    linked = cli("user", "link", "mia", "0000-0002-1825-0097", "--with", "orcid")
    assert linked[:2] == (0, "'0000-0002-1825-0097' of orcid signs in as 'mia' from now on.\n")
    assert json.loads(cli("user", "sign-ins", "--json")[1]) == [
        {"issuer": "https://orcid.org", "subject": "0000-0002-1825-0097", "username": "mia"}
    ]
    assert cli("user", "unlink", "mia", "--with", "orcid")[0] == 0
    assert "mia" not in cli("user", "sign-ins")[1]


def test_users_tokens_and_permissions(cli: Cli, dsn: str, swc: Path) -> None:
    answer(cli, "import", "swc", swc, "--project", "Shared")
    added = answer(cli, "user", "add", "ada", "--first-name", "Ada")
    assert added["username"] == "ada"
    assert cli("user", "add", "ada")[0] == 1
    token = cli("token", "ada")[1].strip()
    assert answer(cli, "grant", "ada", "can_annotate", "Shared")["permission"] == "can_annotate"
    assert cli("grant", "nobody", "can_annotate", "Shared")[::2] == (
        1,
        "catmaid-jupyter: There is no user or group 'nobody'.\n",
    )
    assert "Projects: " in cli("grant", "ada", "can_annotate", "Missing")[2]
    code, listed, _ = cli("user", "list", "--json")
    assert code == 0
    names = {member["username"]: member for member in json.loads(listed)}
    assert names["admin"]["is_superuser"]
    assert names["ada"]["full_name"] == "Ada"
    assert "ada" in cli("user", "list")[1]

    async def found() -> users.User | None:
        async with Store.opened(dsn) as store, store.reading() as connection:
            return await users.user_by_token(connection, token)

    user = asyncio.run(found())
    assert user is not None
    assert user.username == "ada"

    assert cli("user", "deactivate", "ada")[0] == 0
    assert asyncio.run(found()) is None
    assert cli("user", "activate", "ada")[0] == 0
    assert asyncio.run(found()) is not None
    assert answer(cli, "revoke", "ada", "can_annotate", "Shared")["revoked"] is True
    assert answer(cli, "revoke", "ada", "can_annotate", "Shared")["revoked"] is False
    assert cli("revoke", "ada", "can_fly", "Shared")[0] == 2

    cli("token", "ada", "--for", "her laptop", "--days", "30")
    assert cli("token", "ada", "--days", "0")[::2] == (
        1,
        "catmaid-jupyter: An API token is valid for 1 to 3650 days, or without days for ever, not 0.\n",
    )
    code, listed, _ = cli("tokens", "list", "ada", "--json")
    tokens = json.loads(listed)
    assert [(known["username"], known["name"]) for known in tokens] == [
        ("ada", "from the command line"),
        ("ada", "her laptop"),
    ]
    assert (tokens[0]["expiry"], tokens[0]["ending"]) == (None, token[-4:])
    assert tokens[1]["expiry"] is not None
    assert token not in listed
    assert "her laptop" in cli("tokens", "list")[1]
    assert cli("tokens", "revoke", "999")[::2] == (
        1,
        "catmaid-jupyter: There is no API token 999; `tokens list` shows those there are.\n",
    )
    assert cli("tokens", "revoke")[0] == cli("tokens", "revoke", "1", "--all-of", "ada")[0] == 2
    assert answer(cli, "tokens", "revoke", tokens[0]["id"]) == {"revoked": 1}
    assert asyncio.run(found()) is None
    assert answer(cli, "tokens", "revoke", "--all-of", "ada") == {"revoked": 1}
    assert json.loads(cli("tokens", "list", "ada", "--json")[1]) == []


def test_a_password_from_standard_input(cli: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    answer(cli, "user", "add", "grace")
    monkeypatch.setattr("sys.stdin", io.StringIO("correct horse\n"))
    assert cli("user", "password", "grace")[0] == 0
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert cli("user", "password", "grace")[0] == 2


def test_skeletons_go_in_and_come_out(cli: Cli, swc: Path, tmp_path: Path) -> None:
    made = answer(cli, "import", "swc", swc, "--project", "Round trip")
    assert (made["skeletons"], made["nodes"], made["refused"]) == (1, 3, [])
    (tmp_path / "connectors.csv").write_text("connector_id,x,y,z\n1,100,10,0\n")
    (tmp_path / "links.csv").write_text("connector_id,skeleton_id,node_id,relation\n1,7,2,presynaptic_to\n")
    linked = answer(
        cli, "import", "connectors", tmp_path / "connectors.csv", tmp_path / "links.csv", "--project", "Round trip"
    )
    assert linked == {"connectors": 1, "links": 1}
    files = answer(cli, "export", "swc", tmp_path / "out", "--project", "Round trip")["files"]
    assert isinstance(files, list)
    rows = [line.split() for line in Path(files[0]).read_text().splitlines() if not line.startswith("#")]
    assert [row[2:6] for row in rows] == [
        ["0.0", "0.0", "0.0", "5.0"],
        ["100.0", "0.0", "0.0", "5.0"],
        ["200.0", "0.0", "50.0", "5.0"],
    ]
    tables = answer(cli, "export", "csv", tmp_path / "tables", "--project", "Round trip")["tables"]
    assert isinstance(tables, list)
    assert {Path(t["path"]).stem: t["rows"] for t in tables}["treenodes"] == 3


def test_a_bad_file_is_named_and_the_others_are_imported(cli: Cli, swc: Path) -> None:
    (swc / "8.swc").write_text(CYCLE)
    code, output, _ = cli("import", "swc", swc, "--project", "Half good")
    assert code == 1
    assert "1 skeletons imported" in output
    assert "8.swc" in output


def test_names_of_files_are_printed_whatever_they_are(cli: Cli, swc: Path) -> None:
    (swc / os.fsdecode(b"caf\xe9.swc")).write_text(GOOD)
    (swc / os.fsdecode(b"bad\xe9.swc")).write_text(CYCLE)
    code, output, _ = cli("import", "swc", swc, "--project", "Names", "--json")
    assert code == 1
    assert {made["name"] for made in json.loads(output)["imported"]} == {"7", "café"}
    assert cli("import", "swc", swc / os.fsdecode(b"\xe9"), "--project", "Names")[0] == 1


def test_trees_somata_and_annotations_are_options(cli: Cli, swc: Path, tmp_path: Path) -> None:
    (swc / "8.swc").write_text(GOOD.replace("1 0", "1 1") + "4 0 0 0 0 5 -1\n")
    made = answer(
        cli, "import", "swc", swc, "--project", "Options", "--trees", "all", "--soma-label", "--name", "a {name}",
        "--annotation", "new", "--annotation", "seen",
    )  # fmt: skip
    assert isinstance(made["imported"], list)
    assert [neuron["name"] for neuron in made["imported"]] == ["a 7", "a 8 1", "a 8 2"]
    files = answer(cli, "export", "swc", tmp_path / "out", "--project", "Options", "--eswc")["files"]
    assert isinstance(files, list)
    assert [Path(file).read_text().split()[1] for file in files] == ["0", "1", "0"]
    assert cli("export", "swc", tmp_path / "out", "--project", "Options", "--soma-marker", "x")[0] == 1


def test_skeletons_of_any_format_are_imported(cli: Cli, swc: Path) -> None:
    (swc / "a.nml").write_text(
        '<things><parameters><scale x="10" y="10" z="10"/></parameters><thing name="traced" groupId="1"><nodes>'
        '<node id="1" x="0" y="0" z="0"/><node id="2" x="1" y="0" z="0"/></nodes>'
        '<edges><edge source="1" target="2"/></edges></thing><comments><comment node="2" content="soma"/></comments>'
        '<groups><group id="1" name="grouped"/></groups></things>'
    )
    (swc / "b.json").write_text(json.dumps(["named", [[1, None, 2, 0, 0, 0, -1, 0]], {"ends": [1]}, [], {}]))
    (swc / "c.traces").write_text("<tracings/>")
    code, output, _ = cli("import", "skeletons", swc, "--project", "Formats", "--annotation", "new", "--json")
    assert code == 1
    summary = json.loads(output)
    assert [(made["name"], made["cable_length"]) for made in summary["imported"]] == [
        ("traced", 10),
        ("named", 0),
        ("7", pytest.approx(100 + 12500**0.5)),
    ]
    assert [Path(refusal["path"]).name for refusal in summary["refused"]] == ["c.traces"]
    tables = answer(cli, "export", "csv", swc / "out", "--project", "Formats")["tables"]
    assert isinstance(tables, list)
    texts = {Path(table["path"]).stem: Path(table["path"]).read_text() for table in tables}
    assert {name for name in ("grouped", "new") if name in texts["annotations"]} == {"grouped", "new"}
    assert {name for name in ("soma", "ends") if name in texts["labels"]} == {"soma", "ends"}


def test_images(cli: Cli, tmp_path: Path) -> None:
    for section in range(3):
        Image.fromarray(np.full((40, 50), 40 * section, np.uint8)).save(tmp_path / f"{section}.png")
    command: list[str | Path] = [
        "import",
        "stack",
        tmp_path,
        "--project",
        "Images",
        "--resolution",
        "4,4,40",
        "--title",
        "grey",
    ]
    made = answer(cli, *command)
    assert (made["title"], made["dimension"], made["created"]) == ("grey", [50, 40, 3], True)
    assert answer(cli, *command)["created"] is False
    assert "Already there" in cli(*command)[1]
    Image.fromarray(np.zeros((10, 10), np.uint8)).save(tmp_path / "3.png")
    code, _, error = cli(*command)
    assert code == 1
    assert "3.png" in error


def test_files_of_catmaid_come_in_and_go_out(cli: Cli, tmp_path: Path) -> None:
    path = written(tmp_path / "lab.json", whole())
    made = answer(cli, "import", "catmaid", path, "--project", "From CATMAID")
    assert isinstance(made["projects"], list)
    (project,) = made["projects"]
    assert (project["title"], project["counts"]["treenodes"], made["left_out"]) == ("From CATMAID", 4, {})
    assert made["created_users"] == ["ana", "ben"]
    rows = answer(cli, "export", "catmaid", tmp_path / "out.json.gz", "--project", "From CATMAID")["rows"]
    assert isinstance(rows, dict)
    assert rows["catmaid.treenode"] == 4
    code, _, error = cli("import", "catmaid", path, "--project", "Again", "--no-create-unknown-users")
    assert code == 0, error
    for arguments, code, message in (
        ([path], 0, ""),
        ([path], 1, "There is already a project 'lab' here."),
        ([tmp_path / "none.json"], 1, "none.json"),
        ([path, "--title", "x"], 2, "--project names"),
        ([path, "--override-user", "ana", "--map-users"], 2, "leave out --map-users"),
        (["http://127.0.0.1:9", "--no-map-users"], 2, "go with a file"),
        (["http://"], 1, "is no address of a server"),
    ):
        found, _, error = cli("import", "catmaid", *arguments)
        assert (found, message in " ".join(error.replace("│", "").split())) == (code, True), (arguments, error)


def test_a_command_ends_the_database_that_it_started(cli: Cli, tmp_path: Path) -> None:
    assert cli("user", "list", "--data-dir", tmp_path)[0] == 0
    assert Cluster(tmp_path).running_pid() is None
    assert answer(cli, "migrate", "--data-dir", tmp_path) == {"applied": []}
