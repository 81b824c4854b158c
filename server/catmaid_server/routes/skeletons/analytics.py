"""What may be wrong with skeletons, and sections that cannot be seen."""

from __future__ import annotations

from typing import TypedDict, cast

import msgspec

from catmaid_server.domain.skeletons import analytics, skeleton_info
from catmaid_server.domain.skeletons.analytics import TITLES, BrokenSectionNode, Issue
from catmaid_server.domain.values import required
from catmaid_server.http.call import Call
from catmaid_server.http.routing import NoParameters, Permission, Routes

routes = Routes()


class BrokenSectionSkeletons(msgspec.Struct):
    """Skeletons; all of the project if none is given."""

    skeleton_ids: list[int] = []


class Analyze(msgspec.Struct):
    """Which skeletons to look at."""

    skeleton_ids: list[int] = []
    extra: int = 0
    """Which partners to look at as well: 0 none, 1 those downstream, 2 those upstream, 3 both."""
    adjacents: int = 0
    """How many edges synapses between the same skeletons may reach towards each other to be suspected of being one."""


class Sections(TypedDict):
    """Missing sections by the axis that they cut, nm."""

    x: list[float]
    y: list[float]
    z: list[float]


@routes.post("/{project_id}/analytics/broken-section-nodes", needs=Permission.BROWSE)
async def list_broken_section_nodes(call: Call, form: BrokenSectionSkeletons) -> list[BrokenSectionNode]:
    """List treenodes in sections of a stack that are marked as broken."""
    async with call.reading() as connection:
        return await analytics.broken_section_nodes(connection, call.project_id, form.skeleton_ids)


Analysis = TypedDict(
    "Analysis",
    {
        "issues": list[tuple[int, list[Issue]]],
        "names": dict[int, str],
        "0": str,
        "1": str,
        "2": str,
        "3": str,
        "4": str,
        "5": str,
        "6": str,
        "7": str,
        "8": str,
        "9": str,
    },
)
"""Problems of skeletons, names of their neurons, and under the number of each kind of problem its title."""


@routes.post("/{project_id}/analytics/skeletons", needs=Permission.BROWSE)
async def analyze_skeletons(call: Call, form: Analyze) -> Analysis:
    """Find what may be wrong with skeletons; the kinds of problems are explained under their numbers.

    Returns
    -------
    `issues`: of each skeleton its problems, as (kind, treenode, perhaps what else is known); `names` of neurons by
    skeleton; and under the number of each kind its title.
    """
    ids = required(form.skeleton_ids, "skeleton ID")
    async with call.reading() as connection:
        ids += await analytics.neighbours(connection, call.project_id, ids, form.extra)
        broken = await analytics.broken_section_nodes(connection, call.project_id)
        found = {
            skeleton: await analytics.issues(connection, call.project_id, skeleton, broken, adjacents=form.adjacents)
            for skeleton in dict.fromkeys(ids)
        }
        names = await skeleton_info.neuron_names(connection, call.project_id, ids)
    titles = {str(int(problem)): title for problem, title in TITLES.items()}
    return cast("Analysis", {"issues": [(skeleton, found[skeleton]) for skeleton in ids], "names": names, **titles})


@routes.get("/{project_id}/interpolatable-sections/", needs=Permission.BROWSE)
async def list_interpolatable_sections(call: Call, form: NoParameters) -> Sections:
    """List the missing sections between whose neighbours viewers may interpolate."""
    async with call.reading() as connection:
        found = await analytics.interpolatable_sections(connection, call.project_id)
    return Sections(x=found["x"], y=found["y"], z=found["z"])
