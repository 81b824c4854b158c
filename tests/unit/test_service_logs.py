"""What a log may not say, and how it is kept short."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog
from aiohttp.http_exceptions import BadHttpMessage

from catmaid_server.service import logs


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """A log file; afterwards logging is as it was."""
    root = logging.getLogger()
    handlers, level, configuration = root.handlers[:], root.level, structlog.get_config()
    path = tmp_path / "service.log"
    logs.configure(path, "info", worker=3)
    yield path
    for handler in root.handlers:
        if handler not in handlers:
            handler.close()
    root.handlers[:], root.level = handlers, level
    structlog.configure(**configuration)
    structlog.contextvars.clear_contextvars()


def test_lines_are_json_with_their_context(log: Path) -> None:
    structlog.get_logger("ours").info("moved", nodes=3)
    logging.getLogger("theirs").warning("slow: %s", "query")
    structlog.get_logger("ours").debug("not wanted")
    ours, theirs = map(json.loads, log.read_text().splitlines())
    assert (ours["event"], ours["nodes"], ours["logger"], ours["level"]) == ("moved", 3, "ours", "info")
    assert (theirs["event"], theirs["logger"], theirs["level"]) == ("slow: query", "theirs", "warning")
    assert ours["worker"] == theirs["worker"] == 3


def test_malformed_requests_are_no_errors_of_ours(log: Path) -> None:
    """aiohttp logs each with a traceback that quotes it, secrets included."""
    error = BadHttpMessage("Invalid header value char: b'Cookie: catmaid=s3cret\\x01'")
    logging.getLogger("aiohttp.server").error("Error handling request from %s", "127.0.0.1", exc_info=error)
    assert log.read_text() == ""


@pytest.mark.parametrize(
    "text",
    [
        "GET /1/stack/2/tiles/a/0/0/0/0.jpg?ticket=s3cret&x=1",
        "X-Authorization: Token s3cret",
        "Authorization: Bearer s3cret",
        "Authorization: Basic s3cret",
        "connecting to postgresql://somebody:s3cret@host/database",
        "host=here password=s3cret dbname=there",
        "Cookie: sessionid=s3cret; other=1",
        "Cookie: sessionid_0af31b2c=s3cret; other=1",
    ],
)
def test_secrets_in_texts_are_hidden(text: str, log: Path) -> None:
    logging.getLogger("theirs").error(text)
    try:
        int(text)
    except ValueError:
        structlog.get_logger("ours").exception("failed", why=text)
    assert len(log.read_text().splitlines()) == 2
    assert "s3cret" not in log.read_text()


def test_values_under_telling_names_are_hidden() -> None:
    event = {"token": "a", "tile_ticket": "b", "Authorization": "c", "password": "d", "nodes": 4, "url": "http://h:80/"}
    assert logs.without_secrets(None, "info", dict(event)) == {
        "token": "***",
        "tile_ticket": "***",
        "Authorization": "***",
        "password": "***",
        "nodes": 4,
        "url": "http://h:80/",
    }


def test_a_large_log_is_set_aside_and_the_writer_follows(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_LARGEST_BYTES", 100)
    for round_ in range(8):
        structlog.get_logger("ours").info("a line that is long enough", round=round_, filling="x" * 100)
        logs.rotate(log)
    kept = sorted(path.name for path in log.parent.iterdir())
    assert kept == [f"service.log.{n}" for n in range(1, 6)]
    assert [json.loads((log.parent / name).read_text())["round"] for name in kept] == [7, 6, 5, 4, 3]


def test_a_full_disk_does_not_disturb_who_writes_a_line(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure(Path("/dev/full"), "info")
    structlog.get_logger("ours").info("lost")
    assert "No space left on device" in capsys.readouterr().err
    gone = log.parent / "gone" / "service.log"
    gone.parent.mkdir()
    logs.configure(gone, "info")
    gone.unlink()
    gone.parent.rmdir()
    structlog.get_logger("ours").info("lost")
    gone.parent.mkdir()
    structlog.get_logger("ours").info("kept")
    assert json.loads(gone.read_text())["event"] == "kept"
