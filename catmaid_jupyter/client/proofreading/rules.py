"""Rules for points to proofread, as people give them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields
from numbers import Real
from typing import Any, Final

from catmaid_jupyter.api.errors import InvalidInput
from catmaid_jupyter.client.naming import did_you_mean
from catmaid_jupyter.model.proofreading import ProofreadingRules

RULES: Final = tuple(field.name for field in fields(ProofreadingRules))


def proofreading_rules(given: Mapping[str, Any]) -> ProofreadingRules:
    """The rules of keyword arguments; `InvalidInput` for a rule that does not exist or cannot be."""
    for name in given:
        if name not in RULES:
            advice = did_you_mean(name, RULES) or f" There are: {', '.join(RULES)}."
            raise InvalidInput(f"There is no rule {name!r:.100} for points to proofread.{advice}")
    rules = dict(given)
    for name in ("jump", "twigless"):
        length = rules.get(name)
        is_length = isinstance(length, Real) and not isinstance(length, bool) and 0 <= float(length) < float("inf")
        if length is not None and not is_length:
            raise InvalidInput(f"{name} is a length in nm, or None for one that fits the neuron, not {length!r:.60}.")
    below = rules.get("confidence_below", 5)
    if isinstance(below, bool) or not isinstance(below, int) or not 1 <= below <= 5:
        raise InvalidInput(f"confidence_below is 1 (none) to 5, not {below!r:.60}.")
    if "tags" in rules:
        tags = rules["tags"]
        if isinstance(tags, str) or not isinstance(tags, Iterable):
            raise InvalidInput(f"tags is a list of tags: [{tags!r:.60}].")
        rules["tags"] = tuple(str(tag) for tag in tags)
    return ProofreadingRules(**rules)
