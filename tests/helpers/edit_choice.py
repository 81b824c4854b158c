"""What a request that writes is made up from: the ids that there are in a project, and chance."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

Form: TypeAlias = dict[str, object]
Request: TypeAlias = tuple[str, str, Form]
"""Method, path below that of the project, and form; `bytes` in it are a file."""

IDS = """
SELECT (SELECT array_agg(id ORDER BY id) FROM treenode WHERE project_id = %(project_id)s) AS treenode,
       (SELECT array_agg(ARRAY[id, parent_id] ORDER BY id) FROM treenode
         WHERE project_id = %(project_id)s AND parent_id IS NOT NULL) AS edge,
       (SELECT array_agg(id ORDER BY id) FROM skeleton WHERE project_id = %(project_id)s) AS skeleton,
       (SELECT array_agg(id ORDER BY id) FROM neuron WHERE project_id = %(project_id)s) AS neuron,
       (SELECT array_agg(id ORDER BY id) FROM connector WHERE project_id = %(project_id)s) AS connector,
       (SELECT array_agg(ARRAY[connector_id, treenode_id] ORDER BY id) FROM connector_link
         WHERE project_id = %(project_id)s) AS link,
       (SELECT array_agg(id ORDER BY id) FROM annotation WHERE project_id = %(project_id)s) AS annotation,
       (SELECT array_agg(id ORDER BY id) FROM label WHERE project_id = %(project_id)s) AS label,
       (SELECT array_agg(id ORDER BY id) FROM volume WHERE project_id = %(project_id)s) AS volume,
       (SELECT array_agg(entity_id ORDER BY id) FROM volume WHERE project_id = %(project_id)s) AS volume_entity,
       (SELECT array_agg(id ORDER BY id) FROM text_label WHERE project_id = %(project_id)s) AS text_label,
       (SELECT array_agg(id ORDER BY id) FROM point_cloud WHERE project_id = %(project_id)s) AS point_cloud,
       (SELECT array_agg(id ORDER BY id) FROM landmark WHERE project_id = %(project_id)s) AS landmark,
       (SELECT array_agg(id ORDER BY id) FROM landmark_group WHERE project_id = %(project_id)s) AS landmark_group,
       (SELECT array_agg(id ORDER BY id) FROM landmark_group_link WHERE project_id = %(project_id)s) AS group_link,
       (SELECT array_agg(ARRAY[landmark_id, point_id] ORDER BY id) FROM landmark_location
         WHERE project_id = %(project_id)s) AS landmark_location,
       (SELECT array_agg(id ORDER BY id) FROM landmark_point WHERE project_id = %(project_id)s) AS landmark_point,
       (SELECT array_agg(id ORDER BY id) FROM sampler WHERE project_id = %(project_id)s) AS sampler,
       (SELECT array_agg(ARRAY[d.id, d.start_node_id, e.end_node_id] ORDER BY d.id, e.id)
          FROM sampler_domain d JOIN sampler_domain_end e ON e.domain_id = d.id
         WHERE d.project_id = %(project_id)s) AS domain,
       (SELECT array_agg(ARRAY[s.id, t.id, t.parent_id] ORDER BY s.id, t.id)
          FROM sampler s JOIN treenode t ON t.skeleton_id = s.skeleton_id
         WHERE s.project_id = %(project_id)s AND t.parent_id IS NOT NULL) AS sampled_edge,
       (SELECT array_agg(id ORDER BY id) FROM sampler_interval WHERE project_id = %(project_id)s) AS interval,
       (SELECT array_agg(ARRAY[id, child_id] ORDER BY id) FROM suppressed_virtual_node
         WHERE project_id = %(project_id)s) AS suppressed,
       (SELECT array_agg(id ORDER BY id) FROM class WHERE project_id = %(project_id)s) AS class,
       (SELECT array_agg(id ORDER BY id) FROM class
         WHERE project_id = %(project_id)s AND name ~ '[0-9]') AS new_class,
       (SELECT array_agg(id ORDER BY id) FROM relation WHERE project_id = %(project_id)s) AS relation,
       (SELECT array_agg(id ORDER BY id) FROM class_link WHERE project_id = %(project_id)s) AS class_link,
       (SELECT array_agg(l.id ORDER BY l.id) FROM class_link l JOIN class c ON c.id IN (l.class_a_id, l.class_b_id)
         WHERE l.project_id = %(project_id)s AND c.name ~ '[0-9]') AS new_class_link,
       (SELECT array_agg(id ORDER BY id) FROM cardinality_restriction WHERE project_id = %(project_id)s) AS restriction,
       (SELECT array_agg(l.class_a_id ORDER BY l.id) FROM class_link l JOIN class c ON c.id = l.class_b_id
         WHERE l.project_id = %(project_id)s AND c.name = 'classification_root') AS ontology,
       (SELECT array_agg(id ORDER BY id) FROM class_instance WHERE project_id = %(project_id)s) AS thing,
       (SELECT array_agg(ARRAY[i.id, l.class_a_id, l.relation_id] ORDER BY i.id, l.id)
          FROM class_instance i JOIN class_link l ON l.class_b_id = i.class_id
         WHERE i.project_id = %(project_id)s) AS part_of_thing,
       (SELECT array_agg(id ORDER BY id) FROM class_instance_link WHERE project_id = %(project_id)s) AS thing_link,
       (SELECT array_agg(id ORDER BY id) FROM region_link WHERE project_id = %(project_id)s) AS region_link,
       (SELECT array_agg(stack_id ORDER BY stack_id) FROM project_stack
         WHERE project_id = %(project_id)s) AS stack
"""
"""Query of the ids that there are in a project, by table."""


@dataclass
class Choice:
    """What a request is made up from: the ids that there are, and chance."""

    ids: dict[str, list[Any] | None]
    random: random.Random

    def one(self, table: str) -> Any:
        """One of the ids, or rows of ids, of a table; `LookupError` if there is none."""
        found = self.ids[table]
        if not found:
            raise LookupError(table)
        return self.random.choice(found)

    def some(self, table: str, most: int = 3) -> list[Any]:
        """At least one of the ids of a table."""
        return list(dict.fromkeys(self.one(table) for _ in range(self.random.randint(1, most))))

    def place(self) -> Form:
        return {axis: self.random.randrange(1000) for axis in "xyz"}

    def word(self) -> str:
        return self.random.choice(["DN", "left", "PN", "ends", "soma", "lobe", "stable", "locked"])

    def name(self) -> str:
        return f"{self.word()} {self.random.randrange(10**6)}"

    def number(self, least: int, most: int) -> int:
        return self.random.randint(least, most)

    def rectangle(self) -> Form:
        x, y = self.number(0, 500), self.number(0, 500)
        return {"x_min": x, "x_max": x + 90, "y_min": y, "y_max": y + 80, "z": 0, "zoom_level": 0, "rotation_cw": 0}


EditKind: TypeAlias = Callable[[Choice], Request]
"""Makes up a request of one kind; `LookupError` if there is nothing that it could be about."""


def numbered(name: str, values: list[Any]) -> Form:
    """A list as CATMAID's forms have it: `name[0]`, `name[1]` and so on."""
    return {f"{name}[{index}]": value for index, value in enumerate(values)}


def on(method: str, path: str, table: str, **form: Callable[[Choice], object]) -> EditKind:
    """A request on one thing, whose id stands in the path, or in the field named as `path` ends with `?`."""

    def make(c: Choice) -> Request:
        fields = {name: value(c) for name, value in form.items()}
        place, _, field = path.partition("?")
        one = c.one(table)
        return method, place.format("{0}", one), fields | ({field: one} if field else {})

    return make
