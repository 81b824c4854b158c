"""Views in space that are kept on the server: another session has them, as their user or as all."""

from __future__ import annotations

import asyncio

import pytest

import catmaid_jupyter as cj
from catmaid_jupyter.api import loop
from catmaid_jupyter.widgets.rpc import methods_of
from catmaid_jupyter.widgets.viewer3d.saved_views import _STORE
from catmaid_wire.forms import FormValue
from tests.helpers.service import Service

SOMA = {"position": (0, 0, -100), "target": (0, 0, 0), "up": (0, -1, 0)}
SIDE = {"position": (100, 0, 0), "target": (0, 0, 0), "up": (0, -1, 0)}


async def test_views_are_found_by_another_session(module_service: Service) -> None:
    url = module_service.url

    def story() -> None:
        with cj.connect(url, module_service.tracer.token) as mine, cj.connect(url, module_service.admin.token) as other:
            v3 = mine.project("Test").viewer3d([])
            with pytest.raises(cj.InvalidInput, match=r"No view 'soma' is kept: v3\.keep_view"):
                v3.save_view("soma")
            v3.views = {"soma": SOMA, "ours": SOMA}
            v3.save_view("soma")
            with pytest.raises(cj.NotAllowed, match="administrators"):
                v3.save_view("ours", shared=True)

            admins = other.project("Test").viewer3d([])
            admins.load_views()
            assert admins.views == {}
            admins.views = {"ours": SIDE, "soma": SIDE}
            admins.save_view("ours", shared=True)
            admins.save_view("soma", shared=True)

            again = mine.project("Test").viewer3d([])
            again.load_views()
            assert again.views == {"soma": v3.views["soma"], "ours": admins.views["ours"]}
            again.views = {"soma": SIDE}
            again.load_views()
            assert again.views["soma"]["position"] == [100, 0, 0]

            again.forget_view("soma")
            assert "soma" not in again.views
            again.load_views()
            assert again.views["soma"] == admins.views["soma"]
            with pytest.raises(cj.InvalidInput, match=r"There is no view 'some'\..*soma"):
                again.forget_view("some")

    await asyncio.to_thread(story)


async def test_what_is_no_camera_is_left_out(module_service: Service) -> None:
    def story() -> None:
        with cj.connect(module_service.url, module_service.tracer.token) as instance:
            project = instance.project("Test")
            v3 = project.viewer3d([])
            v3.views = {"good": SOMA}
            v3.save_view("good")
            form: dict[str, FormValue] = {
                "key": "bad",
                "value": '{"camera": {"position": 1}}',
                "project_id": project.id,
            }
            put = instance.http.request("PUT", f"client/datastores/{_STORE}/", form=form)
            loop.run(put)
            fresh = project.viewer3d([])
            fresh.load_views()
            assert "good" in fresh.views
            assert "bad" not in fresh.views

    await asyncio.to_thread(story)


async def test_pages_keep_and_forget_views_there(module_service: Service) -> None:
    def story() -> None:
        with cj.connect(module_service.url, module_service.tracer.token) as instance:
            v3 = instance.project("Test").viewer3d([])
            page = {name: lambda params, call=call: loop.run(call(params)) for name, call in methods_of(v3).items()}

            kept = page["save_view"]({"name": " of a page ", "camera": SOMA, "shared": False})
            assert [one["camera"]["zoom"] for one in kept if one["name"] == "of a page"] == [1.0]
            assert page["saved_views"]({}) == kept
            assert page["forget_view"]({"name": "of a page", "shared": False}) == [
                one for one in kept if one["name"] != "of a page"
            ]
            wrong: dict[str, dict[str, object]] = {
                "a name of its own, not ''": {"name": " "},
                "a name of its own, not 'rear'": {"name": "rear"},
                "at most 200 characters, not 201": {"name": "x" * 201},
                "no camera to keep yet": {"camera": {}},
                "administrators": {"shared": True},
            }
            for message, change in wrong.items():
                with pytest.raises(cj.CatmaidError, match=message):
                    page["save_view"]({"name": "other", "camera": SOMA, "shared": False, **change})
            with pytest.raises(cj.NotFound, match="no view 'of a page' of yours"):
                page["forget_view"]({"name": "of a page", "shared": False})

    await asyncio.to_thread(story)
