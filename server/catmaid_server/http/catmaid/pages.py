"""Plain pages for people who come with a browser: text, and forms to fill in."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from string import Template
from typing import Final, Literal

from aiohttp import web

_PAGE = Template("""<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>$title</title>
    <link rel="icon" href="data:,">
    <style>
      :root { color-scheme: light dark; }
      body { font: 1rem/1.5 system-ui, sans-serif; max-width: 36rem; margin: 3rem auto; padding: 0 1rem; }
      label { display: block; margin: .75rem 0; }
      input { display: block; width: 100%; box-sizing: border-box; font: inherit; padding: .4rem; }
      input[type=checkbox] { display: inline; width: auto; }
      button, a.button { font: inherit; padding: .4rem 1.2rem; margin-top: .75rem; }
      a.button { display: block; margin: 0; border: 1px solid currentColor; border-radius: .25rem; text-align: center;
        text-decoration: none; }
      a.button:hover, a.button:focus-visible { text-decoration: underline; }
      pre { overflow-x: auto; }
      .problem { color: #b00020; }
      @media (prefers-color-scheme: dark) { .problem { color: #ff8a80; } }
      th, td { text-align: left; padding: .2rem .8rem .2rem 0; }
      td button { margin: 0; }
    </style>
  </head>
  <body>
    <h1>$title</h1>
$body$script
  </body>
</html>
""")

_POLICY: Final = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


@dataclass(frozen=True, slots=True)
class Tick:
    """A box to tick: the form has `name=true` if it is."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What is sent along with a form unseen."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Field:
    """One line to fill in; `autocomplete` tells the browser what it is."""

    name: str
    label: str
    autocomplete: str
    kind: str = "text"
    value: str = ""
    required: bool = True


def page(title: str, body: str, *, script: str = "") -> web.Response:
    """A page with `body`, which is HTML. `script`: the only one that runs there; it loads nothing and asks nobody."""
    policy = f"{_POLICY}; script-src '{script_hash(script)}'" if script else _POLICY
    element = f"\n    <script>{script}</script>" if script else ""
    return web.Response(
        text=_PAGE.substitute(title=escape(title), body=body, script=element),
        content_type="text/html",
        headers={"Content-Security-Policy": policy, "Cache-Control": "no-store"},
    )


def script_hash(script: str) -> str:
    """By which a content policy lets this script run, and no other."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"


def form_page(
    title: str,
    fields: Sequence[Field | Tick | Kept],
    *,
    button: str,
    about: str = "",
    problems: Sequence[str] = (),
    before: str = "",
    method: Literal["get", "post"] = "post",
    script: str = "",
) -> web.Response:
    """A page with a form that is sent to where the page came from, and what was wrong with what was sent last.

    before : HTML that stands above the form.
    """
    lines = [
        before,
        f"<p>{escape(about)}</p>" if about else "",
        *(f'<p class="problem" role="alert">{escape(problem)}</p>' for problem in problems),
        f'<form method="{method}">',
        *map(_input, fields),
        f"<button>{escape(button)}</button>",
        "</form>",
    ]
    return page(title, "\n".join(line for line in lines if line), script=script)


def _input(field: Field | Tick | Kept) -> str:
    if isinstance(field, Kept):
        return f'<input type="hidden" name="{escape(field.name)}" value="{escape(field.value)}">'
    if isinstance(field, Tick):
        box = f'<input name="{escape(field.name)}" type="checkbox" value="true">'
        return f"<label>{box} {escape(field.label)}</label>"
    return (
        f'<label>{escape(field.label)} <input name="{escape(field.name)}" type="{escape(field.kind)}"'
        f' value="{escape(field.value)}" autocomplete="{escape(field.autocomplete)}"'
        f"{' required' if field.required else ''}></label>"
    )


def redirect(location: str) -> web.Response:
    """Send the browser on to another page of this service."""
    return web.Response(status=302, headers={"Location": location}, content_type="text/html")
