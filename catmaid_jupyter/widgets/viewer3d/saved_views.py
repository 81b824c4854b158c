"""Views with names that are kept on the server, so that other sessions have them."""

from __future__ import annotations

from typing import Any, Final

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.client_data import ClientDatum, client_data, keep_client_datum
from catmaid_jupyter.client.naming import did_you_mean
from catmaid_jupyter.widgets.viewer3d.cameras import camera_of

_STORE: Final = "viewer3d-views"


class SavedViews:
    """The methods of a 3D viewer for views on the server; the viewer has `project` and `views`."""

    project: Any
    views: Any

    def save_view(self, name: str, *, shared: bool = False) -> None:
        """Keep a view of `views` on the server, in this project, for this user; another of the name is replaced.

        `load_views` brings it to another viewer. `InvalidInput` if no view of this name was kept with `keep_view`.

        shared : for all users of the project, which its administrators may do.
        """
        if name not in self.views:
            known = [*self.views]
            raise InvalidInput(
                f"No view {name!r:.100} is kept: v3.keep_view(name) keeps one.{did_you_mean(name, known)}"
            )
        datum = ClientDatum(name, {"camera": self.views[name]}, shared)
        loop.run(keep_client_datum(self.project.place, _STORE, datum))

    def load_views(self) -> None:
        """Have all views that `save_view` kept on the server; those of a name that is in `views` already stay out."""
        self.views = {**loop.run(_saved_views(self.project.place)), **self.views}

    def forget_view(self, name: str, *, shared: bool = False) -> None:
        """Take a view from `views`, and from the server the user's own of this name, if there is one.

        shared : take the one for all users of the project from the server instead, which its administrators may do.
            Without it, that one stays there, and `load_views` brings it back.
        """
        place = self.project.place
        saved = loop.run(client_data(place, _STORE))
        if any(one.name == name and one.shared == shared and _camera_in(one.value) for one in saved):
            loop.run(keep_client_datum(place, _STORE, ClientDatum(name, {"camera": None}, shared)))
        elif name not in self.views:
            raise InvalidInput(f"There is no view {name!r:.100}.{did_you_mean(name, [*self.views])}")
        self.views = {known: camera for known, camera in self.views.items() if known != name}


async def _saved_views(place: Place) -> dict[str, dict[str, Any]]:
    """By name; the user's own before those for all."""
    found: dict[str, dict[str, Any]] = {}
    for one in await client_data(place, _STORE):
        camera = _camera_in(one.value)
        if camera is not None:
            found.setdefault(one.name, camera)
    return found


def _camera_in(value: Any) -> dict[str, Any] | None:
    camera = value.get("camera") if isinstance(value, dict) else None
    return camera_of(camera) if isinstance(camera, dict) else None
