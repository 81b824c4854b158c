"""Questions that a user switches off: other sessions and the layers of a connection follow; nobody else does."""

from __future__ import annotations

import asyncio

import pytest

import catmaid_jupyter as cj
from catmaid_jupyter.api import loop
from catmaid_jupyter.client.user_questions import follow_unasked, keep_unasked, read_unasked
from tests.helpers.service import Service


class Layer:
    """A layer without a page."""

    def __init__(self, project: cj.Project) -> None:
        self.project = project
        self.unasked: list[str] = []

    def show_unasked(self, unasked: list[str]) -> None:
        self.unasked = unasked


async def test_questions_are_switched_off_for_a_user(module_service: Service) -> None:
    def story() -> None:
        url, token = module_service.url, module_service.tracer.token
        with cj.connect(url, token) as mine, cj.connect(url, module_service.admin.token) as other:
            project, theirs = mine.project("Test"), other.project("Test")
            layer, stranger = Layer(project), Layer(theirs)
            follow_unasked(layer)
            follow_unasked(stranger)
            assert project.questions == {"split": True, "join": True, "reroot": True, "delete": True}
            project.ask_before(split=False, delete=False)
            assert (layer.unasked, stranger.unasked) == (["split", "delete"], [])
            with cj.connect(url, token) as again:
                assert again.project("Test").questions == {
                    "split": False, "join": True, "reroot": True, "delete": False,
                }  # fmt: skip
            assert all(theirs.questions.values())
            project.ask_before(split=True)
            assert loop.run(read_unasked(mine.http)) == layer.unasked == ["delete"]
            loop.run(keep_unasked(mine, ["join", "unknown", "join"]))
            assert layer.unasked == ["join"]
            with pytest.raises(cj.InvalidInput, match=r"no question 'spilt'\. Did you mean 'split'"):
                project.ask_before(spilt=False)

    await asyncio.to_thread(story)
