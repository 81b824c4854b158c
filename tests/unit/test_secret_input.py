"""Secrets come to commands by files, standard input and variables, and no document says otherwise."""

from __future__ import annotations

import io
import re
import sys
import webbrowser
from pathlib import Path

import pytest
import typer

from catmaid_server.cli.secret_input import asked_secret, secret_from
from catmaid_server.demo import lab
from tests.helpers.folders import REPOSITORY

SECRET_ARGUMENT = re.compile(
    r"""--(?:token|password)[ =]['"]?(?:…|\.\.\.|[A-Z]{3,}\b|[0-9a-f]{8})|token=["']|--database-url[ =]\S+:\S*@"""
)


@pytest.mark.parametrize("text", ["abc\n", "abc\r\n", "abc"])
def test_it_is_the_first_line_of_standard_input(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(text))
    assert secret_from(Path("-"), "API token") == "abc"


def test_it_is_what_a_file_says_without_blanks(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("  abc \n")
    assert secret_from(file, "API token") == "abc"


@pytest.mark.parametrize(("content", "words"), [
    (None, "The API token cannot be read from .*: No such file"), (b" \n", "The API token is empty"),
    (b"\xff", "cannot be read from .*: it is not text"),
])  # fmt: skip
def test_what_is_none_is_told(tmp_path: Path, content: bytes | None, words: str) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(typer.BadParameter, match=words):
        secret_from(file, "API token")


def test_an_empty_one_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n"))
    with pytest.raises(typer.BadParameter, match="The password is empty"):
        asked_secret("password")


def test_no_document_puts_a_secret_where_others_see_it() -> None:
    """On a command line, which other users of the machine can list, or in a cell, which is saved with the notebook."""
    documents = [
        *(REPOSITORY / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "Makefile")),
        *(path for folder in ("docs", "notebooks", "deploy") for path in (REPOSITORY / folder).rglob("*")),
    ]
    found = [
        f"{path.name}: {match.group()}"
        for path in documents
        if path.is_file() and path.suffix not in (".png", ".pyc")
        for match in SECRET_ARGUMENT.finditer(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_the_browser_is_not_given_the_token_as_an_argument(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    opened: list[str] = []

    def note(url: str) -> bool:
        opened.append(url)
        return True

    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(webbrowser, "open", note)
    assert lab.open_browser("http://127.0.0.1:1/lab?a=1&token=hush")
    page = Path(opened[0].removeprefix("file://"))
    assert "hush" not in opened[0]
    assert page.stat().st_mode & 0o777 == 0o600
    assert "url=http://127.0.0.1:1/lab?a=1&amp;token=hush" in page.read_text()
