"""What a widget shows is kept for notebooks, beside its view: a picture, or the first rows of a table."""

from __future__ import annotations

import base64
import binascii
import html
import io
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, ClassVar, Final

import traitlets
from PIL import Image, UnidentifiedImageError

from catmaid_jupyter.api.kept_outputs import HTML, PNG, keep_output
from catmaid_jupyter.widgets.lifetime import weakly

_LONGEST_SIDE: Final = 900
_MOST_BYTES: Final = 300_000
_SHRINK: Final = 0.8
_COLORS: Final = 256
_INLINE: Final = "data:image/"

# One after the other, so that the newest stays.
_keeper: Final = ThreadPoolExecutor(1, "kept-views")


class KeepsPicture(traitlets.HasTraits):
    """A widget whose last picture is kept."""

    _not_kept: ClassVar = frozenset({"snapshot"})
    model_id: str

    snapshot: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)
    """The last picture and where it was taken, shown by pages that have no kernel."""

    def __init__(self, *arguments: Any, **traits: Any) -> None:
        super().__init__(*arguments, **traits)
        self.observe(weakly(self._keep_picture), names="snapshot")

    def _keep_picture(self, _change: Any = None) -> None:
        address, model_id = str(self.snapshot.get("image") or ""), self.model_id
        keep_later(lambda: keep_picture(model_id, [address]))


class KeepsRows(traitlets.HasTraits):
    """A widget whose first rows are kept."""

    _not_kept: ClassVar = frozenset({"first_rows"})
    model_id: str

    first_rows: traitlets.Dict[str, Any] = traitlets.Dict().tag(sync=True)
    """The first rows that a page showed: `{"titles", "rows", "total"}`, texts; total: how many rows there were."""

    def __init__(self, *arguments: Any, **traits: Any) -> None:
        super().__init__(*arguments, **traits)
        self.observe(weakly(self._keep_rows), names="first_rows")

    def _keep_rows(self, _change: Any = None) -> None:
        keep_rows(self.model_id, dict(self.first_rows))


def keep_picture(model_id: str, addresses: list[str]) -> None:
    """Keep pictures, side by side, as the picture of a widget; see `png_of`."""
    picture = png_of(addresses)
    if picture is not None:
        keep_output(model_id, PNG, picture)


def png_of(addresses: Sequence[str]) -> bytes | None:
    """Inline pictures, side by side, as one PNG; other addresses are left out. None if there is no picture."""
    pictures = [picture for picture in map(_picture, addresses) if picture is not None]
    return _small_png(_beside_each_other(pictures)) if pictures else None


def keep_rows(model_id: str, shown: Mapping[str, Any]) -> None:
    """Keep rows as what a widget shows, later; see `KeepsRows.first_rows`."""
    keep_later(lambda: keep_output(model_id, HTML, html_of_rows(shown).encode()))


def html_of_rows(shown: Mapping[str, Any]) -> str:
    """A table for pages without scripts; see `KeepsRows.first_rows`."""
    titles, rows = shown.get("titles") or [], shown.get("rows") or []
    head = "".join(f"<th>{html.escape(str(title))}</th>" for title in titles)
    body = "".join("<tr>" + "".join(f"<td>{html.escape(str(text))}</td>" for text in row) + "</tr>" for row in rows)
    more = int(shown.get("total") or 0) - len(rows)
    rest = f"<p>and {more:,} more</p>" if more > 0 else ""
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{rest}"


def keep_later(work: Callable[[], None]) -> None:
    """Do something beside the kernel's own work, after what is to be done already."""
    try:
        _keeper.submit(work)
    except RuntimeError:  # the interpreter ends
        return


def _picture(address: str) -> Image.Image | None:
    """The picture of an address as pages give it; None if it is no inline picture."""
    if not address.startswith(_INLINE):
        return None
    try:
        return Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))).convert("RGB")
    except (UnidentifiedImageError, binascii.Error, OSError):
        return None


def _beside_each_other(pictures: list[Image.Image]) -> Image.Image:
    if len(pictures) == 1:
        return pictures[0]
    height = min(picture.height for picture in pictures)
    scaled = [picture.resize((round(picture.width * height / picture.height), height)) for picture in pictures]
    joined = Image.new("RGB", (sum(picture.width for picture in scaled), height))
    left = 0
    for picture in scaled:
        joined.paste(picture, (left, 0))
        left += picture.width
    return joined


def _small_png(picture: Image.Image) -> bytes:
    """PNG of few colours, no larger than notebooks should carry."""
    longest = min(_LONGEST_SIDE, max(picture.size))
    while True:
        small = picture.copy()
        small.thumbnail((longest, longest), Image.Resampling.LANCZOS)
        file = io.BytesIO()
        small.quantize(_COLORS).save(file, "PNG", optimize=True)
        if file.tell() <= _MOST_BYTES:
            return file.getvalue()
        longest = int(longest * _SHRINK)
