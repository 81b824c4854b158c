"""What a newcomer gets: the wheel in an environment of its own, without Node.js, and the demo out of it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import psutil
import pytest

from tests.helpers.environments import install_wheel
from tests.helpers.patience import PATIENCE_S

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", folder, REPOSITORY],
        check=True,
        capture_output=True,
        timeout=PATIENCE_S,
    )
    (built,) = folder.glob("*.whl")
    return built


@dataclass
class Newcomer:
    """An environment with nothing but the wheel and what it needs, and a PATH without Node.js."""

    bin: Path
    home: Path

    @property
    def environment(self) -> dict[str, str]:
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("CATMAID_", "JUPYTER", "PYTHON", "VIRTUAL_ENV", "PYTEST"))
        }
        tools = self.home / "tools"
        return {**kept, "HOME": str(self.home), "PATH": f"{self.bin}{os.pathsep}{tools}", "PYTHONUNBUFFERED": "1"}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [self.bin / arguments[0], *arguments[1:]],
            env=self.environment,
            cwd=self.home,
            capture_output=True,
            text=True,
            timeout=PATIENCE_S,
            check=False,
        )

    @contextmanager
    def running(self, *arguments: str) -> Iterator[subprocess.Popen[bytes]]:
        """A command in the background, ended as Ctrl-C does; what it says is in `said()`."""
        with (self.home / "said.txt").open("wb") as output:
            process = subprocess.Popen(
                [self.bin / arguments[0], *arguments[1:]],
                env=self.environment,
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                process.kill()

    def said(self) -> str:
        return (self.home / "said.txt").read_text()

    def wait_for(self, pattern: str, process: subprocess.Popen[bytes]) -> str:
        """Wait until it says something; returns the first group of the pattern."""
        deadline = time.monotonic() + PATIENCE_S
        while (found := re.search(pattern, self.said())) is None:
            assert process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.1)
        return found[1]


@pytest.fixture(scope="session")
def newcomer(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Newcomer:
    folder = tmp_path_factory.mktemp("newcomer")
    python = install_wheel(wheel, folder / "env")
    home = folder / "home"
    (home / "tools").mkdir(parents=True)
    for tool in ("sh", "bash", "env", "locale"):
        if path := shutil.which(tool):
            (home / "tools" / tool).symlink_to(path)
    return Newcomer(python.parent, home)


def fetch(url: str, token: str | None = None, form: dict[str, Any] | None = None) -> tuple[str, bytes]:
    """(media type, body) of an answer; `HTTPError` if it is not a good one."""
    body = None if form is None else urlencode(form).encode()
    headers = {"X-Authorization": f"Token {token}"} if token else {}
    with urlopen(Request(url, data=body, headers=headers), timeout=PATIENCE_S) as answer:
        return answer.headers.get_content_type(), answer.read()


def read(url: str, token: str, form: dict[str, Any] | None = None) -> Any:
    return json.loads(fetch(url, token, form)[1])


def test_the_wheel_has_everything_and_nothing_else(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    for wanted in (
        "catmaid_jupyter/static/history-table.js",
        "catmaid_jupyter/static/module-view.js",
        "catmaid_jupyter/static/page-module.js",
        "catmaid_jupyter/static/regular-table-LICENSE.txt",
        "catmaid_jupyter/static/stack-viewer.js",
        "catmaid_jupyter/static/three-LICENSE.txt",
        "catmaid_jupyter/static/tracing-layer.js",
        "catmaid_jupyter/static/viewer3d.js",
        "catmaid_jupyter/py.typed",
        "catmaid_server/sql/migrations/0001_history.sql",
    ):
        assert wanted in names
    assert any(name.endswith("share/catmaid-jupyter/notebooks/01_first_steps.ipynb") for name in names)
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert any(name.endswith("etc/jupyter/jupyter_server_config.d/catmaid_jupyter.json") for name in names)
    assert not [name for name in names if re.search(r"(^|/)(tests|js|node_modules|__pycache__|benchmarks)/", name)]
    assert not [name for name in names if name.endswith(".map")]
    assert wheel.stat().st_size < 5_000_000


def test_the_command_line_needs_no_node(newcomer: Newcomer) -> None:
    assert newcomer.run(
        "python", "-c", "import shutil; print(shutil.which('npm'), shutil.which('node'))"
    ).stdout.split() == ["None", "None"]
    helped = newcomer.run("catmaid-jupyter", "--help")
    assert helped.returncode == 0, helped.stderr
    assert {"demo", "serve", "stop", "status", "import", "export"} <= set(re.findall(r"\w+", helped.stdout))
    assert newcomer.run("catmaid-jupyter", "no-such-command").returncode == 2
    imported = newcomer.run("python", "-c", "from catmaid_jupyter.widgets import StackViewer, TracingLayer")
    assert imported.returncode == 0, imported.stderr


def test_the_demo_is_served(newcomer: Newcomer) -> None:
    data = newcomer.home / "data"
    command = [
        "catmaid-jupyter",
        "demo",
        "--data-dir",
        str(data),
        "--size",
        "384,256,8",
        "--no-browser",
        "--port",
        "0",
        "--notebook-dir",
        str(newcomer.home / "notebooks"),
    ]
    with newcomer.running(*command) as process:
        lab = newcomer.wait_for(r"(http://\S+/lab/tree/01_first_steps\.ipynb\?token=\S+)", process)
        record = json.loads((data / "service.json").read_text())
        service, token = record["url"], (data / "admin.token").read_text().strip()
        check_service(service, token)
        check_lab(lab, service, token)
        assert (newcomer.home / "notebooks" / "01_first_steps.ipynb").is_file()
    assert process.returncode == 0, newcomer.said()
    with pytest.raises(URLError):
        fetch(f"{service}/version")
    assert not is_running(record["pid"])


def is_running(pid: int) -> bool:
    """Whether a process lives; one that nobody has fetched the end of does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def check_service(service: str, token: str) -> None:
    version = read(f"{service}/version", token)
    assert version["SERVER_VERSION"]
    projects = {project["title"]: project for project in read(f"{service}/projects/", token)}
    assert {"Demo", "Demo (solution)"} <= set(projects)
    demo = projects["Demo (solution)"]
    info = read(f"{service}/{demo['id']}/stack/{demo['stacks'][0]['id']}/info", token)
    assert [info["dimension"][axis] for axis in "xyz"] == [384, 256, 8]
    media_type, tile = fetch(tile_url(service, demo, info), token)
    assert media_type == "image/jpeg"
    assert tile.startswith(b"\xff\xd8")
    box = {"left": 0, "top": 0, "z1": 0, "right": 4000, "bottom": 4000, "z2": 4000}
    nodes = read(f"{service}/{demo['id']}/node/list", token, box)[0]
    assert len(nodes) > 50


def check_lab(lab: str, service: str, token: str) -> None:
    base, lab_token = lab.partition("lab/tree/")[0], lab.partition("token=")[2]
    assert b"jupyter-config-data" in fetch(lab)[1]
    demo = next(p for p in read(f"{service}/projects/", token) if p["title"] == "Demo")
    info = read(f"{service}/{demo['id']}/stack/{demo['stacks'][0]['id']}/info", token)
    ticket = read(f"{service}/{demo['id']}/tile-ticket", token, {})["ticket"]
    through_jupyter = tile_url(f"{base}catmaid-jupyter/proxy", demo, info)
    media_type, _ = fetch(f"{through_jupyter}?{urlencode({'ticket': ticket, 'token': lab_token})}")
    assert media_type == "image/jpeg"


def tile_url(base: str, project: dict[str, Any], info: dict[str, Any]) -> str:
    path = info["mirrors"][0]["image_base"].partition(f"/{project['id']}/stack/")[2]
    return f"{base}/{project['id']}/stack/{path}0/3/0/0.jpg"
