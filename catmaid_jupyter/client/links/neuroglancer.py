"""Neuroglancer's states: made of neurons and a viewer, and read."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client.public import Public
from catmaid_wire.viewer_states import STATES

PAGE: Final = "https://neuroglancer-demo.appspot.com"
_AXES: Final = "xyz"
_NM: Final = 1e9
_UNITS: Final = {"m": 1.0, "mm": 1e-3, "um": 1e-6, "µm": 1e-6, "nm": 1e-9, "": 1.0}
_CATMAID: Final = re.compile(r"catmaid://(?P<server>https?://.+?)/(?P<project_id>\d+)/?")
_TEXT_OR_MARK: Final = re.compile(r"""'((?:[^'\\]|\\.)*)'|("(?:[^"\\]|\\.)*")|([_&])""")


class NeuroglancerState(Public):
    """A state of Neuroglancer, of a project. Made by `Project.neuroglancer`; in a notebook it shows as a link.

    Attributes
    ----------
    state
        As JSON, which `neuroglancer.ViewerState` reads.
    page
        Address of the Neuroglancer that shows it.
    """

    def __init__(self, place: Place, state: dict[str, Any], page: str = PAGE) -> None:
        self.state = state
        self.page = page.rstrip("/")
        self._place = place

    @property
    def link(self) -> str:
        """A link that holds the whole state."""
        text = json.dumps(self.state, separators=(",", ":"))
        return f"{self.page}/#!{quote(text, safe=chr(39) + '~@#$&()*!+=:;,.?/')}"

    def short_link(self) -> str:
        """A short link: the state is kept on the service, for those who may see the project.

        `InvalidInput` if the server keeps no states.
        """
        if "viewer-states" not in self._place.capabilities:
            raise InvalidInput(f"{self._place.http.url} keeps no states of Neuroglancer: take `link`.")
        path = self._place.path(f"{STATES}post")
        answer = loop.run(self._place.http.request("POST", path, json=self.state))
        return f"{self.page}/#!{self._place.http.url}{self._place.path(STATES)}{int(answer.json())}"

    def __repr__(self) -> str:
        segments = sum(len(layer.get("segments", ())) for layer in self.state.get("layers", ()))
        return f"<NeuroglancerState of {segments} neurons: .link, .short_link(), .state>"

    def _repr_html_(self) -> str:
        address = html.escape(self.link)
        return f'<a href="{address}" target="_blank" rel="noreferrer">Open in Neuroglancer</a>'


def state_of(
    place: Place,
    *,
    resolution: tuple[float, ...],
    position: tuple[float, ...],
    nm_per_pixel: float | None,
    colors: Mapping[int, str],
    image: str | None,
) -> dict[str, Any]:
    """A state with neurons by id and colour, and an image; position and scale in nm."""
    layers: list[dict[str, Any]] = [] if image is None else [{"type": "image", "source": image, "name": "image"}]
    layers.append(
        {
            "type": "segmentation",
            "source": f"catmaid://{place.http.url}{place.project_id}",
            "segments": [str(one) for one in colors],
            "segmentColors": {str(one): color[:7] for one, color in colors.items()},
            "name": "neurons",
        }
    )
    state: dict[str, Any] = {
        "dimensions": {axis: [nm / _NM, "m"] for axis, nm in zip(_AXES, resolution, strict=True)},
        "position": [value / nm for value, nm in zip(position, resolution, strict=True)],
        "layers": layers,
        "layout": "4panel",
    }
    if nm_per_pixel is not None:
        state["crossSectionScale"] = nm_per_pixel / min(resolution)
    return state


def is_link(address: str) -> bool:
    """Whether a text is a link of Neuroglancer's."""
    return urlsplit(address).fragment.startswith("!")


def project_of_link(address: str) -> tuple[str, int] | None:
    """Address of the server and id of the project whose neurons a link shows; None if it shows none."""
    for layer in layers_of(_in_link(urlsplit(address).fragment[1:])):
        for source in _sources(layer):
            found = _CATMAID.fullmatch(source)
            if found is not None:
                return f"{found['server']}/", int(found["project_id"])
    return None


