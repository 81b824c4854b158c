"""What is measured: a folder of CSV tables and the requests that read it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from catmaid_server.demo.specimen import benchmark_arbors

_SIDE_NM = 60_000.0
"""Of the cube in which a million treenodes are."""
_USER_ID = 1
REPOSITORY = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Dataset:
    """Tables to load, requests to send, and what another server did with them, if that is known."""

    folder: Path
    requests: dict[str, dict[str, Any]]
    reference: dict[str, dict[str, dict[str, float]]]


def recorded() -> Dataset | None:
    """The data set that comes with figures of a real CATMAID server, where it lies beside the repository."""
    for candidate in (os.environ.get("CATMAID_SHARED"), str(REPOSITORY.parent / "shared")):
        folder = Path(candidate or "/nowhere") / "benchmark"
        if (folder / "requests.json").is_file():
            requests = json.loads((folder / "requests.json").read_text())["requests"]
            reference = json.loads((folder / "reference.json").read_text())["results"]
            return Dataset(folder, requests, reference)
    return None


def synthetic(folder: Path, millions: float = 1.0) -> Dataset:
    """A data set of the same density and kind, made here; there is nothing to compare its figures with."""
    folder.mkdir(parents=True, exist_ok=True)
    side = _SIDE_NM * millions ** (1 / 3)
    arbors = benchmark_arbors(
        neurons=round(2_000 * millions),
        nodes=round(1_000_000 * millions),
        connectors=round(200_000 * millions),
        user_ids=(_USER_ID,),
        extent_nm=(side, side, side),
    )
    for name in ("treenodes", "connectors", "links", "neurons", "annotations"):
        table = pd.DataFrame(np.asarray(getattr(arbors, name)))
        if name == "treenodes":
            table["parent_id"] = table["parent_id"].astype("Int64").mask(table["parent_id"] < 0)
        table.to_csv(folder / f"{name}.csv", index=False)
    (folder / "users.csv").write_text(f"id,username\n{_USER_ID},admin\n")
    skeleton_ids = arbors.neurons["skeleton_id"]
    middle = {axis: float(np.median(arbors.treenodes[axis])) for axis in "xyz"}
    return Dataset(folder, _requests(middle, skeleton_ids, int(arbors.annotations["annotation_id"][0])), {})


def _requests(middle: dict[str, float], skeleton_ids: Any, annotation_id: int) -> dict[str, dict[str, Any]]:
    requests: dict[str, dict[str, Any]] = {}
    for name, width, depth in (("200", 11_715, 40), ("2000", 35_391, 40), ("10000", 57_820, 280)):
        requests[f"node_list_{name}"] = _post(
            "/1/node/list",
            {
                "left": middle["x"] - width / 2,
                "right": middle["x"] + width / 2,
                "top": middle["y"] - width / 2,
                "bottom": middle["y"] + width / 2,
                "z1": middle["z"],
                "z2": middle["z"] + depth,
                "labels": "false",
            },
        )
    detail = f"/1/skeletons/{skeleton_ids[0]}/compact-detail"
    parts = {"with_connectors": "true", "with_tags": "true"}
    requests["compact_detail_json"] = {"method": "GET", "path": detail, "query": parts}
    requests["compact_detail_msgpack"] = {"method": "GET", "path": detail, "query": parts | {"format": "msgpack"}}
    sources = {f"source_skeleton_ids[{i}]": skeleton_ids[i * (len(skeleton_ids) // 50)] for i in range(50)}
    requests["connectivity_50"] = _post("/1/skeletons/connectivity", {**sources, "boolean_op": "OR"})
    query = "/1/annotations/query-targets"
    requests["query_targets_annotated"] = _post(
        query, {"annotated_with[0]": annotation_id, "types[0]": "neuron", "with_annotations": "true"}
    )
    requests["query_targets_first_500"] = _post(
        query, {"types[0]": "neuron", "range_start": 0, "range_length": 500, "sort_by": "name", "sort_dir": "asc"}
    )
    requests["query_targets_name"] = _post(query, {"name": "Neuron 12", "types[0]": "neuron"})
    return requests


def _post(path: str, form: dict[str, Any]) -> dict[str, Any]:
    return {"method": "POST", "path": path, "form": {name: str(value) for name, value in form.items()}}
