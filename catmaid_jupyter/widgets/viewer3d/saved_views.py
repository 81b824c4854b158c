"""Views with names that are kept on the server, so that other sessions have them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypedDict

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.client_data import ClientDatum, client_data, keep_client_datum
from catmaid_jupyter.client.naming import did_you_mean
from catmaid_jupyter.widgets.rpc import method
from catmaid_jupyter.widgets.viewer3d.cameras import STANDARD_VIEWS, camera_of

_STORE: Final = "viewer3d-views"
_LONGEST_NAME: Final = 200


class SavedView(TypedDict):
    """A view that is kept on the server, and whether it is for all users of the project."""

    name: str
    shared: bool
    camera: dict[str, Any]


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
        self.views = {**by_name(loop.run(saved_views(self.project.place))), **self.views}

    def forget_view(self, name: str, *, shared: bool = False) -> None:
        """Take a view from `views`, and from the server the user's own of this name, if there is one.

        shared : take the one for all users of the project from the server instead, which its administrators may do.
            Without it, that one stays there, and `load_views` brings it back.
        """
        try:
            loop.run(_forget(self.project.place, name, shared=shared))
        except NotFound:
            if name not in self.views:
                raise InvalidInput(f"There is no view {name!r:.100}.{did_you_mean(name, [*self.views])}") from None
        self.views = {known: camera for known, camera in self.views.items() if known != name}

    @method
    async def _saved_views(self, _params: dict[str, Any]) -> list[SavedView]:
        """The views on the server."""
        return await saved_views(self.project.place)

    @method("save_view")
    async def _save_given_view(self, params: dict[str, Any]) -> list[SavedView]:
        """Keep a camera on the server: ``{name, camera, shared}``; the views there."""
        camera = camera_of(params["camera"])
        if camera is None:
            raise InvalidInput("The page has no camera to keep yet.")
        datum = ClientDatum(own_name(str(params["name"])), {"camera": camera}, bool(params["shared"]))
        await keep_client_datum(self.project.place, _STORE, datum)
        return await saved_views(self.project.place)

    @method("forget_view")
    async def _forget_saved_view(self, params: dict[str, Any]) -> list[SavedView]:
        """Take a view from the server: ``{name, shared}``; the views there."""
        await _forget(self.project.place, str(params["name"]), shared=bool(params["shared"]))
        return await saved_views(self.project.place)


def own_name(name: str) -> str:
    """A name for a view that is kept. `InvalidInput` for one that it cannot have."""
    name = name.strip()
    if not name or name in STANDARD_VIEWS:
        raise InvalidInput(f"A view that is kept needs a name of its own, not {name!r:.100}.")
    if len(name) > _LONGEST_NAME:
        raise InvalidInput(f"The name of a view has at most {_LONGEST_NAME} characters, not {len(name)}.")
    return name


async def saved_views(place: Place) -> list[SavedView]:
    """The views that the user sees on the server, by name; of one name, the user's own first."""
    found = [(one, _camera_in(one.value)) for one in await client_data(place, _STORE)]
    return [SavedView(name=one.name, shared=one.shared, camera=camera) for one, camera in found if camera is not None]


def by_name(views: Sequence[SavedView]) -> dict[str, dict[str, Any]]:
    """Cameras by name; the user's own before those for all."""
    found: dict[str, dict[str, Any]] = {}
    for view in views:
        found.setdefault(view["name"], view["camera"])
    return found


async def _forget(place: Place, name: str, *, shared: bool) -> None:
    """Take a view from the server; `NotFound` if it is not there."""
    if not any(one["name"] == name and one["shared"] == shared for one in await saved_views(place)):
        whose = "for all users" if shared else "of yours"
        raise NotFound(f"There is no view {name!r:.100} {whose} on the server any more.")
    await keep_client_datum(place, _STORE, ClientDatum(name, {"camera": None}, shared))


def _camera_in(value: Any) -> dict[str, Any] | None:
    camera = value.get("camera") if isinstance(value, dict) else None
    return camera_of(camera) if isinstance(camera, dict) else None
