"""The JSON of partners of skeletons, put together from parts: answers have tens of thousands of pairs."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

import msgspec
import numpy as np

from catmaid_server.domain.graph.kept_partners import PartnerPairs


def partners_json(found: Mapping[str, PartnerPairs]) -> bytes:
    """Partners by direction, as `connectivity.Partners`."""
    parts = [f'"{direction}":{_direction(pairs)},{_reviewers(direction, pairs)}' for direction, pairs in found.items()]
    return f"{{{','.join(parts)}}}".encode()


def _direction(pairs: PartnerPairs) -> str:
    if not len(pairs.partners):
        return "{}"
    counts = {place: str(list(pairs.known_counts[place])).replace(" ", "") for place in set(pairs.counts.tolist())}
    sources = {source: f'"{source}":' for source in set(pairs.sources.tolist())}
    each = [
        sources[source] + counts[place]
        for source, place in zip(pairs.sources.tolist(), pairs.counts.tolist(), strict=True)
    ]
    starts = np.flatnonzero(np.diff(pairs.partners, prepend=-1)).tolist()
    partners = pairs.partners[starts].tolist()
    entries = (
        f'"{partner}":{{"num_nodes":{pairs.num_nodes[partner]},"skids":{{{",".join(each[start:end])}}}}}'
        for partner, (start, end) in zip(partners, pairwise([*starts, len(each)]), strict=True)
    )
    return f"{{{','.join(entries)}}}"


def _reviewers(direction: str, pairs: PartnerPairs) -> str:
    return f'"{direction}_reviewers":{msgspec.json.encode(pairs.reviewers).decode()}'
