"""What can be set: by command-line options, else by environment variables `CATMAID_…`, else these defaults."""

from __future__ import annotations

from pathlib import Path

from platformdirs import user_data_path
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from catmaid_server.auth.jupyterhub import HubService
from catmaid_server.db.store import REMEMBER_BYTES
from catmaid_server.domain.cells import CELL_BYTES
from catmaid_server.http import other_sites
from catmaid_server.http.allowed_hosts import host_names
from catmaid_server.http.app_options import NODE_LIMIT
from catmaid_server.http.proxies import parsed_root_path, trusted_networks
from catmaid_server.service.mail_settings import MailSettings
from catmaid_server.service.rules import as_value_error
from catmaid_server.service.sign_in_settings import SignInSettings
from catmaid_server.tiles.gateway.hosts import ImageHosts
from catmaid_server.tiles.limits import DISK_CACHE_BYTES


class Settings(SignInSettings, MailSettings):
    """Settings of the service and of the commands that work on its data folder."""

    model_config = SettingsConfigDict(env_prefix="CATMAID_", frozen=True, extra="ignore")

    data_dir: Path = Field(default_factory=lambda: user_data_path("catmaid-jupyter"))
    """Folder of the embedded database, images, logs and keys."""

    host: str = "127.0.0.1"
    """Address to listen on; `0.0.0.0` for all of this machine."""

    port: int = Field(default=0, ge=0, le=65535)
    """TCP port; 0 takes the port of the last time if it is free, else any."""

    tls_cert: Path | None = None
    """Certificate for TLS, with those between it and the root: a PEM file."""

    tls_key: Path | None = None
    """Private key of the certificate: a PEM file without a password; not needed if it is in that of the certificate."""

    insecure: bool = False
    """Whether other machines may reach the service without TLS."""

    allowed_hosts: str = ""
    """Names of the service, besides those of this machine, with commas between; `.example.org` is all below it."""

    allowed_origins: str = other_sites.ANY
    """Sites whose pages may read answers that need no session, as `https://example.org`, with commas between."""

    database_url: SecretStr | None = None
    """PostgreSQL to use instead of the embedded one: a URL or libpq connection string."""

    workers: int = Field(default=1, ge=1, le=256)
    """Processes that answer requests."""

    pool_size: int = Field(default=8, ge=1, le=100)
    """Most database connections of one worker."""

    jupyterhub: bool = False
    """Whether people sign in with the JupyterHub whose service this is; it tells by `JUPYTERHUB_...` where it is."""

    approval: bool = True
    """Whether project tokens that need approval give nothing before it; CATMAID gives all at once."""

    presence: bool = True
    """Whether people who look at a project are told who else does, and where; nothing of it is stored."""

    front_end: Path | None = None
    """Checkout of CATMAID whose front end is to be served; nothing of it is part of this product."""

    trusted_proxies: str = ""
    """Addresses and networks of proxies whose X-Forwarded headers are believed, with commas between. None by default,
    not even this machine: others who work on it could claim what they like."""

    root_path: str = ""
    """Path under which clients reach the service, such as `/catmaid`, whether a proxy takes it off or not."""

    remember_bytes: int = Field(default=REMEMBER_BYTES, ge=0)
    """Memory of one worker for answers that stay true until something is committed, and as much for packed skeletons;
    0 makes each answer anew."""

    cell_bytes: int = Field(default=CELL_BYTES, ge=0)
    """Memory of one worker for the cells that viewports are made of, and a quarter as much for partners of skeletons,
    and for what was asked of single ones; 0 reads all of these anew."""

    node_limit: int = Field(default=NODE_LIMIT, ge=1_000, le=1_000_000)
    """Most treenodes in one answer about a box, for who asks for many; who names no limit gets 50,000 at most."""

    image_hosts: str = "*"
    """Hosts from which the service may fetch images, with commas between; `.example.org` is all below it, `*` all."""

    private_image_hosts: str = ""
    """Hosts, addresses and networks that it may ask for images although they are private, with commas between."""

    image_folders: str = ""
    """Folders of this machine with images that project administrators may show by their paths, with colons between."""

    image_cache_bytes: int = Field(default=DISK_CACHE_BYTES, ge=0)
    """Most room in the data folder for what other servers gave of their images; 0 keeps nothing."""

    job_workers: int = Field(default=1, ge=0, le=64)
    """Processes that do jobs, as crops are; 0 where `catmaid-jupyter worker` runs beside the service."""

    jobs_at_once: int = Field(default=2, ge=1, le=32)
    """Jobs that one of these processes does at a time."""

    job_days: int = Field(default=14, ge=1, le=3650)
    """How many days the files of jobs are kept."""

    backup_folder: Path | None = None
    """Folder for a backup each night (at 2:00 UTC), without images; None takes none."""

    backups_kept: int = Field(default=7, ge=1, le=1000)
    """How many of these backups are kept."""

    postgres_bin: Path | None = None
    """Folder of the PostgreSQL programs of the embedded database; found if not given."""

    log_level: str = Field(default="info", pattern="^(debug|info|warning|error)$")
    """Least level of what goes into the log."""

    shutdown_s: float = Field(default=10.0, ge=0)
    """How long requests in flight may take when the service stops, in seconds."""

    @field_validator("jupyterhub")
    @classmethod
    def _require_hub(cls, wanted: bool) -> bool:
        with as_value_error():
            if wanted:
                HubService.of()
        return wanted

    @field_validator("allowed_hosts")
    @classmethod
    def _check_hosts(cls, text: str) -> str:
        host_names(text)
        return text

    @field_validator("allowed_origins")
    @classmethod
    def _check_origins(cls, text: str) -> str:
        other_sites.origins(text)
        return text

    @field_validator("image_hosts")
    @classmethod
    def _check_image_hosts(cls, text: str) -> str:
        ImageHosts.parsed(text, "")
        return text

    @field_validator("private_image_hosts")
    @classmethod
    def _check_private_image_hosts(cls, text: str) -> str:
        ImageHosts.parsed("*", text)
        return text

    @field_validator("trusted_proxies")
    @classmethod
    def _require_networks(cls, text: str) -> str:
        with as_value_error():
            trusted_networks(text)
        return text

    @field_validator("root_path")
    @classmethod
    def _require_path(cls, text: str) -> str:
        with as_value_error():
            return parsed_root_path(text)

    @property
    def allowed_host_names(self) -> tuple[str, ...]:
        """The names of `allowed_hosts`, in small letters."""
        return host_names(self.allowed_hosts)

    @property
    def folder(self) -> Path:
        """The data folder as an absolute path."""
        return self.data_dir.expanduser().absolute()

    def as_environment(self) -> dict[str, str]:
        """Variables that give another process the same settings; unlike arguments, others cannot read them."""
        values = self.model_dump(exclude_none=True) | {"data_dir": self.folder}
        return {f"CATMAID_{name.upper()}": _plain(value) for name, value in values.items()}


def _plain(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)
