"""A neuron's life: who made it, how long that took, how it grew, and its joins and splits."""

from __future__ import annotations

import html
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
import pandas as pd

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.api.loop import gather
from catmaid_jupyter.api.place import Place
from catmaid_jupyter.client import history_tables
from catmaid_jupyter.client.frames import COUNT, ID, NM, TEXT, TIME, FrameSchema, frame
from catmaid_jupyter.client.public import Public

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CONTRIBUTORS: Final[FrameSchema] = {
    "user": TEXT,
    "nodes": COUNT,
    "nodes_edited": COUNT,
    "links": COUNT,
    "labels": COUNT,
    "annotations": COUNT,
    "reviews": COUNT,
    "sessions": COUNT,
    "time_spent": "timedelta64[us]",
    "first_time": TIME,
    "last_time": TIME,
}
GROWTH: Final[FrameSchema] = {"version": ID, "time": TIME, "nodes": COUNT, "cable_length": NM}
_UM: Final = 1000.0


@dataclass(frozen=True, eq=False, repr=False)
class NeuronLife(Public):
    """Tables of a neuron's life, as of the time when they were read.

    Attributes
    ----------
    contributors
        By user: user str; nodes, nodes_edited (last edited by this user), links, labels, annotations, reviews int64 of
        what there is; sessions int64; time_spent timedelta64[us], from the first to the last act of each session;
        first_time, last_time datetime64[us, UTC].
    growth
        Size of the neuron from a time on: version int64 (-1 by creation), time datetime64[us, UTC], nodes int64,
        cable_length float64 nm.
    lineage
        Joins and splits of its skeletons, as `Project.lineage` has them.
    """

    name: str
    contributors: pd.DataFrame
    growth: pd.DataFrame
    lineage: pd.DataFrame

    def __repr__(self) -> str:
        nodes = int(self.growth["nodes"].iloc[-1]) if len(self.growth) else 0
        people = "1 contributor" if len(self.contributors) == 1 else f"{len(self.contributors)} contributors"
        return f"<Life of {self.name!r}: {nodes} nodes, {people}, {len(self.lineage)} joins and splits>"

    def _repr_html_(self) -> str:
        """The plot, where matplotlib is installed, and who contributed."""
        try:
            drawn = io.StringIO()
            self.plot().savefig(drawn, format="svg")
            picture = drawn.getvalue().partition("<svg")[1:]
        except InvalidInput:
            picture = ("", "")
        return f"<p>{html.escape(repr(self))}</p>{''.join(picture)}{self.contributors.to_html()}"

    def plot(self) -> Figure:
        """A figure of its growth, with joins and splits as vertical lines, and of what each contributor did.

        `InvalidInput` if matplotlib is not installed.
        """
        try:
            from matplotlib.figure import Figure  # noqa: PLC0415  half a second that few need
        except ImportError:
            raise InvalidInput("The plot needs matplotlib: pip install matplotlib") from None
        figure = Figure(figsize=(9, 3), layout="constrained")
        size, people = figure.subplots(1, 2, width_ratios=(2, 1))
        times = self.growth["time"].dt.tz_localize(None).to_numpy()
        size.step(times, self.growth["cable_length"].to_numpy() / _UM, where="post", color="C0")
        size.set_ylabel("cable, µm", color="C0")
        size.tick_params("x", rotation=30)
        size.set_title(self.name)
        nodes = size.twinx()
        nodes.step(times, self.growth["nodes"].to_numpy(), where="post", color="C1")
        nodes.set_ylabel("nodes", color="C1")
        for time in self.lineage["time"].dt.tz_localize(None).unique():
            size.axvline(time, color="0.8", zorder=0)
        users = self.contributors["user"].tolist()
        rows = np.arange(len(users))
        people.barh(rows - 0.2, self.contributors["nodes"], height=0.4, color="C1", label="nodes")
        people.barh(rows + 0.2, self.contributors["links"], height=0.4, color="C2", label="links")
        people.set_yticks(rows, users)
        people.invert_yaxis()
        people.legend(frameon=False)
        return figure


async def life(place: Place, neuron_id: int, name: str, *, by: str, gap: str | pd.Timedelta) -> NeuronLife:
    """Read a neuron's life (see `Neuron.life`)."""
    place.require_history("the life of neurons")
    path, gap_s = f"neurons/{neuron_id}", history_tables.duration(gap, "gap", "5min").total_seconds()
    people, steps, (lineage, _) = await gather(
        place.read_json("GET", f"{path}/contributors", params={"gap_s": gap_s}),
        place.read_json("GET", f"{path}/growth", params={"by": by}),
        history_tables.lineage(place, neuron_ids=[neuron_id]),
    )
    contributors = {
        **{column: [row[column] for row in people] for column in CONTRIBUTORS if column not in ("user", "time_spent")},
        "user": [row["username"] for row in people],
        "time_spent": pd.Series(pd.to_timedelta([row["seconds"] for row in people], unit="s")),
    }
    growth = {column: [row[column] for row in steps] for column in GROWTH}
    growth["version"] = [-1 if version is None else version for version in growth["version"]]
    return NeuronLife(name, frame(contributors, CONTRIBUTORS), frame(growth, GROWTH), lineage)
