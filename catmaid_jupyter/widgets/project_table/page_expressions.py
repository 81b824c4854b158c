r"""Regular expressions as the page reads them (`/…/iu` of JavaScript), for the kernel, which looks through long tables.

Python reads some of the same signs otherwise: its `\w`, `\d` and `\b` know the letters and digits of all scripts,
JavaScript's those of ASCII; `.` and `\s` stand for a few other characters, `$` also for the place before a line break.
`re.ASCII` would not do: it also keeps "É" and "é" apart.
"""

from __future__ import annotations

import re
import sys
from typing import Final

_WORD: Final = r"A-Za-z0-9_\u017f\u212a"
"""With the two letters that are an s and a k in the other case."""
_SPACE: Final = r"\t\n\v\f\r \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff"
_ANY: Final = "(?s:.)"
_NOTHING: Final = "(?!)"

# Without regard to case, Python would find "İ" in [a-z].
_CLASSES: Final = {
    f"\\{sign}": f"(?-i:[{negation}{characters}])"
    for name, characters in (("w", _WORD), ("d", "0-9"), ("s", _SPACE))
    for sign, negation in ((name, ""), (name.upper(), "^"))
}
_AFTER, _BEFORE = f"(?-i:(?<=[{_WORD}]))", f"(?-i:(?=[{_WORD}]))"
_NOT_AFTER, _NOT_BEFORE = f"(?-i:(?<![{_WORD}]))", f"(?-i:(?![{_WORD}]))"
_OUTSIDE: Final = {
    **_CLASSES,
    r"\b": f"(?:{_AFTER}{_NOT_BEFORE}|{_NOT_AFTER}{_BEFORE})",
    r"\B": f"(?:{_AFTER}{_BEFORE}|{_NOT_AFTER}{_NOT_BEFORE})",
    ".": r"[^\n\r\u2028\u2029]",
    "$": r"\Z",
    "(?<": "(?P<",
}
_SIGN: Final = re.compile(r"\\u\{[0-9a-f]+\}|\\k<\w+>|\\.|\(\?<(?![=!])|.", re.IGNORECASE | re.DOTALL)
_SURROGATE: Final = re.compile(r"\\ud[89a-f]", re.IGNORECASE)


def page_expression(source: str) -> re.Pattern[str]:
    """What finds in Python what `new RegExp(source, "iu")` finds in a page; `re.error` if Python cannot do it."""
    if _SURROGATE.search(source):
        raise re.error("Python does not know characters by halves.")
    signs = _SIGN.findall(source)
    signs.reverse()
    found = []
    while signs:
        sign = signs.pop()
        found.append(_class(signs) if sign == "[" else _OUTSIDE.get(sign) or _spelled(sign))
    return re.compile("".join(found), re.IGNORECASE)


def _class(signs: list[str]) -> str:
    """A class in brackets, whose first sign was taken; takes the others, of which the last one comes first."""
    is_negated = signs[-1:] == ["^"]
    if is_negated:
        signs.pop()
    single, choices = "", []
    while (sign := signs.pop() if signs else "") != "]":
        if not sign:
            raise re.error("A class has no end.")
        if sign in _CLASSES:
            choices.append(_CLASSES[sign])
        else:
            # Sets in sets, which Python may know one day, begin with one of these.
            single += f"\\{sign}" if sign in "[&~|^" else _spelled(sign)
    choices += [f"[{single}]"] if single else []
    one = f"(?:{'|'.join(choices) or _NOTHING})"
    return f"(?:(?!{one}){_ANY})" if is_negated else one


def _spelled(sign: str) -> str:
    r"""A sign as Python spells it: `\u{1f600}` is the character itself, `\k<name>` what a group found."""
    if sign.startswith("\\k<"):
        return f"(?P={sign[3:-1]})"
    if sign[:3].lower() != "\\u{":
        return sign
    code = int(sign[3:-1], 16)
    if code > sys.maxunicode:
        raise re.error(f"There is no character {code:x}.")
    return re.escape(chr(code))
