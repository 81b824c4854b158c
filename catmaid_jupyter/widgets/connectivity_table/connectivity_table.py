"""A table of the partners of neurons, up and down, with a column for each neuron or group of neurons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Final

import pandas as pd
import traitlets

from catmaid_jupyter.api import loop
from catmaid_jupyter.api.errors import InvalidInput, NotFound
from catmaid_jupyter.client.connectivity.connectivity_tables import partner_table, synapse_table
from catmaid_jupyter.client.neuron_choice import Neurons, neuron_names, skeleton_ids_of
from catmaid_jupyter.client.selection import Selection
from catmaid_jupyter.widgets.connectivity_table.grouping import groups_as_given, groups_by_annotation, notes_on_gone
from catmaid_jupyter.widgets.project_table import ProjectTable, RowPlace, TableContent, TableControl, shown_column
from catmaid_jupyter.widgets.view_state import StateWriter

if TYPE_CHECKING:
    from catmaid_jupyter.widgets.stack_viewer import StackViewer

_TITLES: Final = {"in": "← in", "out": "→ out", "gap": "↔ gap"}
_MOST_COLUMNS: Final = 200
_LONGEST: Final = 300
_GROUPINGS: Final = [("skeleton", "neuron"), ("annotation", "annotation"), ("groups", "given group"), ("none", "none")]


class ConnectivityTable(ProjectTable):
    """Partners of a selection: neurons that make synapses on it (`in`), and those on which it makes some (`out`).

    Parameters
    ----------
    selection
        The neurons; the table follows them.
    viewer
        A viewer of the same project; Enter and double clicks go from synapse to synapse in it.
    groups
        Neurons by name of a group; those of a group are counted together.
    selections
        Selections by name, into which partners can be put; those that are made here come to `selections`.
    traits
        Any trait of this class, such as ``min_synapses=3``.

    Raises
    ------
    InvalidInput
        If a viewer or a selection is of another project, and for `grouping="groups"` without groups.
    NotFound
        For an unknown neuron in a group.
    TypeError
        For an argument that does not exist.
    """

    _label: ClassVar = "Partners"
    _offered: ClassVar = (
        TableControl(trait="show_in", title="in", kind="flag", choices=[]),
        TableControl(trait="show_out", title="out", kind="flag", choices=[]),
        TableControl(trait="show_gap", title="gap junctions", kind="flag", choices=[]),
        TableControl(trait="min_synapses", title="synapses ≥", kind="number", choices=[]),
        TableControl(trait="min_nodes", title="nodes ≥", kind="number", choices=[]),
        TableControl(trait="min_confidence", title="confidence ≥", kind="number", choices=[]),
        TableControl(trait="grouping", title="a column for each", kind="choice", choices=_GROUPINGS),
    )

    show_in = traitlets.Bool(True).tag(sync=True)
    """Whether partners are shown that make synapses on the neurons."""

    show_out = traitlets.Bool(True).tag(sync=True)
    """Whether partners are shown on which the neurons make synapses."""

    show_gap = traitlets.Bool(False).tag(sync=True)
    """Whether partners are shown that have gap junctions with the neurons; these are counted as synapses are."""

    min_synapses = traitlets.Int(1, min=1).tag(sync=True)
    """Fewest synapses of a partner with all of the neurons together."""

    min_nodes = traitlets.Int(0, min=0).tag(sync=True)
    """Fewest treenodes of a partner."""

    min_confidence = traitlets.Int(1, min=1, max=5).tag(sync=True)
    """Links that are less sure do not count."""

    grouping = traitlets.Enum([value for value, _ in _GROUPINGS], "skeleton").tag(sync=True)
    """What has a column: each `skeleton`, each `annotation` of them, each of the given `groups`, or `none`."""

    def __init__(
        self,
        selection: Selection,
        viewer: StackViewer | None = None,
        *,
        groups: Mapping[str, Neurons] | None = None,
        selections: Mapping[str, Selection] | None = None,
        **traits: Any,
    ) -> None:
        self._refuse_unknown(traits)
        place = selection.project.place
        self._groups = {name: skeleton_ids_of(place, members) for name, members in (groups or {}).items()}
        if traits.get("grouping") == "groups" and not self._groups:
            raise InvalidInput("There are no groups: give `groups`, such as groups={'left': [17, 18]}.")
        if self._groups:
            traits = {"grouping": "groups", **traits}
        super().__init__(selection, viewer, selections=selections, **traits)
        if not self._groups:
            usual = [one for one in _GROUPINGS if one[0] != "groups"]
            self.set_trait("controls", [*self.controls[:-1], {**self.controls[-1], "choices": usual}])

    def tell_parts(self, writer: StateWriter, /) -> dict[str, Any]:
        """As of all tables, and the groups."""
        return {**super().tell_parts(writer), "groups": self._groups}

    @classmethod
    def _more_parts(cls, parts: Mapping[str, Any], /) -> dict[str, Any]:
        return {"groups": parts["groups"]}

    @property
    def table(self) -> pd.DataFrame:
        """The partners, read anew, with the thresholds but not the filters of the page.

        relation str (`in`, `out` or `gap`), then the columns of `Project.partners`, in its order; first those of `in`.
        """
        return loop.run(self._partners(self.selection.skeleton_ids))

    async def _partners(self, skeleton_ids: list[int], groups: Mapping[str, list[int]] | None = None) -> pd.DataFrame:
        """The partners, with a column for each group; by default, for each skeleton."""
        place, tables = self.project.place, []
        shown = [name for name in _TITLES if self.trait_values()[f"show_{name}"]]
        # A table without rows has the same columns.
        for relation in shown or ("out",):
            found = await partner_table(place, skeleton_ids, relation, self.min_synapses, self.min_confidence, groups)
            found = found[(found["nodes"] >= self.min_nodes) & (relation in shown)]
            found.insert(0, "relation", pd.Series([relation] * len(found), index=found.index, dtype="str"))
            tables.append(found)
        return pd.concat(tables, ignore_index=True)

    async def _read(self) -> TableContent:
        place, wanted = self.project.place, self.selection.skeleton_ids
        names = await neuron_names(place, wanted) if wanted else {}
        there = [one for one in wanted if one in names]
        notes = await notes_on_gone(place, [one for one in wanted if one not in names])
        if not wanted:
            notes.append("The selection is empty: add neurons to it.")
        groups = await self._columns_of(there)
        titles = {one: f"{names[one][:_LONGEST]}" for one in there}
        if len(groups) > _MOST_COLUMNS:
            notes.append(f"Only the first {_MOST_COLUMNS} of {len(groups):,} have a column; all are counted.")
            groups = dict(list(groups.items())[:_MOST_COLUMNS])
        # Many neurons with a column each are too much for the kernel, too.
        rows = await self._partners(there, {f"of {name}": members for name, members in groups.items()})
        keys = rows["relation"] + " " + rows["skeleton_id"].astype("str")
        shown = [
            shown_column("direction", "Direction", width=82),
            shown_column("name", "Partner", width=120, grow=3),
            shown_column("skeleton_id", "Skeleton", "integer", width=80, rank=3),
            shown_column("nodes", "Nodes", "integer", width=64, rank=2),
            shown_column("synapses", "Synapses", "integer", width=84),
            *(_counted(name, members, titles) for name, members in groups.items()),
        ]
        more = pd.DataFrame({"key": keys, "direction": rows["relation"].map(_TITLES)}, index=rows.index)
        return TableContent(rows.join(more), shown, notes)

    async def _columns_of(self, skeleton_ids: list[int]) -> dict[str, list[int]]:
        """Skeletons that are counted together, by the name of their column."""
        match self.grouping:
            case "skeleton":
                return {str(one): [one] for one in skeleton_ids}
            case "annotation":
                return await groups_by_annotation(self.project.place, skeleton_ids)
            case "groups":
                return groups_as_given(self._groups, skeleton_ids)
            case _:
                return {}

    async def _place_of(self, row: pd.Series, turn: int, /) -> RowPlace:
        own, partner = self.selection.skeleton_ids, [int(row["skeleton_id"])]
        is_in, relation = row["relation"] == "in", "gap" if row["relation"] == "gap" else "out"
        sources, targets = (partner, own) if is_in else (own, partner)
        found = await synapse_table(self.project.place, sources, targets, relation, self.min_confidence)
        if found.empty:
            raise NotFound(f"There are no synapses with skeleton {partner[0]} any more.")
        synapse = found.iloc[turn % len(found)]
        node = int(synapse["post_treenode_id" if is_in else "pre_treenode_id"])
        noun = "Gap junction" if relation == "gap" else "Synapse"
        return RowPlace(
            (float(synapse["x"]), float(synapse["y"]), float(synapse["z"])),
            node,
            f"{noun} {turn % len(found) + 1} of {len(found)}: connector {int(synapse['connector_id'])}.",
        )


def _counted(name: str, members: list[int], titles: Mapping[int, str]) -> Any:
    """The column of a skeleton, or of a group of them."""
    is_one = members == [int(name)] if name.isdecimal() and len(members) == 1 else False
    title = titles[members[0]] if is_one else name[:_LONGEST]
    hint = f"{title} (skeleton {name})" if is_one else f"{title}: {len(members):,} neurons"
    return shown_column(f"of {name}", title, "integer", hint=hint, width=70, rank=4)
