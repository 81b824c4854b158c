"""JupyterLab on a folder, as a child process."""

from __future__ import annotations

import json
import os
import secrets
import socket
import subprocess
import sys
import time
import webbrowser
from collections.abc import Mapping
from html import escape
from pathlib import Path
from urllib.parse import quote, urlsplit

from jupyter_core.paths import jupyter_runtime_dir

from catmaid_server.service.folder import ServiceError

CONFIG = Path(__file__).with_name("jupyter")
"""Keeps JupyterLab from greeting newcomers with a question about news of its own."""

_LEAD_ON = '<!doctype html><meta charset="utf-8"><meta http-equiv="refresh" content="0; url={}"><title>Demo</title>'
_START_S = 120.0
_STOP_S = 15.0
_POLL_S = 0.1


class Lab:
    """A running JupyterLab.

    Parameters
    ----------
    folder
        What the file browser shows.
    log
        File for what JupyterLab prints.
    host, port
        Where to listen; with port 0, or one that is taken, another is chosen.
    environment
        More variables for it and its kernels.

    Raises
    ------
    ServiceError
        If it does not start.
    """

    def __init__(self, folder: Path, *, log: Path, host: str, port: int, environment: Mapping[str, str]) -> None:
        self._log = log
        self._token = secrets.token_urlsafe(24)
        command = [
            sys.executable,
            "-m",
            "jupyterlab",
            "--no-browser",
            f"--ServerApp.root_dir={folder}",
            f"--ServerApp.ip={host}",
            f"--ServerApp.port={port}",
            "--ServerApp.port_retries=50",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        ]
        if os.geteuid() == 0:
            command.append("--allow-root")
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=folder,
                start_new_session=True,
                env={**os.environ, **environment, "JUPYTER_TOKEN": self._token, "JUPYTER_CONFIG_PATH": _config_path()},
            )
        try:
            self._base = self._wait_for_url()
        except BaseException:
            self.stop()
            raise

    def url(self, notebook: str) -> str:
        """Address that opens a notebook, with the token that lets one in."""
        return f"{self._base}lab/tree/{quote(notebook)}?token={self._token}"

    def wait(self) -> None:
        """Wait until it ends by itself."""
        self._process.wait()

    def stop(self) -> None:
        """End it and its kernels."""
        self._process.terminate()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _wait_for_url(self) -> str:
        """Where it listens, as it tells in a file of its own, written a moment before it does."""
        told = Path(jupyter_runtime_dir()) / f"jpserver-{self._process.pid}.json"
        deadline = time.monotonic() + _START_S
        while time.monotonic() < deadline:
            if self._process.poll() is not None:
                raise ServiceError(f"JupyterLab did not start; see {self._log}.")
            try:
                url: str = json.loads(told.read_bytes())["url"]
                address = urlsplit(url)
                socket.create_connection((address.hostname or "", address.port or 80), timeout=_START_S).close()
            except (OSError, ValueError):
                time.sleep(_POLL_S)
            else:
                return url
        raise ServiceError(f"JupyterLab did not get ready within {_START_S:.0f} s; see {self._log}.")


def _config_path() -> str:
    return os.pathsep.join(filter(None, (os.environ.get("JUPYTER_CONFIG_PATH"), str(CONFIG))))


def open_browser(url: str) -> bool:
    """Open a page for the user, where there is a display; whether that was possible.

    The browser is given a page that leads on to `url`, since others on the machine can see its arguments, and `url`
    may hold a token.
    """
    if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        return False
    page = Path(jupyter_runtime_dir()) / f"catmaid-jupyter-{os.getpid()}-open.html"
    page.unlink(missing_ok=True)
    page.touch(mode=0o600)
    page.write_text(_LEAD_ON.format(escape(url)), encoding="utf-8")
    return webbrowser.open(page.as_uri())
