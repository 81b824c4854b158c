"""What the application is told when it is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from catmaid_server.auth import sessions
from catmaid_server.auth.jupyterhub import HubService
from catmaid_server.auth.providers.provider import ProviderSettings
from catmaid_server.domain.accounts.newcomers import Admission
from catmaid_server.domain.cells import CELL_BYTES
from catmaid_server.http import other_sites
from catmaid_server.http.allowed_hosts import AllowedHosts
from catmaid_server.http.front_end import FrontEnd
from catmaid_server.http.proxies import Proxies
from catmaid_server.tiles.gateway.fetching import FetchLimits
from catmaid_server.tiles.gateway.hosts import ImageHosts
from catmaid_server.tiles.limits import DISK_CACHE_BYTES

NODE_LIMIT = 300_000
MANUAL = Path(__file__).resolve().parent / "manual"
"""Where `make docs` puts the manual, and wheels have it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppOptions:
    """Settings of the application, as handlers and middleware find them under `keys.OPTIONS`."""

    secret: bytes
    """Signs sessions."""
    data_dir: Path
    """Where image stores lie whose path is relative."""
    node_limit: int = NODE_LIMIT
    """Most treenodes in one answer of `node/list`, for who asks for many."""
    cell_bytes: int = CELL_BYTES
    """Memory for what viewports are made of, a quarter as much for partners, and for answers about skeletons; 0 for
    none."""
    registration: bool = False
    """Whether people may make themselves accounts."""
    hub: HubService | None = None
    """The JupyterHub with which people sign in."""
    providers: tuple[ProviderSettings, ...] = ()
    """Others with which people sign in."""
    admission: Admission = field(default_factory=Admission)
    """Who may make an account by signing in with one of them."""
    mails_per_hour: int = 0
    """How much mail one user may have sent in an hour; 0: the service sends none."""
    public_url: str = ""
    """Address of the service for links to it; by default that by which a request came."""
    approval: bool = True
    """Whether project tokens that need approval give nothing before it; CATMAID gives all at once."""
    presence: bool = True
    """Whether people who look at a project are told who else does, and where."""
    front_end: FrontEnd | None = None
    """CATMAID's own front end, to be found at the service's address."""
    manual: Path = MANUAL
    """Folder of the manual as a web site; it need not be there."""
    ticket_key: bytes = b""
    """Signs tile tickets; by default `secret` does."""
    session_cookie: str = sessions.COOKIE
    """Name of the cookie of login sessions; CATMAID's is understood, too."""
    over_tls: bool = False
    """Whether what comes over the port is encrypted."""
    allowed_hosts: AllowedHosts = field(default_factory=AllowedHosts)
    """Names under which the service answers."""
    allowed_origins: frozenset[str] = frozenset((other_sites.ANY,))
    """Sites whose pages may read answers, such as `https://example.org`; `*` for all."""
    proxies: Proxies = field(default_factory=Proxies)
    """Which proxies are trusted, and the path under which clients reach the service."""
    image_hosts: ImageHosts = field(default_factory=ImageHosts)
    """Other servers that may be asked for images."""
    image_folders: tuple[Path, ...] = ()
    """Folders of this machine with images that project administrators may show."""
    image_patience: FetchLimits = field(default_factory=FetchLimits)
    """How long other servers are waited for, and how much they may send."""
    image_cache_bytes: int = DISK_CACHE_BYTES
    """Disk for what other servers gave of their images."""

    @property
    def signs_tickets(self) -> bytes:
        """The key of tile tickets."""
        return self.ticket_key or self.secret
