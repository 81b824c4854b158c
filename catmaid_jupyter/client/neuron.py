"""One neuron."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

import pandas as pd

from catmaid_jupyter.api.errors import NotFound
from catmaid_jupyter.client.frames import ANNOTATIONS, frame
from catmaid_jupyter.edits.neurons import RenameNeuron

if TYPE_CHECKING:
    from catmaid_jupyter.client.project import Project
    from catmaid_jupyter.client.skeleton import Skeleton


class Neuron:
    """A neuron of a project: its name and annotations, and the skeletons that model it."""

    def __init__(self, project: Project, neuron_id: int, name: str) -> None:
        self.project = project
        self.id = neuron_id
        self.name = name
        """The name when it was last read; `rename` changes it."""

    def __repr__(self) -> str:
        return f"<Neuron {self.id} {self.name!r} in {self.project.title!r}>"

    def _repr_html_(self) -> str:
        return f"<b>{html.escape(self.name)}</b> (neuron {self.id})"

    @property
    def skeleton_ids(self) -> list[int]:
        """Ids of the skeletons that model the neuron; `NotFound` if the neuron is gone."""
        return self.project.instance.run(self._skeleton_ids())

    @property
    def skeletons(self) -> list[Skeleton]:
        """The skeletons that model the neuron."""
        return [self.project.skeleton(skeleton_id) for skeleton_id in self.skeleton_ids]

    @property
    def annotations(self) -> pd.DataFrame:
        """Annotations on the neuron: id int64, name str, creator str."""
        return self.project.instance.run(self._annotations())

    def rename(self, name: str) -> None:
        """Give the neuron another name. Raises `NotAllowed`, `NotFound`, `InvalidInput` for an empty one."""
        self.project.instance.run(self.project.edits.apply(RenameNeuron(neuron_id=self.id, name=name)))
        self.name = name

    async def _skeleton_ids(self) -> list[int]:
        path = f"{self.project.id}/neuron/{self.id}/get-all-skeletons"
        return [int(skeleton) for skeleton in await self.project.instance.http.read_json("GET", path)]

    async def _annotations(self) -> pd.DataFrame:
        try:
            skeleton_ids = await self._skeleton_ids()
        except NotFound:
            skeleton_ids = []
        if not skeleton_ids:
            return frame({"id": [], "name": [], "creator": []}, ANNOTATIONS)
        instance = self.project.instance
        path = f"{self.project.id}/skeleton/annotationlist"
        answer = await instance.http.read_json("POST", path, form={"skeleton_ids": skeleton_ids[:1]})
        rows = [row for part in answer["skeletons"].values() for row in part["annotations"]]
        logins = await instance.logins({row["uid"] for row in rows})
        columns = {
            "id": [row["id"] for row in rows],
            "name": [answer["annotations"][str(row["id"])] for row in rows],
            "creator": [logins.get(row["uid"], "") for row in rows],
        }
        return frame(columns, ANNOTATIONS)
