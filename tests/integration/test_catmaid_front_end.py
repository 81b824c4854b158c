"""CATMAID's own front end on this service, out of a checkout that has what the page is made of."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from catmaid_server.db.store import Store
from catmaid_server.domain.errors import InvalidInput
from catmaid_server.http.app import create_app
from catmaid_server.http.app_options import AppOptions
from catmaid_server.http.catmaid.version import SERVER_VERSION
from catmaid_server.http.front_end import FrontEnd
from catmaid_server.routes import all_routes
from catmaid_server.service import supervisor
from catmaid_server.service.folder import ServiceError
from catmaid_server.service.settings import Settings

FILE_LIST = """
from collections import OrderedDict
STYLESHEETS = OrderedDict()
STYLESHEETS["libraries"] = {"source_filenames": ("libs/b/b.css",), "output_filename": "x.css"}
STYLESHEETS["catmaid"] = {"source_filenames": ("css/*.css",)}
libraries_js = OrderedDict([
    ("b", ["last.js", "*.js", "missing.js"]),
    ("catmaid", ["namespace.js", "*.js"]),
])
JAVASCRIPT = OrderedDict()
for key, names in libraries_js.items():
    JAVASCRIPT[key] = {"source_filenames": names}
JAVASCRIPT["catmaid"] = {"source_filenames": ("js/start.js", "js/*.js")}
raise SystemExit("nobody runs this")
"""

TEMPLATE = """
{% load pipeline %}<html class="no-script"><head>{% javascript 'catmaid' %}</head>
<body onload="begin();" class="catmaid"><img src="{{ STATIC_URL }}images/a b.png">
{% if REGISTRATION %}<a href="{% url 'register' %}">{% if MORE %}more{% endif %}</a>{% endif %}
<p id="content">{{ name|safe }}</p>
</body></html>
"""

FILES = ("libs/b/b.css", "css/z.css", "css/a.css", "libs/b/a.js", "libs/b/last.js", "libs/catmaid/a.js",
         "libs/catmaid/namespace.js", "js/a.js", "js/start.js", "images/a b.png")  # fmt: skip


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    folder = tmp_path / "CATMAID"
    application = folder / "django/applications/catmaid"
    for name in FILES:
        path = application / "static" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"// {name}\n")
    template = application / "templates/catmaid/index.html"
    template.parent.mkdir(parents=True)
    template.write_text(TEMPLATE)
    listing = folder / "django/projects/mysite/pipelinefiles.py"
    listing.parent.mkdir(parents=True)
    listing.write_text(FILE_LIST)
    (folder / "secret.txt").write_text("not for the web")
    (application / "static" / "out").symlink_to(folder)
    return folder


@pytest.fixture
async def browser(store: Store, checkout: Path, tmp_path: Path) -> AsyncIterator[aiohttp.ClientSession]:
    """A browser's requests to a service with a front end."""
    app = create_app(
        store,
        all_routes(),
        AppOptions(
            secret=b"only for tests", data_dir=tmp_path, front_end=FrontEnd.opened(checkout, version=SERVER_VERSION)
        ),
    )
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession(f"http://127.0.0.1:{runner.addresses[0][1]}") as session:
        yield session
    await runner.cleanup()


async def get(browser: aiohttp.ClientSession, path: str) -> tuple[int, str, str]:
    async with browser.get(path) as response:
        return response.status, response.content_type, await response.text()


async def test_the_page_loads_everything_once_and_in_order(browser: aiohttp.ClientSession) -> None:
    status, kind, page = await get(browser, "/?pid=1&tool=tracingtool")
    assert (status, kind) == (200, "text/html")
    assert re.findall('href="(static/[^"]+)"', page) == [f"static/{name}" for name in (
        "libs/b/b.css", "css/a.css", "css/z.css")]  # fmt: skip
    assert re.findall('script src="static/([^"]+)"|(CATMAID.configure)', page) == [
        ("libs/b/last.js", ""), ("libs/b/a.js", ""), ("libs/catmaid/namespace.js", ""), ("libs/catmaid/a.js", ""),
        ("", "CATMAID.configure"), ("js/start.js", ""), ("js/a.js", ""),
    ]  # fmt: skip
    assert f'CLIENT_VERSION = "{SERVER_VERSION}"' in page


