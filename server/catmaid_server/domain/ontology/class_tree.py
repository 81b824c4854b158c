"""What an ontology allows: which things may hang on which, and the paths from its root down.

An ontology is a tree of classes by relations, in which a class may stand for its sub-classes (those that have the
relation `is_a` to it): what may hang on a class may hang on its sub-classes, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice
from typing import TypeAlias

IS_A = "is_a"
ELEMENT = "Element"
"""The group of choices of those classes that are not one of several sub-classes."""

_DEEPEST = 100
_MOST_PATHS = 10_000


@dataclass(frozen=True)
class ChildLimit:
    """How many things may hang on one thing; `type` as in `ontology_edits.CARDINALITY_TYPES`."""

    type: int
    value: int

    @property
    def is_of_each_class(self) -> bool:
        """Whether it counts each sub-class by itself, not all things that hang on one by the same relation."""
        return self.type in (3, 4, 5)

    @property
    def is_upper(self) -> bool:
        """Whether there can be too many."""
        return self.type in (0, 1, 3, 4)


@dataclass(frozen=True)
class ClassLink:
    """Class a hangs on class b by a relation, as often as the limits allow."""

    id: int
    relation_id: int
    relation: str
    class_a_id: int
    class_b_id: int
    limits: tuple[ChildLimit, ...] = ()


@dataclass(frozen=True)
class ChildType:
    """The class and the relation of one thing that hangs on another."""

    class_id: int
    relation_id: int


@dataclass(frozen=True)
class ChildChoice:
    """A class of which a thing may hang on another by a relation; `group` is what the class is a sub-class of."""

    group: str
    class_id: int
    class_name: str
    relation_id: int
    relation: str
    disabled: bool
    """Whether there are as many already as there may be."""


@dataclass(frozen=True)
class ClassPathStep:
    """One step down an ontology: things of class a hang on things of class b by a relation."""

    class_a_id: int
    class_b_id: int
    relation_id: int


ClassPath: TypeAlias = tuple[ClassPathStep, ...]
"""The steps from the root of an ontology down to one of its classes."""


@dataclass(frozen=True)
class ClassTree:
    """The classes of a workspace, by id, and the links between them."""

    names: Mapping[int, str]
    links: Sequence[ClassLink]

    @cached_property
    def _below(self) -> Mapping[int, list[ClassLink]]:
        found: dict[int, list[ClassLink]] = defaultdict(list)
        for link in self.links:
            if link.relation != IS_A:
                found[link.class_b_id].append(link)
        return found

    @cached_property
    def _sub_class_links(self) -> Mapping[int, list[ClassLink]]:
        found: dict[int, list[ClassLink]] = defaultdict(list)
        for link in self.links:
            if link.relation == IS_A:
                found[link.class_b_id].append(link)
        return found

    @cached_property
    def _super_classes(self) -> Mapping[int, list[int]]:
        found: dict[int, list[int]] = defaultdict(list)
        for link in self.links:
            if link.relation == IS_A:
                found[link.class_a_id].append(link.class_b_id)
        return found

    def super_class(self, class_id: int) -> int | None:
        """What a class is a sub-class of, if anything; of several the first."""
        return next(iter(self._super_classes.get(class_id, ())), None)

    def sub_classes(self, class_id: int) -> list[int]:
        """The classes that are `is_a` this one."""
        return [link.class_a_id for link in self._sub_class_links.get(class_id, ())]

    def links_below(self, class_id: int) -> list[ClassLink]:
        """By which things may hang on those of a class: its own links, and those of what it is a sub-class of."""
        found: list[ClassLink] = []
        seen: set[int] = set()
        todo = [class_id]
        while todo:
            one = todo.pop(0)
            if one not in seen:
                seen.add(one)
                found.extend(self._below.get(one, ()))
                todo.extend(self._super_classes.get(one, ()))
        return found

    def choices(self, class_id: int, children: Iterable[ChildType]) -> list[ChildChoice]:
        """What may hang on a thing of a class that has these children already."""
        present = list(children)
        return [choice for link in self.links_below(class_id) for choice in self._choices_of(link, present)]

    def _choices_of(self, link: ClassLink, present: list[ChildType]) -> Iterator[ChildChoice]:
        ways: list[tuple[str, int, tuple[ClassLink, ...]]] = [
            (self.names[link.class_a_id], sub.class_a_id, (link, sub))
            for sub in self._sub_class_links.get(link.class_a_id, ())
        ] or [(ELEMENT, link.class_a_id, (link,))]
        for group, class_id, passed in ways:
            full = any(
                has_enough(limit, ChildType(class_id, one.relation_id), present)
                for one in passed
                for limit in one.limits
            )
            yield ChildChoice(group, class_id, self.names[class_id], link.relation_id, link.relation, full)

    def paths(self, root_id: int, *, add_inner: bool) -> list[ClassPath]:
        """The paths from a class down to what nothing hangs on; with `add_inner` those that end before, too.

        Of very many paths some are left out.
        """
        return list(islice(self._paths((root_id,), (root_id,), (), add_inner=add_inner), _MOST_PATHS))

    def _paths(
        self, class_ids: tuple[int, ...], passed: tuple[int, ...], so_far: ClassPath, *, add_inner: bool
    ) -> Iterator[ClassPath]:
        """Paths that go on from `so_far`, where what hangs on any of `class_ids` may come next."""
        if len(so_far) == _DEEPEST:
            return
        for link in chain.from_iterable(self._below.get(class_id, ()) for class_id in class_ids):
            subs = self.sub_classes(link.class_a_id)
            for class_a_id in subs or [link.class_a_id]:
                if class_a_id in passed:
                    continue
                path = (*so_far, ClassPathStep(class_a_id, link.class_b_id, link.relation_id))
                onward = (class_a_id, link.class_a_id) if subs else (class_a_id,)
                further = self._paths(onward, (*passed, class_a_id), path, add_inner=add_inner)
                first = next(further, None)
                if add_inner or first is None:
                    yield path
                if first is not None:
                    yield from chain((first,), further)


def has_enough(limit: ChildLimit, child: ChildType, present: Iterable[ChildType]) -> bool:
    """Whether one more child would be more than a limit on its relation allows."""
    if not limit.is_upper:
        return False
    count = sum(
        one.relation_id == child.relation_id and (one.class_id == child.class_id or not limit.is_of_each_class)
        for one in present
    )
    return count >= limit.value
