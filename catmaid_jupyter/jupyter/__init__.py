"""Jupyter server extension: prompt kernel WebSockets, tiles past firewalls and hubs, pictures in saved notebooks."""

from __future__ import annotations

from typing import Any

from catmaid_jupyter.jupyter.proxy import PROXY_PATH, EmbeddedService, TileProxy
from catmaid_jupyter.jupyter.saving import add_kept_outputs
from catmaid_jupyter.jupyter.websocket import CHANNELS_PATH, PromptKernelWebsocket

_SOURCE = "catmaid_jupyter_tile_source"
_SECRETS = "extra_log_scrub_param_keys"


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "catmaid_jupyter.jupyter"}]


def _load_jupyter_server_extension(serverapp: Any) -> None:
    """Add the handlers, which are asked before the server's own for the same path, and what is done before saving."""
    serverapp.contents_manager.register_pre_save_hook(add_kept_outputs)
    source = EmbeddedService()
    settings = serverapp.web_app.settings
    settings[_SOURCE] = source
    # Tickets let whoever reads them in a log see images.
    settings[_SECRETS] = [*settings.get(_SECRETS, ()), "ticket"]
    base = settings["base_url"].rstrip("/")
    serverapp.web_app.add_handlers(
        ".*$",
        [(base + CHANNELS_PATH, PromptKernelWebsocket), (base + PROXY_PATH, TileProxy, {"source": source})],
    )


async def _stop_extension(serverapp: Any) -> None:
    await serverapp.web_app.settings[_SOURCE].close()
