"""What widgets show now, in files: the Jupyter server puts it into notebooks when it saves them.

A page that has no kernel, or does not trust a notebook, shows these in place of the widget. They lie in Jupyter's
runtime folder, which is the user's alone, and are removed when they are old or many.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import re
import tempfile
import time
from pathlib import Path
from typing import Any, Final

from jupyter_core.paths import jupyter_runtime_dir

PNG: Final = "image/png"
HTML: Final = "text/html"
WORKSPACE: Final = "application/vnd.catmaid-jupyter.workspace+json"
"""The state of a workspace, as JSON."""

_ENDINGS: Final = {PNG: ".png", HTML: ".html", WORKSPACE: ".json"}
_MODEL_ID: Final = re.compile(r"[0-9a-f-]{16,64}")
_MOST_DAYS: Final = 30
_MOST_BYTES: Final = 100_000_000


def keep_output(model_id: str, mime_type: str, body: bytes) -> None:
    """Keep what a widget shows, in place of what was kept before.

    model_id : of the widget, as the notebook has it; mime_type : `PNG`, `HTML` or `WORKSPACE`.
    """
    folder = _folder()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(body)
        Path(name).replace(_path(model_id, mime_type))
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    _remove_old(folder)


def kept_output(model_id: object) -> dict[str, Any]:
    """What is kept of a widget, as outputs of notebooks have it: text by MIME type, of pictures in base64, or JSON."""
    if not isinstance(model_id, str) or not _MODEL_ID.fullmatch(model_id):
        return {}
    found: dict[str, Any] = {}
    for mime_type in _ENDINGS:
        with contextlib.suppress(OSError):
            found[mime_type] = _in_notebook(mime_type, _path(model_id, mime_type).read_bytes())
    return found


def _in_notebook(mime_type: str, body: bytes) -> Any:
    if mime_type == WORKSPACE:
        return json.loads(body)
    return base64.b64encode(body).decode() if mime_type == PNG else body.decode()


def _folder() -> Path:
    return Path(jupyter_runtime_dir()) / "catmaid-jupyter-outputs"


def _path(model_id: str, mime_type: str) -> Path:
    return _folder() / f"{model_id}{_ENDINGS[mime_type]}"


def _remove_old(folder: Path) -> None:
    """Remove the oldest files, as far as they are too old or too many; others may remove them, too."""
    files: list[tuple[float, int, Path]] = []
    for path in folder.iterdir():
        with contextlib.suppress(FileNotFoundError):
            status = path.stat()
            files.append((status.st_mtime, status.st_size, path))
    total, oldest = 0, time.time() - _MOST_DAYS * 86_400
    for changed, size, path in sorted(files, reverse=True):
        total += size
        if total > _MOST_BYTES or changed < oldest:
            path.unlink(missing_ok=True)
