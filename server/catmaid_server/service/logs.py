"""Logs: one JSON object per line, of all processes in one file, and no secret in it."""

from __future__ import annotations

import logging
import logging.handlers
import re
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import msgspec
import structlog
from aiohttp.http_exceptions import HttpProcessingError

_SECRET_NAME = re.compile(r"token|ticket|cookie|password|secret|authorization", re.IGNORECASE)
_SECRET_IN_TEXT = re.compile(
    r"((?:ticket|token|password|sessionid\w*|csrftoken)\s*=\s*|\b(?:Token|Bearer|Basic)\s+)[^\s&;,'\"]+", re.IGNORECASE
)
_PASSWORD_IN_URL = re.compile(r"(://[^:/\s@]*:)[^/\s@]+(?=@)")
_HIDDEN = "***"
_LARGEST_BYTES = 20 * 1024**2
_KEPT = 5


class _LogFile(logging.handlers.WatchedFileHandler):
    """A log file; a line that cannot be written, as on a full disk, is lost and does not disturb who wrote it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Leave out what no program of HTTP sent: it is answered by 400, quoted in the error, and no fault of ours."""
        error = record.exc_info[1] if record.exc_info else None
        return super().filter(record) is not False and not isinstance(error, HttpProcessingError)

    def emit(self, record: logging.LogRecord) -> None:
        try:
            super().emit(record)
        except OSError:
            self.handleError(record)


def configure(path: Path, level: str, **always: Any) -> None:
    """Send this process's logs (structlog's and the standard library's) to `path`; `always` is in each line."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        without_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = _LogFile(path)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(serializer=_as_json),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for noisy in ("aiohttp.access", "asyncio"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    structlog.contextvars.bind_contextvars(**always)


def rotate(path: Path) -> None:
    """Put a log that has grown large aside; the processes that write it follow by themselves."""
    if not path.exists() or path.stat().st_size < _LARGEST_BYTES:
        return
    for number in range(_KEPT, 0, -1):
        older = path.with_name(f"{path.name}.{number}")
        newer = path.with_name(f"{path.name}.{number - 1}") if number > 1 else path
        if newer.exists():
            newer.replace(older)


def without_secrets(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Hide what a log may not have: values under a telling name, and secrets inside texts."""
    for name, value in event.items():
        if _SECRET_NAME.search(name):
            event[name] = _HIDDEN
        elif isinstance(value, str):
            event[name] = _PASSWORD_IN_URL.sub(rf"\1{_HIDDEN}", _SECRET_IN_TEXT.sub(rf"\1{_HIDDEN}", value))
    return event


def _as_json(event: Any, **_: Any) -> str:
    return msgspec.json.encode(event, enc_hook=str).decode()