def state_in(place: Place, address: str) -> dict[str, Any]:
    """The state of a link: in it, or kept by the service of the project. `InvalidInput` for any other."""
    fragment = unquote(urlsplit(address).fragment[1:])
    if not re.match(r"(middleauth\+)?https?://", fragment):
        return _in_link(fragment)
    kept = fragment.removeprefix("middleauth+")
    own = f"{place.http.url}{place.path(STATES)}"
    number = kept.removeprefix(own)
    if not kept.startswith(own) or not number.isdecimal():
        raise InvalidInput(
            f"The state of this link is kept at {urlsplit(kept).hostname}, which is not asked: open the link in "
            "Neuroglancer, and take the state from there ({} in its tool bar)."
        )
    found: dict[str, Any] = loop.run(place.http.read_json("GET", place.path(f"{STATES}{number}")))
    return found


def position_of(state: Mapping[str, Any]) -> tuple[float, float, float] | None:
    """Where a state looks: (x, y, z) nm; None if it does not say."""
    scales, position = _scales(state), state.get("position")
    if not isinstance(position, list):
        return None
    names = list(state.get("dimensions") or _AXES)
    by_axis = dict(zip(names, position, strict=False))
    try:
        x, y, z = (float(by_axis[axis]) * scales[axis] for axis in _AXES)
    except (KeyError, TypeError, ValueError):
        return None
    return x, y, z


def scale_of_state(state: Mapping[str, Any]) -> float | None:
    """Nm under a screen pixel; None if the state does not say."""
    zoom = state.get("crossSectionScale")
    if isinstance(zoom, bool) or not isinstance(zoom, int | float) or zoom <= 0:
        return None
    scales = _scales(state)
    return float(zoom) * min(scales.values()) if scales else None


def layers_of(state: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The layers of a state."""
    layers = state.get("layers")
    return [layer for layer in layers if isinstance(layer, Mapping)] if isinstance(layers, list) else []


def neurons_of(place: Place, state: Mapping[str, Any]) -> tuple[dict[int, str], list[str]]:
    """Skeletons of the project that a state shows, with colours (empty: none); and names of its other layers."""
    found: dict[int, str] = {}
    others = []
    for layer in layers_of(state):
        own = any(
            _CATMAID.fullmatch(one) and one.rstrip("/").endswith(f"/{place.project_id}") for one in _sources(layer)
        )
        if not own:
            others.append(str(layer.get("name") or layer.get("type") or "?"))
            continue
        colors = layer.get("segmentColors") or {}
        for segment in layer.get("segments") or ():
            # A segment that is kept in the list and not shown has a mark before it.
            text = str(segment)
            if text.isdecimal():
                found[int(text)] = str(colors.get(text) or layer.get("segmentDefaultColor") or "")
    return found, others


def _sources(layer: Mapping[str, Any]) -> Iterator[str]:
    source = layer.get("source")
    for one in source if isinstance(source, list) else [source]:
        yield str(one.get("url") if isinstance(one, Mapping) else one)


def _scales(state: Mapping[str, Any]) -> dict[str, float]:
    """Scales: nm for each unit along each axis; 1 where a state does not say."""
    dimensions = state.get("dimensions") or {axis: [1e-9, "m"] for axis in _AXES}
    try:
        return {name: float(number) * _UNITS[unit] * _NM for name, (number, unit) in dimensions.items()}
    except (AttributeError, KeyError, TypeError, ValueError):
        raise InvalidInput("The dimensions of the state are none: they are {'x': [8e-9, 'm'], …}.") from None


def _in_link(text: str) -> dict[str, Any]:
    """The state in a link: JSON, or the older form with other quotes, and _ for a comma."""
    text = unquote(text)
    for form in (text, _TEXT_OR_MARK.sub(_as_json, text)):
        try:
            state = json.loads(form)
        except (ValueError, RecursionError):
            continue
        if isinstance(state, dict):
            return state
    raise NotFound("The link has no state of Neuroglancer after #!.")


def _as_json(found: re.Match[str]) -> str:
    if found[1] is not None:
        return json.dumps(found[1].replace("\\'", "'"))
    return found[2] or ","
