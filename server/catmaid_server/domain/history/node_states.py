"""What the treenodes of skeletons ever were: each state, with the versions between which it was so."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from catmaid_server.db.queries import load
from catmaid_server.db.rows import fetch_all, fetch_value
from catmaid_server.db.store import Connection
from catmaid_server.domain.errors import InvalidInput
from catmaid_wire.columns import NODE_STATES

sql = load("history/node_states")

MOST_STATES = 5_000_000


async def node_states(connection: Connection, project_id: int, skeleton_ids: Sequence[int]) -> dict[str, NDArray[Any]]:
    """The states that treenodes had while they were of skeletons, as columns of `NODE_STATES`.

    By skeleton, treenode and version; of skeletons that the project never had, none. `InvalidInput` if there are more
    than 5,000,000.
    """
    wanted = sorted(set(skeleton_ids))
    which = {"project_id": project_id, "skeleton_ids": wanted}
    count = await fetch_value(connection, sql.count, **which, most=MOST_STATES)
    if count > MOST_STATES:
        raise InvalidInput(
            f"The treenodes of these {len(wanted)} skeletons had more than {MOST_STATES:,} states: ask "
            "for fewer skeletons."
        )
    [columns] = await fetch_all(connection, sql.states, prepare=False, **which)
    return {
        name: np.frombuffer(column or b"", np.dtype(dtype).newbyteorder(">")).astype(dtype)
        for (name, dtype), column in zip(NODE_STATES.items(), columns, strict=True)
    }
