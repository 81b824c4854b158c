"""Messages between the supervisor and its workers, over the workers' standard input and output."""

from __future__ import annotations

from typing import Final

import msgspec

from catmaid_server.auth.providers.provider import ProviderSettings
from catmaid_server.domain.accounts.newcomers import Admission
from catmaid_server.http.allowed_hosts import AllowedHosts
from catmaid_server.http.app_options import NODE_LIMIT
from catmaid_server.tiles.limits import DISK_CACHE_BYTES

READY: Final = "ready"
CHECK_CONNECTIONS: Final = "check connections"
RETIRE: Final = "retire"
"""Another worker is in its place: finish what its connections ask, and end."""


class WorkerOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What a worker is to do.

    After an update without a stop, an older supervisor sends this to newer workers: new fields need defaults.
    """

    dsn: str
    data_dir: str
    secret: bytes
    number: int
    pool_size: int
    remember_bytes: int
    cell_bytes: int
    log_level: str
    shutdown_s: float
    registration: bool = False
    jupyterhub: bool = False
    """Whether people sign in with the JupyterHub that the environment tells of."""
    providers: tuple[ProviderSettings, ...] = ()
    admission: Admission = Admission()
    mails_per_hour: int = 0
    public_url: str = ""
    approval: bool = True
    presence: bool = True
    front_end: str | None = None
    ticket_key: bytes = b""
    tls_cert: str | None = None
    tls_key: str | None = None
    allowed_hosts: AllowedHosts = AllowedHosts()
    allowed_origins: tuple[str, ...] = ()
    trusted_proxies: str = ""
    root_path: str = ""
    image_hosts: str = "*"
    private_image_hosts: str = ""
    image_folders: str = ""
    image_cache_bytes: int = DISK_CACHE_BYTES
    database_folder: str | None = None
    node_limit: int = NODE_LIMIT
    """On the disk of the database, if that is on this machine."""
