"""Other annotations in the place of some, and neurons annotated with their names."""

from __future__ import annotations

from typing import Any

import pytest

from tests.helpers.answers import is_error
from tests.helpers.arbors import Tracer
from tests.helpers.service import Service


@pytest.fixture
async def tracer(module_service: Service) -> Tracer:
    return Tracer.of(module_service)


async def neuron(tracer: Tracer, *annotations: str, name: str | None = None) -> int:
    """A new skeleton whose neuron bears these."""
    skeleton = await tracer.skeleton_of(await tracer.node())
    if annotations:
        await tracer.annotate(skeleton, *annotations)
    if name is not None:
        await tracer.post(f"neurons/{await neuron_of(tracer, skeleton)}/rename", name=name)
    return skeleton


async def neuron_of(tracer: Tracer, skeleton: int) -> int:
    return int((await tracer.rows("SELECT neuron_id FROM skeleton WHERE id = %s", skeleton))[0][0])


async def replace(tracer: Tracer, old: str, new: str, *skeletons: int) -> Any:
    return await tracer.post(
        "annotations/replace",
        **{"to_remove[0]": old, "to_add[0]": new},
        **{f"target_ids[{n}]": await neuron_of(tracer, skeleton) for n, skeleton in enumerate(skeletons)},
    )


async def test_annotations_are_replaced_where_it_is_asked_for(tracer: Tracer) -> None:
    one, other, bare = await neuron(tracer, "old", "kept"), await neuron(tracer, "old"), await neuron(tracer, "new")
    assert await replace(tracer, "old", "new", one, bare) == {"n_linked_annotations": 1, "n_unlinked_annotations": 0}
    assert set(await tracer.annotations(one)) == {"new", "kept"}
    assert set(await tracer.annotations(other)) == {"old"}
    assert set(await tracer.annotations(bare)) == {"new"}


async def test_an_annotation_that_is_on_nothing_any_more_is_gone(tracer: Tracer) -> None:
    skeleton = await neuron(tracer, "last use")
    assert await replace(tracer, "last use", "brand new", skeleton) == {
        "n_linked_annotations": 1,
        "n_unlinked_annotations": 1,
    }
    assert set(await tracer.annotations(skeleton)) == {"brand new"}
    assert not await tracer.rows("SELECT id FROM annotation WHERE name = 'last use'")


async def test_what_somebody_else_annotated_stays(module_service: Service, tracer: Tracer) -> None:
    admin = Tracer.of(module_service, module_service.admin)
    skeleton = await neuron(tracer)
    await admin.annotate(skeleton, "theirs")
    await neuron(tracer, "mine")
    assert await replace(tracer, "theirs", "mine", skeleton) == {"n_linked_annotations": 0, "n_unlinked_annotations": 0}
    assert set(await tracer.annotations(skeleton)) == {"theirs", "mine"}


async def test_an_unknown_annotation_is_taken_off_nothing(tracer: Tracer) -> None:
    skeleton = await neuron(tracer, "known")
    await replace(tracer, "unheard of", "known", skeleton)
    assert set(await tracer.annotations(skeleton)) == {"known"}


async def test_a_name_that_looks_like_a_counter_is_a_name(tracer: Tracer) -> None:
    """`{n}` counts where annotations are added; names of neurons are what they are."""
    skeleton = await neuron(tracer, name="PN {n5}")
    await tracer.post("annotations/add-neuron-names", **{"skeleton_ids[0]": skeleton})
    assert set(await tracer.annotations(skeleton)) == {"PN {n5}"}


async def test_names_are_added_once_and_marked_as_names(tracer: Tracer) -> None:
    skeletons = [await neuron(tracer, name="twin"), await neuron(tracer, name="twin"), await neuron(tracer, name="one")]
    form = {f"skeleton_ids[{n}]": skeleton for n, skeleton in enumerate(skeletons)}
    first = await tracer.post("annotations/add-neuron-names", **form)
    again = await tracer.post("annotations/add-neuron-names", **form)
    neurons = [await neuron_of(tracer, skeleton) for skeleton in skeletons]
    assert sorted(first["updated_cis"]) == [[neuron_id] for neuron_id in neurons]
    assert again["updated_cis"] == []
    same = await tracer.post("annotations/add-neuron-names", **{"entity_ids[0]": neurons[0]})
    assert same == {"message": "success", "updated_cis": [], "created_meta_links": 0}
    assert [set(await tracer.annotations(skeleton)) for skeleton in skeletons] == [{"twin"}, {"twin"}, {"one"}]
    marks = await tracer.rows(
        "SELECT a.name, m.name FROM annotation_link k JOIN annotation m ON m.id = k.annotation_id"
        "  JOIN annotation a ON a.id = k.target_annotation_id"
        " WHERE a.name IN ('twin', 'one') ORDER BY 1"
    )
    assert marks == [("one", "Name"), ("twin", "Name")]


@pytest.mark.parametrize("form", [{}, {"skeleton_ids[0]": "x"}, {"skeleton_ids[0]": 2**40}], ids=str)
async def test_names_of_nothing_are_refused(tracer: Tracer, form: dict[str, object]) -> None:
    status, body = await tracer.refused("annotations/add-neuron-names", **form)
    assert (status, is_error(body)) == (400, True)
