"""The pack that a page carries: JSON and bytes, deflated, as base64.

Inflated, it is the length of the JSON (uint32, little-endian), the JSON, and the bytes, in which the JSON has spans:
start and length.
"""

from __future__ import annotations

import base64
import json
import struct
import zlib
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from catmaid_jupyter.publishing.saved_models import SavedModel
from catmaid_jupyter.widgets.static import bundle


class PagePack:
    """Models and the modules that they need."""

    def __init__(self, models: Sequence[SavedModel]) -> None:
        self._bytes = bytearray()
        self._spans: dict[bytes, tuple[int, int]] = {}
        names = sorted({model.module for model in models})
        modules = {name: self._span(bundle(name).read_bytes()) for name in names}
        content = {"modules": modules, "models": {model.model_id: self._described(model) for model in models}}
        body = json.dumps(content, default=_plain, separators=(",", ":"), allow_nan=False).encode()
        self._all = struct.pack("<I", len(body)) + body + bytes(self._bytes)

    def base64(self) -> str:
        """The pack as a page has it."""
        return base64.b64encode(zlib.compress(self._all)).decode("ascii")

    def _described(self, model: SavedModel) -> dict[str, Any]:
        answers = [
            {
                "method": answer.method,
                "params": answer.params,
                "result": answer.result,
                "buffers": [self._span(one) for one in answer.buffers],
            }
            for answer in model.answers
        ]
        return {"module": model.module, "state": model.state, "answers": answers}

    def _span(self, part: bytes) -> tuple[int, int]:
        """Where bytes are; what several answers have is there once."""
        content = bytes(part)
        if content not in self._spans:
            self._spans[content] = (len(self._bytes), len(content))
            self._bytes += content
        return self._spans[content]


def size_in_page(parts: Iterable[bytes]) -> int:
    """About how many bytes of a page parts take."""
    return len(zlib.compress(b"".join(parts))) * 4 // 3


def model_size(model: SavedModel) -> int:
    """About how many bytes of a page a model takes, without its module."""
    described = [{"params": one.params, "result": one.result} for one in model.answers]
    text = json.dumps([model.state, described], default=_plain).encode()
    return size_in_page([text, *dict.fromkeys(part for answer in model.answers for part in answer.buffers)])


def modules_size(models: Iterable[SavedModel]) -> int:
    """About how many bytes of a page the programs of models take."""
    return size_in_page(bundle(name).read_bytes() for name in sorted({model.module for model in models}))


def _plain(value: Any) -> Any:
    """Numbers and arrays of numpy as JSON has them."""
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"{type(value).__name__} is no JSON")
