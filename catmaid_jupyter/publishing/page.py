"""The HTML of a published page."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Final

from catmaid_jupyter.widgets.static import bundle

_HERE: Final = Path(__file__).parent
PROGRAM: Final = "published-page"


@dataclass(frozen=True)
class PageView:
    """A widget on a page: what it is, for people who do not see it, and its last picture, if there is one."""

    model_id: str
    title: str
    picture: str


@dataclass(frozen=True)
class PageText:
    """What people read on a page."""

    title: str
    text: str
    left_out: Sequence[str]
    date: str
    has_heading: bool = True


def page(content: str, text: PageText, pack: str) -> str:
    """A whole page, which needs nothing else; `content` is HTML with the views."""
    # A page's script ends at this, wherever it stands.
    program = bundle(PROGRAM).read_text(encoding="utf-8").replace("</script", "<\\/script")
    digest = base64.b64encode(hashlib.sha256(program.encode()).digest()).decode("ascii")
    template = Template((_HERE / "page.html").read_text(encoding="utf-8"))
    return template.substitute(
        digest=digest,
        title=html.escape(text.title),
        heading=f"<h1>{html.escape(text.title)}</h1>" if text.has_heading else "",
        style=(_HERE / "page.css").read_text(encoding="utf-8"),
        text=_paragraphs(text.text),
        rows=content,
        left_out=_left_out(text.left_out),
        date=html.escape(text.date),
        pack=pack,
        program=program,
    )


def rows_of_views(rows: Sequence[Sequence[PageView]]) -> str:
    """Views side by side, row below row."""
    return "\n".join(map(_row, rows))


def _row(views: Sequence[PageView]) -> str:
    return f'<div class="cj-row">{"".join(map(_view, views))}</div>'


def _view(view: PageView) -> str:
    title, picture = html.escape(view.title), ""
    if view.picture.startswith("data:image/"):
        picture = f'<img class="cj-still" alt="{title}, as it was seen last" src="{html.escape(view.picture)}">'
    names: Mapping[str, str] = {"role": "group", "aria-label": title, "class": "cj-view", "data-cj-view": view.model_id}
    attributes = " ".join(f'{name}="{html.escape(value)}"' for name, value in names.items())
    return f'<div class="cj-figure"><div {attributes}><p>This view needs JavaScript.</p>{picture}</div>{picture}</div>'


def _paragraphs(text: str) -> str:
    parts = [part.strip() for part in re.split(r"\n\s*\n", text)]
    return "".join(f"<p>{html.escape(part)}</p>" for part in parts if part)


def _left_out(sentences: Sequence[str]) -> str:
    if not sentences:
        return ""
    items = "".join(f"<li>{html.escape(one)}</li>" for one in sentences)
    return (
        f'<details><summary>What was left out of this page</summary><ul data-testid="left-out">{items}</ul></details>'
    )
