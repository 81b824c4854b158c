"""The example of deploy/nginx.conf in a real nginx, with a self-made certificate, and JupyterLab behind it, too."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from aiohttp.test_utils import unused_port

from tests.helpers.folders import REPOSITORY
from tests.helpers.patience import PATIENCE_S

DEPLOY = REPOSITORY / "deploy"

AROUND = """
{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 512; }}
http {{
    types {{ text/html html; }}
    access_log {folder}/access.log;
    keepalive_requests 1000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    include {folder}/catmaid.conf;
    {files}
    server {{
        listen 127.0.0.1:{lab_port} ssl;
        ssl_certificate {folder}/fullchain.pem;
        ssl_certificate_key {folder}/privkey.pem;
        location / {{
            proxy_pass {lab_url};
            proxy_http_version 1.1;
            proxy_set_header Host $http_host;
            proxy_set_header Upgrade $http_upgrade;
            proxy_set_header Connection $catmaid_connection;
        }}
    }}
}}
"""


FILES = """
    server {{
        listen 127.0.0.1:{port};
        listen 127.0.0.1:{tls_port} ssl;
        ssl_certificate {folder}/fullchain.pem;
        ssl_certificate_key {folder}/privkey.pem;
        root {files};
    }}
"""


@dataclass(frozen=True)
class Front:
    """A running nginx."""

    folder: Path
    url: str
    """Where it shows the service; without a slash at the end."""
    plain_url: str
    """The same without TLS."""
    lab_url: str
    """Where it shows JupyterLab; with a slash at the end."""
    pid: int
    files_urls: tuple[str, str]
    """Where it shows files, if there are some, without and with TLS."""

    @property
    def certificate(self) -> Path:
        """What clients have to trust."""
        return self.folder / "fullchain.pem"

    @property
    def maintenance(self) -> Path:
        """The file that shows the maintenance page."""
        return self.folder / "maintenance"


@asynccontextmanager
async def running_nginx(
    folder: Path, service_port: int, lab_url: str, files: Path | None = None
) -> AsyncIterator[Front]:
    """The example, with the paths, ports and names of this machine in place of its own.

    files : a folder that it shows as well, as it is.
    """
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    assert program is not None, "nginx is not installed"
    make_certificate(folder)
    port, plain_port, lab_port, *files_ports = (unused_port() for _ in range(5))
    (folder / "catmaid.conf").write_text(_here(folder, service_port, port, plain_port))
    ports = dict(zip(("port", "tls_port"), files_ports, strict=True))
    shown = "" if files is None else FILES.format(folder=folder, files=files, **ports)
    user = "user root;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        AROUND.format(folder=folder, user=user, lab_port=lab_port, lab_url=lab_url, files=shown)
    )
    command = [program, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
    process = await asyncio.create_subprocess_exec(*command)
    front = Front(
        folder,
        f"https://127.0.0.1:{port}/catmaid",
        f"http://127.0.0.1:{plain_port}/catmaid",
        f"https://127.0.0.1:{lab_port}/",
        process.pid,
        (f"http://127.0.0.1:{files_ports[0]}", f"https://127.0.0.1:{files_ports[1]}"),
    )
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not await _listens(port):
                assert process.returncode is None, (folder / "error.log").read_text()
                await asyncio.sleep(0.02)
        yield front
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def make_certificate(folder: Path) -> None:
    """Make a certificate for this machine that nobody else has signed."""
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
            "-keyout", folder / "privkey.pem", "-out", folder / "fullchain.pem",
        ],
        check=True,
        capture_output=True,
    )  # fmt: skip


def _here(folder: Path, service_port: int, port: int, plain_port: int) -> str:
    text = (DEPLOY / "nginx.conf").read_text()
    for there, here in (
        ("    listen [::]:80;\n", ""),
        ("    listen [::]:443 ssl http2;\n", ""),
        ("listen 80;", f"listen 127.0.0.1:{plain_port};"),
        ("listen 443 ssl http2;", f"listen 127.0.0.1:{port} ssl http2;"),
        ("https://$host$request_uri", f"https://$host:{port}$request_uri"),
        ("server 127.0.0.1:8765;", f"server 127.0.0.1:{service_port};"),
        ("server_name catmaid.example.org;", "server_name 127.0.0.1;"),
        ("/etc/ssl/catmaid/", f"{folder}/"),
        ("/var/cache/nginx/catmaid", f"{folder}/tiles"),
        ("/var/www/catmaid-jupyter", str(DEPLOY)),
        ("/etc/catmaid-jupyter/maintenance", f"{folder}/maintenance"),
    ):
        assert there in text, f"deploy/nginx.conf has no {there!r}"
        text = text.replace(there, here)
    return text


async def _listens(port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection("127.0.0.1", port)
    except OSError:
        return False
    writer.close()
    return True
