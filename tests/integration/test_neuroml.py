"""Skeletons with their synapses as NeuroML."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from tests.helpers.arbors import UNCHECKED, Tracer
from tests.helpers.service import Service

NET = "{http://morphml.org/networkml/schema}"


@pytest.fixture
async def tracer(module_service: Service) -> Tracer:
    return Tracer.of(module_service)


async def circuit(tracer: Tracer) -> list[int]:
    """Two skeletons that synapse onto a third."""
    target = await tracer.chain(3)
    skeletons = [await tracer.skeleton_of(target[0])]
    for _ in range(2):
        source = await tracer.chain(2, y=100)
        skeletons.append(await tracer.skeleton_of(source[0]))
        connector = await tracer.connector(source[1])
        await tracer.post(
            "link/create", from_id=target[2], to_id=connector, link_type="postsynaptic_to", state=UNCHECKED
        )
    return skeletons


async def exported(tracer: Tracer, **form: object) -> ET.Element:
    return ET.fromstring(await tracer.post("neuroml/neuroml_level3_v181", **form))


async def test_synapses_among_the_skeletons_only(tracer: Tracer) -> None:
    target, first, second = await circuit(tracer)
    document = await exported(tracer, mode=0, **{"skids[0]": target, "skids[1]": second})
    assert [(found.get("source"), found.get("target")) for found in document.iter(f"{NET}projection")] == [
        (f"sk_{second}", f"sk_{target}")
    ]
    assert len(list(document.iter(f"{NET}population"))) == 2
    assert first


async def test_inputs_from_all_or_from_some(tracer: Tracer) -> None:
    target, first, second = await circuit(tracer)
    document = await exported(tracer, mode=1, **{"skids[]": target})
    assert [given.get("name") for given in document.iter(f"{NET}input")] == [f"sk_{first}", f"sk_{second}"]
    document = await exported(tracer, mode=2, **{"skids[]": target, "inputs[]": second})
    assert [given.get("name") for given in document.iter(f"{NET}input")] == [f"sk_{second}"]


async def test_one_skeleton(tracer: Tracer) -> None:
    target, *_ = await circuit(tracer)
    text = await tracer.get(f"skeleton/{target}/neuroml")
    assert [cell.get("name") for cell in ET.fromstring(text).iter("{http://morphml.org/neuroml/schema}cell")] == [
        f"sk_{target}"
    ]


@pytest.mark.parametrize(("form", "expected"), [
    ({"skids": "1"}, 400), ({"skids": "1", "mode": "3"}, 400), ({"mode": "0"}, 400),
    ({"skids[0]": "1", "skids[1]": "2", "mode": "1"}, 400), ({"skids": "99999999", "mode": "0"}, 404),
])  # fmt: skip
async def test_what_cannot_be_written_is_refused(tracer: Tracer, form: dict[str, str], expected: int) -> None:
    status, _ = await tracer.refused("neuroml/neuroml_level3_v181", **form)
    assert status == expected
