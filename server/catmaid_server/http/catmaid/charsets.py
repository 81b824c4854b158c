"""The charsets in which forms may come: those whose text is read in a time that grows no faster than its length."""

from __future__ import annotations

import codecs
from typing import Final

_KNOWN: Final = frozenset(
    [
        "ascii",
        "utf-8",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "utf-32-le",
        "utf-32-be",
        "gb18030",
        "gbk",
        "gb2312",
    ]
    + ["big5", "shift_jis", "euc_jp", "euc_kr", "koi8-r", "koi8-u", "mac-roman"]
    + [f"iso8859-{number}" for number in range(1, 17) if number != 12]
    + [f"cp{number}" for number in range(1250, 1259)]
)
"""Python knows more: of those, `punycode` takes minutes for a megabyte."""


def codec_of(charset: str) -> str:
    """Python's name of a charset; raises `LookupError` for one in which no form may come."""
    name = codecs.lookup(charset).name
    if name not in _KNOWN:
        raise LookupError(f"{charset!r} is no charset of forms; send UTF-8")
    return name
