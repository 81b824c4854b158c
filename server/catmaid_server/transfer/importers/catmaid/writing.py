"""From staged rows of CATMAID to our tables, by sets: what belongs to no project, stacks, then project by project.

All is written in the caller's transaction, which is a version. UserMapping must have been settled before (see `users`).
"""

from __future__ import annotations

import time
from collections import Counter

from catmaid_server.db.queries import load
from catmaid_server.db.store import Connection
from catmaid_server.transfer.steps import Steps

sql = load("transfer/catmaid_import")
graph = load("transfer/catmaid_graph")
sampling = load("transfer/catmaid_samplers")
site = load("transfer/catmaid_site")
importing = load("transfer/importing")

MAPS = (
    sql.insert_relations, sql.map_relations, graph.insert_relation_details, graph.insert_classes, graph.map_classes,
    sql.map_entities, sql.map_nodes, sampling.map_samplers, sampling.map_domains, sampling.map_intervals,
)  # fmt: skip
INSERTS = (
    ("neurons", sql.insert_neurons), ("neurons", sql.insert_lone_neurons), ("skeletons", sql.insert_skeletons),
    ("treenodes", sql.insert_treenodes), ("connectors", sql.insert_connectors), ("links", sql.insert_links),
    ("labels", sql.insert_labels), ("node labels", sql.insert_node_labels), ("annotations", sql.insert_annotations),
    ("annotation links", sql.insert_annotation_links), ("reviews", sql.insert_reviews),
    ("log entries", sql.insert_log), ("text labels", sql.insert_text_labels), ("volumes", sql.insert_volumes),
    ("trusted reviewers", sql.insert_whitelist), ("suppressed virtual nodes", sql.insert_suppressed),
    ("deep links", sql.insert_deep_links), ("annotation links", graph.insert_volume_annotations),
    ("class links", graph.insert_class_links), ("restrictions", graph.insert_restrictions),
    ("things of other classes", graph.insert_class_instances), ("links of things", graph.insert_class_instance_links),
    ("landmarks", graph.insert_landmarks), ("landmark groups", graph.insert_landmark_groups),
    ("landmark members", graph.insert_landmark_members), ("landmark group links", graph.insert_landmark_group_links),
    ("landmark points", graph.insert_landmark_points), ("landmark locations", graph.insert_landmark_locations),
    ("landmark group locations", graph.insert_landmark_group_locations), ("point clouds", graph.insert_point_clouds),
    ("cloud points", graph.insert_cloud_points), ("point sets", graph.insert_point_sets),
    ("interpolatable sections", graph.insert_interpolatable_sections), ("regions", graph.insert_regions),
    ("region links", graph.insert_region_links), ("samplers", sampling.insert_samplers),
    ("sampler domains", sampling.insert_domains), ("sampler domain ends", sampling.insert_ends),
    ("sampler intervals", sampling.insert_intervals), ("sampler connectors", sampling.insert_connectors),
)  # fmt: skip
"""What is made, by queries in the order in which rows refer to each other."""

ALWAYS_COUNTED = frozenset(
    {"neurons", "skeletons", "treenodes", "connectors", "links", "labels", "annotations", "reviews", "volumes"}
)
"""What is counted in summaries even where there is none."""


async def write_site(tx: Connection, *, keep: bool) -> None:
    """Write groups, profiles, messages and settings of users, and views of the list of projects."""
    values = {"keep": keep, "source": None}
    for query in (site.map_groups, site.insert_memberships, site.set_primary_groups, site.insert_messages,
                  site.map_datastores, site.insert_client_data, site.map_view_types, site.map_views,
                  site.insert_views, site.insert_profiles):  # fmt: skip
        await tx.execute(query, values)


async def write_stacks(tx: Connection, projects: list[int] | None, *, keep: bool) -> int:
    """Write the stacks that these projects show, or all, with mirrors and groups; the number of those that are new."""
    cursor = await tx.execute(site.insert_stacks, {"projects": projects, "keep": keep})
    stack_ids = [row[0] for row in await cursor.fetchall()]
    for query in (site.insert_mirrors, site.insert_broken, site.insert_stack_groups, site.insert_stack_group_members):
        await tx.execute(query, {"stack_ids": stack_ids, "keep": keep})
    return len(stack_ids)


async def insert_project(tx: Connection, source: int, project_id: int | None, title: str | None = None) -> int:
    """Make the project that the rows call `source`; its id, which is a new one if `project_id` is None."""
    cursor = await tx.execute(site.insert_project, {"source": source, "id": project_id, "title": title})
    row = await cursor.fetchone()
    assert row is not None
    made: int = row[0]
    return made


async def raise_counters(tx: Connection) -> None:
    """Let new ids come after those of the staged rows, which are kept."""
    cursor = await tx.execute(sql.highest_ids)
    row = await cursor.fetchone()
    assert row is not None
    await tx.execute(importing.advance_sequences, {"location_id": row[0], "concept_id": row[1]})


async def write_project(tx: Connection, source: int, project_id: int, *, keep: bool, steps: Steps) -> Counter[str]:
    """Write all rows of one project.

    Parameters
    ----------
    tx
        The transaction, on the connection with the staging tables.
    source, project_id
        Id of the project in the rows, and here.
    keep
        Whether ids are kept; none of them may be used here.
    steps
        Gets the time that each kind of rows takes.

    Returns
    -------
    How many rows were made, by what they are.
    """
    values = {"source": source, "project_id": project_id, "keep": keep}
    made: Counter[str] = Counter()
    await tx.execute(sql.next_project)
    with steps.timed("give ids"):
        for query in MAPS:
            await tx.execute(query, values)
        await tx.execute(sql.analyze)
    for what, query in INSERTS:
        began = time.perf_counter()
        cursor = await tx.execute(query, values)
        if cursor.rowcount:
            steps.add(f"write {what}", time.perf_counter() - began)
        made[what] += cursor.rowcount
    await tx.execute(sampling.link_domains)
    with steps.timed("write stacks"):
        await tx.execute(site.insert_project_stacks, values)
        await tx.execute(site.insert_client_data, values)
    return Counter({what: number for what, number in made.items() if number or what in ALWAYS_COUNTED})


async def write_origins(tx: Connection, source: int, project_id: int, *, url: str, name: str, user_id: int) -> None:
    """Remember which ids the skeletons just written have in the project `source` of the server at `url`."""
    values = {"source": source, "project_id": project_id, "url": url, "name": name, "user_id": user_id}
    await tx.execute(sql.insert_data_source, values)
    await tx.execute(sql.insert_origins, values)


async def left_out(tx: Connection, source: int) -> Counter[str]:
    """Rows of a project that have no table here, by what they are."""
    cursor = await tx.execute(sql.left_out, {"source": source})
    return Counter(dict(await cursor.fetchall()))


async def staged_treenodes(tx: Connection, source: int) -> int:
    """Number of staged treenodes of a project."""
    cursor = await tx.execute(sql.number_of_treenodes, {"source": source})
    row = await cursor.fetchone()
    assert row is not None
    number: int = row[0]
    return number
