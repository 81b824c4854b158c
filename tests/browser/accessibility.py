"""What axe-core finds wrong with a part of a page: labels, roles, contrast, focus."""

from __future__ import annotations

from playwright.async_api import Locator

from tests.helpers.folders import REPOSITORY

AXE = REPOSITORY / "js" / "node_modules" / "axe-core" / "axe.min.js"
IMPACTS = ("serious", "critical")

RUN = """async (element, impacts) => {
  const { violations } = await axe.run(element, { resultTypes: ["violations"] });
  return violations
    .filter(({ impact }) => impacts.includes(impact))
    .flatMap(({ id, help, nodes }) => nodes.map(({ html, any }) =>
      `${id}: ${help}: ${html.slice(0, 200)} ${any.map(({ message }) => message).join(" ")}`));
}"""


async def problems(part: Locator) -> list[str]:
    """The serious and critical violations in a part of a page, each as one line."""
    if not await part.page.evaluate("'axe' in globalThis"):
        await part.page.evaluate(AXE.read_text())
    found: list[str] = await part.evaluate(RUN, IMPACTS)
    return found
