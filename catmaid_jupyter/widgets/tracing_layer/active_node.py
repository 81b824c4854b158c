"""What is active in a tracing layer."""

from __future__ import annotations

import traitlets

from catmaid_jupyter.widgets.shared_traits import SharedInt, SharesTraits


class HasActiveNode(SharesTraits):
    """A layer with an active node, which programs and pages choose."""

    active_node = SharedInt(None, allow_none=True).tag(sync=True)
    """Id of the active treenode or connector, None if there is none. Set it to select a node.

    Where an edge only passes through the section (a virtual node), this is the child of that edge.
    """

    active_skeleton = traitlets.Int(None, allow_none=True).tag(sync=True)
    """Id of the skeleton that is emphasised: that of the active treenode, or one that was set here."""

    active_kind = traitlets.Enum(("treenode", "connector", "virtual"), None, allow_none=True).tag(sync=True)
    """What the active node is."""
