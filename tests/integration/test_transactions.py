"""What transactions changed can be told afterwards."""

from __future__ import annotations

from typing import Any

from tests.helpers.arbors import UNCHECKED, Tracer
from tests.helpers.service import Service


async def test_a_transaction_tells_whose_skeletons_it_changed(service: Service) -> None:
    tracer = Tracer.of(service)
    one, other = await tracer.chain(2), await tracer.chain(2, y=100)
    await tracer.post("skeleton/join", from_id=one[1], to_id=other[0], annotation_set="{}", state=UNCHECKED)
    await tracer.post("treenode/delete", treenode_id=other[1], state=UNCHECKED)
    listed: dict[str, Any] = await tracer.get("transactions/")
    ids = [transaction["transaction_id"] for transaction in listed["transactions"]]

    async def touched(transaction_id: int) -> list[int]:
        return list(await tracer.get("transactions/skeletons", transaction_id=transaction_id))

    deleted, joined, *traced = [await touched(transaction_id) for transaction_id in ids]
    (left,) = await tracer.get("skeletons/")
    assert deleted == [left]
    assert len(joined) == 2, "the one that stayed, and the one that is gone"
    assert {skeleton_id for touched_by_one in traced[:4] for skeleton_id in touched_by_one} == set(joined)
    status, _ = await service.visitor.request(
        "GET", f"/{service.project_id}/transactions/skeletons?transaction_id={ids[0]}"
    )
    assert status == 403
