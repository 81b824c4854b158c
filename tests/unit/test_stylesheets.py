"""All style sheets of a page are one: what those of a widget say is for widgets of their own kind only."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.helpers.folders import REPOSITORY

SOURCES = REPOSITORY / "js" / "src"
SHEETS = [sheet for sheet in sorted(SOURCES.glob("*/**/*.css")) if sheet.relative_to(SOURCES).parts[0] != "shared"]


def selectors_of(text: str) -> list[str]:
    heads = [head.strip() for head in re.findall(r"([^{}]+)\{", re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL))]
    rules = [head for head in heads if not head.startswith("@")]
    # Commas within brackets do not end a selector; steps of animations are none.
    selectors = [one.strip() for head in rules for one in re.sub(r"\([^()]*\)", "()", head).split(",")]
    return [selector for selector in selectors if not re.fullmatch(r"from|to|\d+%", selector)]


@pytest.mark.parametrize("sheet", SHEETS, ids=lambda sheet: sheet.stem)
def test_each_rule_begins_with_the_class_of_its_widget(sheet: Path) -> None:
    root = f".cj-{sheet.relative_to(SOURCES).parts[0]}"
    selectors = selectors_of(sheet.read_text().replace(f":where({root})", root))
    assert [selector for selector in selectors if not selector.startswith(root)] == []
    assert selectors
