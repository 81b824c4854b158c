"""Neurons go to navis and come back the same. navis is in the clients' environment, and is imported from there."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys

from tests.clients.laboratory import PAIRS, Laboratory

SCRIPT = """
import json, os, sys
sys.path.append(os.environ["CLIENT_PACKAGES"])  # behind our own: what both have is ours
import catmaid_jupyter as cj

given = json.loads(os.environ["GIVEN"])
with cj.connect(given["url"], given["token"]) as instance:
    project = instance.project("Test")
    one = given["skeleton_id"]
    root = project.skeleton(one).root
    project.edit.set_labels(root, ["soma"])
    (neuron,) = project.to_navis(one)
    made = project.upload(neuron)
    nodes, back = project.nodes(one), project.nodes(made)
    columns = ["x", "y", "z", "radius"]
    json.dump(
        {
            "name": neuron.name,
            "names": [project.skeleton(one).name, made["name"].iloc[0]],
            "cable": [float(neuron.cable_length), project.skeleton(one).cable_length],
            "units": str(neuron.units),
            "soma": [int(neuron.soma), root],
            "types": sorted(set(neuron.connectors["type"])),
            "connectors": [len(neuron.connectors), len(project.skeleton(one).connectors)],
            "same": bool((nodes[columns].to_numpy() - back[columns].to_numpy() < 1e-3).all()),
            "tags": project.tags(made)["tag"].tolist(),
        },
        sys.stdout,
    )
"""


async def test_neurons_go_to_navis_and_come_back(laboratory: Laboratory) -> None:
    service = laboratory.service
    (source, *_), *_ = await laboratory.rows(PAIRS)
    (packages,) = (laboratory.python.parent.parent / "lib").glob("python*/site-packages")
    given = {"url": service.url, "token": service.tracer.token, "skeleton_id": source}
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-W",
        "ignore",
        "-c",
        SCRIPT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=os.environ | {"GIVEN": json.dumps(given), "CLIENT_PACKAGES": str(packages), "MPLBACKEND": "agg"},
    )
    out, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()[-4000:]
    found = json.loads(out)
    assert found["names"] == [found["name"]] * 2
    assert abs(found["cable"][0] - found["cable"][1]) < 1e-3 * found["cable"][1]
    assert found["units"] in ("1 nanometer", "nanometer")
    assert found["soma"][0] == found["soma"][1]
    assert "pre" in found["types"]
    assert found["connectors"][0] == found["connectors"][1] > 0
    assert found["same"]
    assert found["tags"] == ["soma"]
