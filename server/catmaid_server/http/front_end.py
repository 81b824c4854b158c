"""CATMAID's own front end, out of a checkout that somebody has beside this service.

The page is made of what the checkout says of itself: the list of its style sheets and scripts, and the body of its
page. So it fits the release that is in the checkout, and nothing of it is kept here.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape
from pathlib import Path
from string import Template
from typing import Any
from urllib.parse import quote

from catmaid_server.domain.errors import InvalidInput, NotFound
from catmaid_server.http.files_below import file_below

STATIC = "static/"
"""Where its files are, below the service's address."""

_APPLICATION = Path("django/applications/catmaid")
_FILE_LIST = Path("django/projects/mysite/pipelinefiles.py")
_TEMPLATE = _APPLICATION / "templates/catmaid/index.html"

_PAGE = Template("""<!doctype html>
<html lang="en" class="$classes">
  <head>
    <meta charset="utf-8">
    <title>CATMAID</title>
    <link rel="icon" href="data:,">
$styles
    <script>
      if (location.hash.startsWith("#join=")) location.replace("invitation/" + location.hash);
      var django_url = new URL(".", location.href).pathname;
      var STATIC_URL_JS = django_url + "$static";
    </script>
$libraries
    <script>
      CATMAID.configure(django_url, STATIC_URL_JS, STATIC_URL_JS, "csrftoken", location.host, null, true, {}, {});
      CATMAID.CLIENT_VERSION = "$version";
      CATMAID.expandErrors = false;
    </script>
$scripts
  </head>
$body
</html>
""")

_OWN_LIBRARY = "catmaid"
"""Of the libraries, the last; it is told where the service is before the application's own files are read."""

_CLASSES = re.compile(r"""<html\b[^>]*\bclass=["']([\w\s-]*)["']""")
_BODY = re.compile(r"<body\b.*</body>", re.DOTALL)
_CONDITION = re.compile(r"{%\s*if\b(?:(?!{%\s*if\b).)*?{%\s*endif\s*%}", re.DOTALL)
_STATIC_URL = re.compile(r"{{\s*STATIC_URL\b[^}]*}}")
_OTHER_TAG = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)


@dataclass(frozen=True)
class FrontEnd:
    """CATMAID's front end in a checkout of CATMAID."""

    static: Path
    """Folder of its static files."""

    page: str
    """The page that starts it, in HTML."""

    @classmethod
    def opened(cls, checkout: Path, *, version: str) -> FrontEnd:
        """Find the front end in a checkout; raises `InvalidInput`, which names what is missing.

        `version` is what the service tells clients of CATMAID as its own: the page warns of any other.
        """
        static = (checkout / _APPLICATION / "static").resolve()
        if not static.is_dir():
            raise InvalidInput(f"{checkout} is no checkout of CATMAID: it has no folder {_APPLICATION / 'static'}.")
        libraries, styles, scripts = _listed(_read(checkout, _FILE_LIST))
        first = [name for name in libraries if not name.startswith(f"libs/{_OWN_LIBRARY}/")]
        own = [name for name in libraries if name.startswith(f"libs/{_OWN_LIBRARY}/")]
        template = _read(checkout, _TEMPLATE)
        page = _PAGE.substitute(
            classes=_classes(template),
            static=STATIC,
            version=version,
            styles=_tags('    <link rel="stylesheet" href="{}">', _files(static, styles)),
            libraries=_tags('    <script src="{}"></script>', _files(static, [*first, *own])),
            scripts=_tags('    <script src="{}"></script>', _files(static, scripts)),
            body=_body(template),
        )
        return cls(static, page)

    def file(self, name: str) -> Path:
        """One of its static files; raises `NotFound` for what is none, or lies outside."""
        path = file_below(self.static, name)
        if path is None:
            raise NotFound("The front end has no such file.")
        return path


def _read(checkout: Path, name: Path) -> str:
    try:
        return (checkout / name).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInput(f"{checkout} is no checkout of CATMAID: {name} cannot be read ({error}).") from None


def _listed(source: str) -> tuple[list[str], list[str], list[str]]:
    """Patterns of libraries, style sheets and scripts in order, of the list that CATMAID's own build follows.

    It is a Python module; what it says is read off its literals, not run.
    """
    try:
        statements = ast.parse(source).body
    except SyntaxError as error:
        raise InvalidInput(f"{_FILE_LIST} is not Python: {error}.") from None
    libraries: list[str] = []
    bundles: dict[str, list[str]] = {"STYLESHEETS": [], "JAVASCRIPT": []}
    for statement in statements:
        match statement:
            case ast.Assign(targets=[ast.Name(id="libraries_js")], value=ast.Call(args=[listing])):
                for folder, names in _literal(listing) or []:
                    libraries += [f"libs/{folder}/{name}" for name in names]
            case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name))], value=value) if name in bundles:
                bundles[name] += (_literal(value) or {}).get("source_filenames", ())
    for what, found in (("libraries", libraries), ("style sheets", bundles["STYLESHEETS"])):
        if not found:
            raise InvalidInput(f"{_FILE_LIST} lists no {what} in the way of any release that is known here.")
    if not bundles["JAVASCRIPT"]:
        raise InvalidInput(f"{_FILE_LIST} lists no scripts in the way of any release that is known here.")
    return libraries, bundles["STYLESHEETS"], bundles["JAVASCRIPT"]


def _literal(node: ast.expr) -> Any:
    """The value of a literal; None for what would have to be run."""
    try:
        return ast.literal_eval(node)
    except ValueError:
        return None


def _files(static: Path, patterns: list[str]) -> Iterator[str]:
    """The files that patterns stand for, each once, in the order of the patterns and of names."""
    given: set[str] = set()
    for pattern in patterns:
        for path in sorted(static.glob(pattern)):
            name = path.relative_to(static).as_posix()
            if path.is_file() and name not in given:
                given.add(name)
                yield name


def _tags(form: str, names: Iterator[str]) -> str:
    return "\n".join(form.format(escape(STATIC + quote(name))) for name in names)


def _classes(template: str) -> str:
    """Classes of the page as a whole: style sheets and the test of the browser's features build on them."""
    found = _CLASSES.search(template)
    return "" if found is None else found[1]


def _body(template: str) -> str:
    """The body of CATMAID's page, without what depends on how Django is set up there."""
    found = _BODY.search(template)
    if found is None:
        raise InvalidInput(f"{_TEMPLATE} has no body.")
    body, left = found[0], 1
    while left:
        body, left = _CONDITION.subn("", body)
    return _OTHER_TAG.sub("", _STATIC_URL.sub(STATIC, body))
