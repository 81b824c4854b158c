"""Projects with real data, made of the files that lie beside the repository."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

import catmaid_jupyter as cj
from catmaid_jupyter.client.space.volume import Volume
from catmaid_server.service.opening import opened_store
from catmaid_server.tiles.imports.stacks import import_stack
from catmaid_server.transfer.importers.connectors import import_connectors
from catmaid_server.transfer.importers.swc import import_swc
from tests.browser.site import Site

NM_PER_VOXEL = 8.0
VNC_RESOLUTION = (4.6, 4.6, 50.0)


async def vnc_in(site: Site, folder: Path, title: str = "VNC") -> cj.Project:
    """A project of the nerve cord, as the three import commands make it; `folder` is `vnc1`."""
    async with opened_store(site.settings) as store:
        await import_stack(
            store,
            site.settings.folder,
            folder / "raw",
            project=title,
            owner="admin",
            resolution_nm=VNC_RESOLUTION,
            file_extension="png",
        )
        await import_swc(store, folder / "skeletons", project=title, user="admin")
        await import_connectors(
            store, folder / "connectors.csv", folder / "connector_links.csv", project=title, user="admin"
        )
    return site.project(title)


async def hemibrain_in(site: Site, folder: Path, work: Path, title: str = "hemibrain") -> cj.Project:
    """A project of the neurons with their synapses, their surfaces as volumes, and the lateral horn."""
    links = pd.read_csv(folder / "synapses_nm.csv").rename(columns={"neuron_id": "skeleton_id"})
    links[["connector_id", "x", "y", "z"]].to_csv(work / "connectors.csv", index=False)
    links[["connector_id", "skeleton_id", "node_id", "relation"]].to_csv(work / "links.csv", index=False)
    async with opened_store(site.settings) as store:
        await import_swc(store, folder / "swc_nm", project=title, user="admin", soma_label=True)
        await import_connectors(store, work / "connectors.csv", work / "links.csv", project=title, user="admin")
    project = site.project(title)
    for file in [*sorted((folder / "meshes").glob("*.obj")), folder / "volumes" / "lh.obj"]:
        surface = Volume.of(file)
        project.add_volume((surface.vertices * NM_PER_VOXEL, surface.faces), file.stem)
    return project