async def test_the_body_has_nothing_left_of_a_template(browser: aiohttp.ClientSession) -> None:
    _, _, page = await get(browser, "/")
    body = page[page.index("<body") :]
    expected = '<body onload="begin();" class="catmaid"><img src="static/images/a b.png"> <p id="content"></p>'
    assert body.split("</body>")[0].split() == expected.split()


async def test_the_page_has_the_classes_that_its_style_sheets_build_on(browser: aiohttp.ClientSession) -> None:
    _, _, page = await get(browser, "/")
    assert '<html lang="en" class="no-script">' in page


async def test_its_scripts_may_ask_whether_the_service_is_there(browser: aiohttp.ClientSession) -> None:
    async with browser.head("/") as response:
        assert response.status == 200


async def test_static_files_are_given_with_their_type(browser: aiohttp.ClientSession) -> None:
    status, kind, text = await get(browser, "/static/js/a.js")
    assert (status, kind.partition("/")[2], text) == (200, "javascript", "// js/a.js\n")
    assert (await get(browser, "/static/css/a.css"))[:2] == (200, "text/css")
    assert (await get(browser, "/static/images/a%20b.png"))[:2] == (200, "image/png")


@pytest.mark.parametrize("name", [
    "js/none.js", "js", "", "..%2f..%2f..%2f..%2fsecret.txt", "out/secret.txt", "js/a.js%00", "%2fetc%2fpasswd",
    "js/" + "a" * 5000,
])  # fmt: skip
async def test_no_other_file_is_given(browser: aiohttp.ClientSession, name: str) -> None:
    status, _, text = await get(browser, f"/static/{name}")
    assert status == 404
    assert "not for the web" not in text


@pytest.mark.parametrize(("missing", "named"), [
    ("django/applications/catmaid/static", "no folder django/applications/catmaid/static"),
    ("django/projects/mysite/pipelinefiles.py", "pipelinefiles.py cannot be read"),
    ("django/applications/catmaid/templates/catmaid/index.html", "index.html cannot be read"),
])  # fmt: skip
def test_what_a_checkout_lacks_is_named_before_the_service_starts(
    checkout: Path, tmp_path: Path, missing: str, named: str
) -> None:
    (checkout / missing).rename(tmp_path / "away")
    settings = Settings(data_dir=tmp_path / "data", front_end=checkout)
    with pytest.raises(ServiceError, match=named):
        supervisor.serve(settings, lambda record: None)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(("text", "named"), [
    ("libraries_js = {", "is not Python"),
    ("", "lists no libraries"),
    (FILE_LIST.replace('STYLESHEETS["', 'OTHERS["'), "lists no style sheets"),
    (FILE_LIST.replace('JAVASCRIPT["', 'OTHERS["'), "lists no scripts"),
])  # fmt: skip
def test_a_list_of_files_of_another_kind_is_refused(checkout: Path, text: str, named: str) -> None:
    (checkout / "django/projects/mysite/pipelinefiles.py").write_text(text)
    with pytest.raises(InvalidInput, match=named):
        FrontEnd.opened(checkout, version="1")


async def test_a_service_without_one_says_how_to_get_it(store: Store, tmp_path: Path) -> None:
    runner = web.AppRunner(create_app(store, all_routes(), AppOptions(secret=b"only for tests", data_dir=tmp_path)))
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    async with aiohttp.ClientSession(f"http://127.0.0.1:{runner.addresses[0][1]}") as session:
        status, _, text = await get(session, "/static/js/a.js")
        assert (status, "--catmaid-front-end" in text) == (404, True)
        assert "<h1>catmaid-jupyter</h1>" in (await get(session, "/"))[2]
    await runner.cleanup()
