"""The requests of a layer's pages about arbors to look at, and about edits: questions and permissions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from catmaid_jupyter.client.user_hints import keep_seen_hints, read_seen_hints
from catmaid_jupyter.client.user_questions import keep_unasked, read_unasked
from catmaid_jupyter.widgets.rpc import Buffers, method
from catmaid_jupyter.widgets.tracing_layer.arbor_previews import join_preview, skeleton_preview, split_preview
from catmaid_jupyter.widgets.tracing_layer.permission import lacking_permissions
from catmaid_jupyter.widgets.tracing_layer.previews import preview_buffers

if TYPE_CHECKING:
    from catmaid_jupyter.client.project import Project


class QuestionMethods:
    """What a page asks before it asks a person."""

    project: Project

    if TYPE_CHECKING:

        def emit(self, event: str, **data: Any) -> None:
            """As a widget does."""

    def show_unasked(self, unasked: list[str]) -> None:
        """Ask these questions no more, and all others; `Project.ask_before` also keeps that."""
        self.emit("unasked", questions=unasked)

    @method
    async def _skeleton_preview(self, params: dict[str, Any]) -> Buffers:
        """An arbor in space: ``{skeleton_id, treenode_id}``, where the treenode, which is marked, may be None."""
        node = params["treenode_id"]
        marked = None if node is None else int(node)
        return preview_buffers(await skeleton_preview(self.project.place, int(params["skeleton_id"]), marked))

    @method
    async def _split_preview(self, params: dict[str, Any]) -> Buffers:
        """What a split makes: ``{skeleton_id, treenode_id}``; see `preview_buffers`."""
        return preview_buffers(
            await split_preview(self.project.place, int(params["skeleton_id"]), int(params["treenode_id"]))
        )

    @method
    async def _join_preview(self, params: dict[str, Any]) -> Buffers:
        """What a join makes: ``{skeleton_ids, treenode_ids}``."""
        (own, other), (near, far) = params["skeleton_ids"], params["treenode_ids"]
        return preview_buffers(await join_preview(self.project.place, (int(own), int(other)), (int(near), int(far))))

    @method
    async def _lacking_permissions(self, _params: dict[str, Any]) -> list[str]:
        """The permissions that the user lacks to edit."""
        return await lacking_permissions(self.project.place)

    @method
    async def _seen_hints(self, _params: dict[str, Any]) -> list[str]:
        """The hints for beginners that the user has seen."""
        return await read_seen_hints(self.project.instance.http)

    @method
    async def _keep_hints(self, params: dict[str, Any]) -> None:
        """Keep which hints the user has seen: ``{hints}``."""
        await keep_seen_hints(self.project.instance.http, map(str, params["hints"]))

    @method
    async def _unasked(self, _params: dict[str, Any]) -> list[str]:
        """The questions that the user does not want."""
        return await read_unasked(self.project.instance.http)

    @method
    async def _ask_no_more(self, params: dict[str, Any]) -> None:
        """Ask a question no more: ``{question}``."""
        instance = self.project.instance
        await keep_unasked(instance, [*await read_unasked(instance.http), str(params["question"])])
