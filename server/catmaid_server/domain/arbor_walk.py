"""Walks on one arbor by node ids: to the next branch or end, back to the previous branch or the root.

`catmaid_wire.arbor` has the same tree as arrays, for measures of many nodes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping


class ArborWalk:
    """A rooted tree of node ids, with the children of each."""

    def __init__(self, parents: Mapping[int, int | None]) -> None:
        self.parents = parents
        self.children: dict[int, list[int]] = defaultdict(list)
        for node, parent in parents.items():
            if parent is not None:
                self.children[parent].append(node)

    @property
    def root(self) -> int:
        """The node without parent."""
        return next(node for node, parent in self.parents.items() if parent is None)

    def subarbor(self, node: int) -> list[int]:
        """A node and everything distal to it, parents before their children."""
        found, stack = [], [node]
        while stack:
            found.append(stack.pop())
            stack.extend(self.children.get(found[-1], ()))
        return found

    def path_to_end_or_branch(self, node: int) -> list[int]:
        """The nodes from `node` on, itself included, to the first that has no child or several."""
        path = [node]
        while len(below := self.children.get(path[-1], [])) == 1:
            path.append(below[0])
        return path

    def path_to_previous_branch_or_root(self, node: int) -> list[int]:
        """The nodes proximal to `node` to the nearest that has several children or no parent; none for a root."""
        path: list[int] = []
        while (parent := self.parents[path[-1] if path else node]) is not None:
            path.append(parent)
            if len(self.children[parent]) > 1:
                break
        return path

    def is_end(self, node: int) -> bool:
        """Whether a node has one neighbour or none."""
        return len(self.children.get(node, ())) + (self.parents[node] is not None) <= 1

    def branches(self, node: int) -> list[int]:
        """The children of a node, the one with most nodes before ends, itself included, first."""
        sizes = {
            child: sum(bool(self.children.get(distal)) for distal in self.subarbor(child))
            for child in self.children.get(node, [])
        }
        return sorted(sizes, key=lambda child: (-sizes[child], child))

    def distances(self, node: int) -> dict[int, int]:
        """How many edges it is from `node` to each node of the arbor."""
        found = {node: 0}
        front = [node]
        while front:
            front = list(self._unseen_neighbours(front, found))
        return found

    def _unseen_neighbours(self, front: Iterable[int], found: dict[int, int]) -> Iterable[int]:
        for node in front:
            parent = self.parents[node]
            for near in (*self.children.get(node, ()), *(() if parent is None else (parent,))):
                if near not in found:
                    found[near] = found[node] + 1
                    yield near
