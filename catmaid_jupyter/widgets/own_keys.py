"""Keys in a viewer: those of its user, kept on the server."""

from __future__ import annotations

from typing import Any

import traitlets

from catmaid_jupyter.client.user_keys import (
    ChangedKeys,
    follow_user_keys,
    keep_user_keys,
    place_of_keys,
    read_user_keys,
)
from catmaid_jupyter.widgets.rpc import method


class OwnKeys(traitlets.HasTraits):
    """A viewer of a project in which a user can change keys."""

    project: Any

    user_keys = traitlets.Dict(read_only=True).tag(sync=True)
    """Keys that the user has changed, by command. They are kept on the server; `Project.set_key` changes them."""

    keys_place = traitlets.Unicode(read_only=True).tag(sync=True)
    """Whose keys these are: a fingerprint of server and user."""

    def __init__(self, *arguments: Any, **traits: Any) -> None:
        super().__init__(*arguments, **traits)
        follow_user_keys(self)

    def show_user_keys(self, changed: ChangedKeys) -> None:
        """Use these keys from now on; `Project.set_key` also keeps them."""
        self.set_trait("user_keys", changed)

    @traitlets.default("keys_place")
    def _own_keys_place(self) -> str:
        return place_of_keys(self.project.instance.http)

    @method("user_keys")
    async def _kept_user_keys(self, _params: dict[str, Any]) -> ChangedKeys:
        """The keys that the user has changed."""
        return await read_user_keys(self.project.instance.http)

    @method
    async def _keep_user_keys(self, params: dict[str, Any]) -> None:
        """Keep changed keys on the server: ``{keys: {command: chords}}``."""
        await keep_user_keys(self.project.instance.http, params["keys"])
