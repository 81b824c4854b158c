"""The command line by itself: help for everything, exit codes, and no traceback."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
import pytest
import typer
from typer.testing import CliRunner

from catmaid_server.cli import catmaid as cli_catmaid
from catmaid_server.cli.main import app, main
from catmaid_server.cli.options import numbers, settings_from
from catmaid_server.cli.output import table
from catmaid_server.transfer.importers.catmaid import copying
from tests.helpers.commands import Cli, command_line

WANTED = {
    "demo",
    "serve",
    "stop",
    "restart",
    "status",
    "migrate",
    "check",
    "rebuild",
    "trim",
    "backup",
    "restore",
    "upgrade",
    "worker",
    "psql",
    "publish",
    "import stack",
    "import swc",
    "import skeletons",
    "import connectors",
    "import bulk",
    "import catmaid",
    "import projects",
    "export swc",
    "export catmaid",
    "export csv",
    "user add",
    "user list",
    "user password",
    "stack add",
    "stack list",
    "stack remove",
    "token",
    "tokens list",
    "tokens revoke",
    "user activate",
    "user deactivate",
    "user link",
    "group inactivity",
    "group inactive",
    "user sign-ins",
    "user unlink",
    "grant",
    "revoke",
    "project list",
    "project create",
    "project rename",
    "project archive",
    "project restore",
    "project delete",
    "member list",
    "member grant",
    "member revoke",
    "group list",
    "group create",
    "group delete",
    "group add",
    "group remove",
}
STACK = ("import", "stack", "somewhere", "--project", "P")
WITHOUT_JSON = {
    "demo",
    "psql",
    "publish",
    "worker",
    "user activate",
    "user deactivate",
    "user link",
    "user password",
    "user unlink",
}


def commands(group: Any, before: str = "") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{before}{name} ")
        else:
            yield before + name, command


ALL = dict(commands(typer.main.get_command(app)))


@pytest.fixture
def cli(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Cli:
    monkeypatch.setenv("CATMAID_DATA_DIR", str(tmp_path / "data"))
    return command_line(monkeypatch, capsys)


def test_all_commands_are_there() -> None:
    assert set(ALL) == WANTED


@pytest.mark.parametrize("name", sorted(WANTED))
def test_each_command_explains_itself(name: str, cli: Cli) -> None:
    code, output, _ = cli(*name.split(), "--help")
    assert code == 0
    assert "Usage: catmaid-jupyter " + name in output
    options = {option for parameter in ALL[name].params for option in parameter.opts}
    assert "--data-dir" in options
    assert ("--json" in options) == (name not in WITHOUT_JSON)
    assert all(
        parameter.help
        for parameter in ALL[name].params
        if isinstance(parameter, click.Option) and parameter.name not in ("first_name", "last_name")
    )


@pytest.mark.parametrize(
    "wrong",
    [
        ["fly"],
        ["serve", "--port", "70000"],
        ["serve", "--workers", "0"],
        [*STACK, "--tiles", "--labels"],
        ["import", "stack", "somewhere", "--project", "P", "--resolution", "4,4"],
        ["import", "stack", "somewhere", "--project", "P", "--resolution", "4,4,0"],
        ["import", "stack", "somewhere", "--project", "P", "--resolution", "4,4,nan"],
        [*STACK, "--resolution", "4,4,40", "--range", "10,10"],
        [*STACK, "--resolution", "4,4,40", "--range", "10"],
        [*STACK, "--resolution", "4,4,40", "--channel", "0"],
        [*STACK, "--resolution", "4,4,40", "--tile-size", "32"],
        [*STACK, "--resolution", "4,4,40", "--tile-size", "256,256"],
        [*STACK, "--resolution", "4,4,40", "--dimension", "10,10,10"],
        [*STACK, "--tiles", "--dimension", "10,10"],
        [*STACK, "--tiles", "--dimension", "10,10,1.5"],
        [*STACK, "--tiles", "--tile-size", "0"],
        [*STACK, "--tiles", "--zoom-levels", "0"],
        [*STACK, "--tiles", "--renumber"],
        [*STACK, "elsewhere", "--tiles"],
        ["import", "swc", "somewhere"],
        ["import", "swc", "somewhere", "--project", "P", "--scale", "x"],
        ["grant", "somebody", "can_fly", "P"],
        ["demo", "--size", "10,10,1"],
    ],
)
def test_wrong_use_is_exit_code_2(wrong: list[str], cli: Cli) -> None:
    code, _, error = cli(*wrong)
    assert code == 2
    assert "Usage:" in error
    assert "Traceback" not in error


def test_a_failure_is_exit_code_1_and_one_line(cli: Cli, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    code, output, error = cli("serve")
    assert (code, output) == (1, "")
    assert error == f"catmaid-jupyter: The data folder {tmp_path / 'data'} cannot be used: File exists.\n"


def test_status_of_nothing(cli: Cli, tmp_path: Path) -> None:
    code, output, _ = cli("status", "--json")
    assert code == 0
    assert json.loads(output) == {
        "running": False,
        "data_dir": str(tmp_path / "data"),
        "database_running": False,
        "service": None,
    }
    assert not (tmp_path / "data").exists(), "asking leaves no trace"
    assert cli("stop")[:2] == (0, "Nothing was running.\n")


def test_options_come_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CATMAID_WORKERS", "3")
    monkeypatch.setenv("CATMAID_PORT", "8000")
    settings = settings_from(workers=2, port=None)
    assert (settings.workers, settings.port) == (2, 8000)


def test_a_wrong_environment_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CATMAID_PORT", "none")
    with pytest.raises(typer.BadParameter, match="port: Input should be a valid integer"):
        settings_from()


def test_numbers() -> None:
    assert numbers("4.6,4.6,50", 3, "--resolution") == (4.6, 4.6, 50.0)
    assert numbers("-1, 2e3", 2, "--range") == (-1.0, 2000.0)
    for wrong in ("", "1,2", "1,2,3,4", "a,b,c", "1,2,inf"):
        with pytest.raises(typer.BadParameter, match="--it takes 3 numbers"):
            numbers(wrong, 3, "--it")


def test_table_is_aligned() -> None:
    assert table([(1, "a", None), (20, "bcd", True)], ("id", "name", "x")) == "id  name  x\n1   a\n20  bcd   True"


@pytest.mark.parametrize(("error", "text"), [
    (FileNotFoundError(2, "No such file or directory", "a.json"), "a.json: No such file or directory"),
    (IsADirectoryError(21, "Is a directory", b"caf\xe9"), "café: Is a directory"),
    (ConnectionError("the line is\ndead"), "the line is dead"),
])  # fmt: skip
def test_errors_of_the_system_name_their_file(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: OSError, text: str
) -> None:
    def fail(**_: object) -> None:
        raise error

    monkeypatch.setitem(main.__globals__, "app", fail)
    with pytest.raises(SystemExit) as ended:
        main()
    assert (ended.value.code, capsys.readouterr().err) == (1, f"catmaid-jupyter: {text}\n")


@pytest.mark.parametrize(("own", "sent"), [
    (None, "secret"), ("catmaid.example.org", "secret"), ("https://elsewhere.example.org", None),
])  # fmt: skip
def test_the_token_of_the_environment_goes_to_its_own_server_only(
    monkeypatch: pytest.MonkeyPatch, own: str | None, sent: str | None
) -> None:
    tokens: list[str | None] = []

    async def copy_project(*_: Any, token: str | None, **__: Any) -> str:
        tokens.append(token)
        return "copied"

    monkeypatch.setattr(copying, "copy_project", copy_project)
    monkeypatch.setattr(cli_catmaid, "opened_store", lambda _: contextlib.nullcontext())
    monkeypatch.delenv("CATMAID_URL", raising=False)
    monkeypatch.setenv("CATMAID_TOKEN", "secret")
    if own is not None:
        monkeypatch.setenv("CATMAID_URL", own)
    assert CliRunner().invoke(app, ["import", "catmaid", "http://catmaid.example.org/"]).output == "copied\n"
    assert tokens == [sent]
