"""Run the notebooks in a demo of their own, and publish each as a page: `python scripts/tutorials.py FOLDER`."""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from pathlib import Path

from catmaid_jupyter.publishing.notebook import publish_notebook
from catmaid_server import service
from tests.helpers.demo import make_demo
from tests.helpers.folders import REPOSITORY
from tests.notebooks.test_notebooks import SPEC


async def main(folder: Path) -> None:
    """Publish all notebooks into a folder."""
    with tempfile.TemporaryDirectory(prefix="catmaid-tutorials-") as work:
        settings = await make_demo(Path(work), SPEC, course=True)
        os.environ["CATMAID_DATA_DIR"] = str(settings.folder)
        try:
            for notebook in sorted((REPOSITORY / "notebooks").glob("*.ipynb")):
                await asyncio.to_thread(publish_notebook, notebook, folder / f"{notebook.stem}.html", sections=1)
        finally:
            await asyncio.to_thread(service.stop, settings)


if __name__ == "__main__":
    given = Path(sys.argv[1])
    given.mkdir(parents=True, exist_ok=True)
    asyncio.run(main(given))
