"""How long the client waits for a server that does not answer. All times are seconds."""

from __future__ import annotations

from typing import Final

CONNECT_S: Final = 10.0
"""For a connection, in one attempt."""
ANSWER_S: Final = 120.0
"""For the next part of an answer, in one attempt."""
REQUEST_PAUSES_S: Final = (0.1, 0.4, 1.0)
"""Before each further attempt of a request that may be repeated; then it fails with `Unreachable`.

Reads may be repeated, and writes with a key that the server honours.
"""
OUTAGE_PAUSES_S: Final = (0.25, 0.5, 1.0, 2.0, 5.0)
"""While a service is away, before each further attempt of what waits until it is back; the last one repeats."""
POLL_S: Final = 5.0
"""Between two looks for changes, at servers that do not send them."""
