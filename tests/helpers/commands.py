"""Commands as they are typed, and a data folder whose database is up between them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from catmaid_server.cli.main import main
from catmaid_server.postgres.cluster import Cluster

Cli = Callable[..., tuple[int, str, str]]
"""Runs a command of `catmaid-jupyter`; gives exit code, standard output, standard error."""


def command_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *before: str) -> Cli:
    """Runs commands as a shell does, each with the words of `before` in front."""

    def run(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr("sys.argv", ["catmaid-jupyter", *before, *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        output = capsys.readouterr()
        assert "Traceback" not in output.err
        return int(ended.value.code or 0), output.out, output.err

    return run


@contextmanager
def database_of(data_dir: Path) -> Iterator[str]:
    """The database of a data folder, up for the time of the block."""
    cluster = Cluster(data_dir)
    yield cluster.start()
    assert cluster.stop(), "no command still claims it"
