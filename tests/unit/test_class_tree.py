"""Ontologies as trees of classes: what may hang on what, and the paths down."""

from __future__ import annotations

import pytest

from catmaid_server.domain.ontology.class_tree import ELEMENT, ChildLimit, ChildType, ClassLink, ClassTree, has_enough

NAMES = {1: "brain", 2: "region", 3: "lobe", 4: "bulb", 5: "layer", 6: "tissue"}
IS_A, PART_OF = 10, 11


def part_of(link_id: int, class_a: int, class_b: int, *limits: ChildLimit) -> ClassLink:
    return ClassLink(link_id, PART_OF, "part_of", class_a, class_b, limits)


def is_a(link_id: int, class_a: int, class_b: int) -> ClassLink:
    return ClassLink(link_id, IS_A, "is_a", class_a, class_b)


TREE = ClassTree(NAMES, [part_of(20, 2, 1), is_a(21, 3, 2), is_a(22, 4, 2), part_of(23, 5, 4), part_of(24, 6, 2)])
"""A brain has regions, which are lobes or bulbs; bulbs have layers, and all regions have tissue."""


def named(tree: ClassTree, root: int, *, add_inner: bool) -> set[str]:
    return {",".join(tree.names[step.class_a_id] for step in path) for path in tree.paths(root, add_inner=add_inner)}


def test_sub_classes_stand_for_their_class() -> None:
    found = TREE.choices(1, [])
    assert [(choice.group, choice.class_name) for choice in found] == [("region", "lobe"), ("region", "bulb")]


def test_what_hangs_on_a_class_hangs_on_its_sub_classes() -> None:
    assert [(choice.group, choice.class_name) for choice in TREE.choices(4, [])] == [
        (ELEMENT, "layer"),
        (ELEMENT, "tissue"),
    ]
    assert [choice.class_name for choice in TREE.choices(3, [])] == ["tissue"]


def test_a_circle_of_classes_ends() -> None:
    circle = ClassTree(NAMES, [is_a(1, 2, 3), is_a(2, 3, 2), part_of(3, 2, 3), part_of(4, 3, 2)])
    assert {choice.class_name for choice in circle.choices(2, [])} == {"region", "lobe"}
    assert all(len(path) <= len(NAMES) for path in circle.paths(2, add_inner=True))


def test_paths_go_down_to_the_leaves() -> None:
    assert named(TREE, 1, add_inner=False) == {"lobe,tissue", "bulb,layer", "bulb,tissue"}
    assert named(TREE, 1, add_inner=True) == {"lobe", "bulb", "lobe,tissue", "bulb,layer", "bulb,tissue"}
    assert named(TREE, 5, add_inner=True) == set()


@pytest.mark.parametrize(("limit", "full"), [
    (ChildLimit(0, 2), True), (ChildLimit(0, 3), False), (ChildLimit(1, 2), True), (ChildLimit(2, 1), False),
    (ChildLimit(3, 1), True), (ChildLimit(3, 2), False), (ChildLimit(4, 1), True), (ChildLimit(5, 1), False),
])  # fmt: skip
def test_limits_count_all_or_each_class(limit: ChildLimit, full: bool) -> None:
    present = [ChildType(3, PART_OF), ChildType(4, PART_OF), ChildType(3, IS_A)]
    assert has_enough(limit, ChildType(3, PART_OF), present) is full


def test_a_choice_is_disabled_when_there_is_enough_of_it() -> None:
    tree = ClassTree(NAMES, [part_of(20, 2, 1, ChildLimit(4, 1)), is_a(21, 3, 2), is_a(22, 4, 2)])
    found = {choice.class_name: choice.disabled for choice in tree.choices(1, [ChildType(3, PART_OF)])}
    assert found == {"lobe": True, "bulb": False}
