"""Headers of requests that edit, which only this project's own service reads."""

from __future__ import annotations

from typing import Final

IDEMPOTENCY_KEY: Final = "Idempotency-Key"
"""A UUID: a request that comes again with the same key is done once, and answered as the first time."""

KEYS_KEPT_DAYS: Final = 7
"""How long a service remembers the keys of what it wrote."""

EDIT_GROUP: Final = "Edit-Group"
"""A UUID, the same in all requests of one edit: undo and redo take them together."""
