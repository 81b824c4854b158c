"""JupyterLab as a process of its own, and notebooks in a browser page."""

from __future__ import annotations

import ast
import asyncio
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import nbformat
from aiohttp.test_utils import unused_port
from playwright.async_api import Browser, ConsoleMessage, Error, Page, ViewportSize

from tests.browser.forked_kernels import ForkedKernels
from tests.helpers.patience import PATIENCE_MS, PATIENCE_S

START_S = PATIENCE_S
OPENING_MS = PATIENCE_MS
VIEWPORT: ViewportSize = {"width": 1280, "height": 860}

# Where the thread of ipykernel that sends does not run, as when a kernel ends, whoever has something to say sends it,
# and two messages may mix: the topic of one is where JSON of the other should be. No message of ours looks like that.
_MIXED = re.compile(
    r"Kernel message validation error: .*\"(stream\.std(out|err)|comm-\w+|kernel\.[\w.-]+)\" is not valid JSON"
)

QUIET = {
    "@jupyterlab/apputils-extension:notification": {
        "fetchNews": "false",
        "checkForUpdates": False,
        "doNotDisturbMode": True,
    },
}

# A sign in the browser's tab that the kernel works: it is fetched from the server, twice for each message to a kernel.
WITHOUT = {"disabledExtensions": {"@jupyterlab/application-extension:faviconbusy": True}}

# As `-m jupyterlab`. A grammar that only checks addresses in JSON schemas takes two seconds to import.
START = """import sys
sys.modules["rfc3987_syntax"] = None
from jupyterlab.labapp import main
sys.exit(main())"""

OPEN = """async (path) => {
  const panel = await jupyterapp.commands.execute("docmanager:open", { path, factory: "Notebook" });
  await panel.context.ready;
  await panel.sessionContext.ready;
  await panel.revealed;
}"""

RUN_ALL = """async () => {
  const panel = jupyterapp.shell.currentWidget;
  await jupyterapp.commands.execute("notebook:run-all-cells");
  const outputs = [];
  for (const cell of panel.content.widgets) {
    const model = cell.model.toJSON();
    for (const output of model.outputs ?? []) {
      if (output.output_type === "error") throw new Error(output.traceback.join("\\n"));
      outputs.push(output);
    }
  }
  return outputs.length;
}"""

EXECUTE = """async ([code, expression]) => {
  const { kernel } = jupyterapp.shell.currentWidget.sessionContext.session;
  const asked = expression === null ? {} : { value: expression };
  const future = kernel.requestExecute(
    { code, silent: false, store_history: false, stop_on_error: false, user_expressions: asked }, false);
  return (await future.done).content;
}"""

BEGIN = """(code) => {
  const { kernel } = jupyterapp.shell.currentWidget.sessionContext.session;
  const future = kernel.requestExecute({ code, store_history: false }, false);
  globalThis.runningCell = { done: false };
  const { runningCell } = globalThis;
  future.done.then((reply) => Object.assign(runningCell, { done: true, status: reply.content.status }));
}"""

CLOSE_ALL = """async () => {
  for (const panel of [...jupyterapp.shell.widgets("main")].filter(({ sessionContext }) => sessionContext)) {
    await panel.sessionContext.shutdown();
    panel.dispose();
  }
  localStorage.clear();
  sessionStorage.clear();
}"""

CELLS = """() => jupyterapp.shell.currentWidget?.content?.model?.toJSON?.() ?? null"""


class Lab:
    """A running JupyterLab that knows nothing of the user's settings."""

    def __init__(self, home: Path, data_dir: Path) -> None:
        self.work = home / "work"
        self.log = home / "lab.log"
        self.url = f"http://127.0.0.1:{unused_port()}/"
        settings, workspaces = home / "settings", home / "workspaces"
        for plugin, values in QUIET.items():
            folder, name = plugin.split(":")
            (settings / folder).mkdir(parents=True)
            (settings / folder / f"{name}.jupyterlab-settings").write_text(json.dumps(values))
        labconfig = home / "config" / "labconfig"
        labconfig.mkdir(parents=True)
        (labconfig / "page_config.json").write_text(json.dumps(WITHOUT))
        self.work.mkdir()
        command = [
            sys.executable,
            "-c",
            START,
            "--no-browser",
            "--allow-root",
            "--ip=127.0.0.1",
            f"--port={self.url.rsplit(':', 1)[1].strip('/')}",
            "--ServerApp.port_retries=0",
            f"--ServerApp.root_dir={self.work}",
            "--IdentityProvider.token=",
            "--LabApp.expose_app_in_browser=True",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
            f"--LabApp.user_settings_dir={settings}",
            f"--LabApp.workspaces_dir={workspaces}",
        ]
        places = {f"JUPYTER_{name}_DIR": str(home / name.lower()) for name in ("CONFIG", "DATA", "RUNTIME")}
        environment = {**os.environ, **places, "IPYTHONDIR": str(home / "ipython"), "CATMAID_DATA_DIR": str(data_dir)}
        environment.pop("CATMAID_URL", None)
        self._kernels = ForkedKernels(home / "forked", environment, home / "kernels.log")
        environment["JUPYTER_PATH"] = str(home / "forked")
        with self.log.open("wb") as output:
            self._process = subprocess.Popen(command, env=environment, stdout=output, stderr=output, cwd=self.work)

    async def ready(self) -> None:
        """Wait until it answers."""
        async with asyncio.timeout(START_S), aiohttp.ClientSession(self.url) as session:
            while self._process.poll() is None:
                try:
                    async with session.get("api/status") as answer:
                        if answer.status == 200:
                            return
                except aiohttp.ClientConnectorError:
                    await asyncio.sleep(0.1)
        raise AssertionError(f"JupyterLab did not start:\n{self.log.read_text()}")

    def stop(self) -> None:
        """End it and its kernels."""
        self._process.terminate()
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._kernels.stop()


