"""Keys that a user changes: another session of the user has them, in every project; nobody else has."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

import catmaid_jupyter as cj
from catmaid_jupyter.api import loop
from catmaid_jupyter.client.user_keys import follow_user_keys, keep_user_keys, read_user_keys
from tests.helpers.service import Service


def key_of(project: cj.Project, command: str) -> tuple[str, bool]:
    row = project.keys.set_index("command").loc[command]
    return str(row["keys"]), bool(row["changed"])


async def test_keys_hold_in_every_session_of_their_user(module_service: Service) -> None:
    def story() -> None:
        url = module_service.url
        with cj.connect(url, module_service.tracer.token) as mine, cj.connect(url, module_service.admin.token) as other:
            project, theirs = mine.project("Test"), other.project("Test")
            assert key_of(project, "tracing.parent") == ("[", False)
            project.set_key("tracing.parent", "Shift+P", "f7")
            with cj.connect(url, module_service.tracer.token) as again:
                assert key_of(again.project("Test"), "tracing.parent") == ("shift+p, f7", True)
            assert key_of(theirs, "tracing.parent") == ("[", False)

            # A free key of another command may be taken, and given back.
            project.set_key("tracing.child", "[")
            with pytest.raises(cj.InvalidInput, match=r"\[ stands for tracing\.child"):
                project.reset_keys("tracing.parent")
            project.reset_keys("tracing.parent", "tracing.child")
            assert not project.keys["changed"].any()
            project.set_key("tracing.parent")
            assert key_of(project, "tracing.parent") == ("", True)
            project.reset_keys()
            assert not project.keys["changed"].any()

    await asyncio.to_thread(story)


async def test_wrong_commands_and_keys_are_told_with_what_is_right(module_service: Service) -> None:
    def story() -> None:
        with cj.connect(module_service.url, module_service.tracer.token) as instance:
            project = instance.project("Test")
            with pytest.raises(cj.InvalidInput, match=r"no command 'tracing\.parnt'\. Did you mean 'tracing\.parent'"):
                project.set_key("tracing.parnt", "p")
            with pytest.raises(cj.InvalidInput, match="no command"):
                project.reset_keys("qqq")
            with pytest.raises(cj.InvalidInput, match=r"v stands for tracing\.next_branch .*give that another key"):
                project.set_key("tracing.parent", "v")
            with pytest.raises(cj.InvalidInput, match=r"ctrl\+s saves the notebook"):
                project.set_key("tracing.parent", "Ctrl+S")
            with pytest.raises(cj.InvalidInput, match="'cmd\\+p' is no key"):
                project.set_key("tracing.parent", "cmd+p")
            assert not project.keys["changed"].any()

    await asyncio.to_thread(story)


class Follower:
    """A viewer without pictures."""

    def __init__(self, project: cj.Project) -> None:
        self.project = project
        self.shown: dict[str, list[str]] = {}

    def show_user_keys(self, changed: dict[str, list[str]]) -> None:
        self.shown = changed


async def test_viewers_follow_and_keep_them(module_service: Service) -> None:
    def story() -> None:
        url, token = module_service.url, module_service.tracer.token
        with cj.connect(url, token) as instance, cj.connect(url, module_service.admin.token) as other:
            project = instance.project("Test")
            viewer, stranger = Follower(project), Follower(other.project("Test"))
            follow_user_keys(viewer)
            follow_user_keys(stranger)
            project.set_key("tracing.parent", "&")
            assert (viewer.shown, stranger.shown) == ({"tracing.parent": ["&"]}, {})
            changed: dict[str, Any] = {"tracing.parent": ["j"], "of.another": ["x"], "wrong": 3}
            loop.run(keep_user_keys(instance.http, changed))
            kept = {"tracing.parent": ["j"], "of.another": ["x"]}
            assert loop.run(read_user_keys(instance.http)) == kept
            # What another version knows stays when a key is changed here.
            project.set_key("tracing.child", "&")
            assert viewer.shown == {**kept, "tracing.child": ["&"]}
            project.reset_keys()

    await asyncio.to_thread(story)
