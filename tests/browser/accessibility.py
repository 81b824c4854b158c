"""What axe-core finds wrong with a part of a page: labels, roles, contrast, focus."""

from __future__ import annotations

from playwright.async_api import Locator, Page

from tests.helpers.folders import REPOSITORY

AXE = REPOSITORY / "js" / "node_modules" / "axe-core" / "axe.min.js"
THEMES = ("JupyterLab Light", "JupyterLab Dark")
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


async def change_theme(page: Page, theme: str) -> None:
    """Show JupyterLab in one of `THEMES`."""
    await page.evaluate("(theme) => jupyterapp.commands.execute('apputils:change-theme', { theme })", theme)
    await page.wait_for_function("(theme) => document.body.dataset.jpThemeName === theme", arg=theme)


async def problems_in_all_themes(*parts: Locator) -> list[str]:
    """The serious and critical violations in parts of a page in each theme, and parts that do not fit into 400 px."""
    found: list[str] = []
    for theme in THEMES:
        await change_theme(parts[0].page, theme)
        for part in parts:
            found += [f"{theme}: {line}" for line in await problems(part)]
    for part in parts:
        await part.evaluate("root => { root.style.width = '400px'; }")
        if await part.evaluate("root => root.scrollWidth > 400 || root.clientWidth > 400"):
            found.append(f"wider than 400 px: {await part.get_attribute('data-testid')}")
    return found