@asynccontextmanager
async def running_lab(home: Path, data_dir: Path) -> AsyncIterator[Lab]:
    """JupyterLab, ready, for the time of the block."""
    lab = Lab(home, data_dir)
    try:
        await lab.ready()
        yield lab
    finally:
        lab.stop()


async def new_page(browser: Browser, *, ignore_https_errors: bool = False) -> Page:
    """A browser window that shares nothing with others."""
    context = await browser.new_context(viewport=VIEWPORT, ignore_https_errors=ignore_https_errors)
    return await context.new_page()


class Notebook:
    """A notebook in a browser page, and its kernel."""

    def __init__(self, page: Page, lab: Lab, name: str) -> None:
        self.page = page
        self.lab = lab
        self.name = name
        self.console: list[str] = []
        page.on("console", self._said)
        page.on("pageerror", self._failed)

    @classmethod
    async def open(
        cls, browser: Browser, lab: Lab, name: str, cells: Sequence[str], *, ignore_https_errors: bool = False
    ) -> Notebook:
        """Write a notebook, open it in a new browser window, and run it."""
        page = await new_page(browser, ignore_https_errors=ignore_https_errors)
        return await cls.open_in(page, lab, name, cells)

    @classmethod
    async def open_in(cls, page: Page, lab: Lab, name: str, cells: Sequence[str]) -> Notebook:
        """Write a notebook, open it in a page, which may show JupyterLab already, and run it."""
        content = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        content.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(content, lab.work / f"{name}.ipynb")
        notebook = cls(page, lab, f"{name}.ipynb")
        if await page.evaluate("'jupyterapp' in globalThis"):
            await page.evaluate(OPEN, notebook.name)
            await notebook.run()
        else:
            await notebook.load()
        return notebook

    async def leave(self) -> None:
        """End the kernel, close all notebooks of the page, and leave the page to another notebook."""
        await self.page.evaluate(CLOSE_ALL)
        self.page.remove_listener("console", self._said)
        self.page.remove_listener("pageerror", self._failed)

    async def load(self) -> None:
        """Open JupyterLab in the page, again if need be, and run all cells."""
        await self.show()
        await self.run()

    async def show(self) -> None:
        """Open JupyterLab in the page, again if need be."""
        # Each page has a workspace of its own: what is open in another one stays there.
        await self.page.goto(f"{self.lab.url}lab/workspaces/{self.name.removesuffix('.ipynb')}?reset")
        await self.page.wait_for_function("globalThis.jupyterapp?.started", timeout=OPENING_MS)
        await self.page.evaluate("jupyterapp.restored")
        await self.page.evaluate(OPEN, self.name)
        if await self.page.evaluate("!jupyterapp.shell.leftCollapsed"):
            await self.page.evaluate("jupyterapp.commands.execute('application:toggle-left-area')")

    async def run(self) -> None:
        """Run all cells."""
        await self.page.evaluate(RUN_ALL)

    async def restart_kernel(self) -> None:
        """Restart the kernel, which forgets all it had."""
        await self.page.evaluate("jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")

    async def shut_down_kernel(self) -> None:
        """End the kernel, and start no other."""
        await self.page.evaluate("jupyterapp.shell.currentWidget.sessionContext.shutdown()")

    async def value(self, expression: str, code: str = "") -> Any:
        """What an expression is in the kernel, by way of JSON; `code` runs before it."""
        text = f"__import__('json').dumps({expression})"
        content = await self.page.evaluate(EXECUTE, [code, text])
        assert content["status"] == "ok", "\n".join(content.get("traceback", []))
        found = content["user_expressions"]["value"]
        assert found["status"] == "ok", "\n".join(found.get("traceback", []))
        return json.loads(ast.literal_eval(found["data"]["text/plain"]))

    async def becomes(self, expression: str, expected: Any) -> None:
        """Wait until an expression has a value in Python: what a page changes is on its way for a moment."""
        value = await self.value(expression)
        end = time.monotonic() + PATIENCE_S
        while value != expected and time.monotonic() < end:
            await asyncio.sleep(0.02)
            value = await self.value(expression)
        assert value == expected, expression

    async def begin(self, code: str) -> None:
        """Start a cell and do not wait for it."""
        await self.page.evaluate(BEGIN, code)

    async def is_running(self) -> bool:
        """Whether the cell that was started last still runs."""
        return not await self.page.evaluate("runningCell.done")

    async def finish(self) -> None:
        """Wait for the cell that was started last."""
        await self.page.wait_for_function("runningCell.done", timeout=OPENING_MS)

    async def report(self, folder: Path) -> None:
        """Leave behind what is seen: a picture, the notebook with its outputs, and the console."""
        folder.mkdir(parents=True, exist_ok=True)
        stem = self.name.removesuffix(".ipynb")
        await self.page.screenshot(path=folder / f"{stem}.png")
        cells = await self.page.evaluate(CELLS)
        (folder / f"{stem}.ipynb").write_text(json.dumps(cells, indent=1))
        (folder / f"{stem}.console.txt").write_text("\n".join(self.console))

    def uncaught(self) -> list[str]:
        """The errors of the page that nothing has caught."""
        return [line for line in self.console if line.startswith("uncaught")]

    def _said(self, message: ConsoleMessage) -> None:
        self.console.append(f"{message.type}: {message.text}")

    def _failed(self, error: Error) -> None:
        kind = "mixed" if _MIXED.search(str(error)) else "uncaught"
        self.console.append(f"{kind}: {error}")
