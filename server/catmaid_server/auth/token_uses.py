"""When API tokens were last used: noted in memory at each request, and written for all of them once in a while."""

from __future__ import annotations

from datetime import UTC, datetime

from catmaid_server.db.store import Store
from catmaid_server.domain.accounts import api_tokens


class TokenUses:
    """The uses of API tokens that this process has seen and not written yet."""

    def __init__(self) -> None:
        self._times: dict[int, datetime] = {}

    def note(self, token_id: int) -> None:
        """Note that a request came with this token."""
        self._times[token_id] = datetime.now(UTC)

    async def write(self, store: Store) -> None:
        """Write the uses that are not written yet; after a failure they are kept for the next call."""
        times, self._times = self._times, {}
        if not times:
            return
        try:
            async with store.reading() as connection:
                await api_tokens.note_uses(connection, times)
        except BaseException:
            self._times = times | self._times
            raise
