"""Fetches updates; the offset moves on only when an update has been committed.

```mermaid
stateDiagram-v2
    [*] --> Fetching
    Fetching --> Taking: updates
    Taking --> Taking: committed, offset moves past it
    Taking --> Resting: not committed, offset stays
    Fetching --> Resting: Telegram cannot be reached
    Resting --> Fetching
```
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta

import structlog
from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.adapters.telegram_adapter.errors import seconds_asked
from bot.adapters.telegram_adapter.wire_bot import RawUpdate, WireBot
from bot.clock import WakingClock
from bot.errors import StorageError
from bot.workers import backoff

log = structlog.get_logger(__name__)

# After a week without updates Telegram numbers the next ones at random, perhaps lower than before:
# an offset that was kept would skip them.
_IDLE = timedelta(days=6)
# Between two fetches that bring nothing, where a server does not wait as it is asked to.
_BREATH_SECONDS = 0.2

_ADVICE: Mapping[type[Exception], str] = {
    Conflict: "another program fetches this bot's updates: end it, or give it a bot of its own",
    InvalidToken: "Telegram no longer knows the token; check AURORA_TELEGRAM_TOKEN",
}

Take = Callable[[Sequence[RawUpdate]], Awaitable[int]]
"""Commits updates and returns how many are done, counted from the first."""


class Polling:
    """Long polling.

    Args:
        bot: the wire.
        take: commits updates; what it cannot read it skips.
        clock: the time.
        wait: seconds that one fetch waits for updates.
    """

    def __init__(self, bot: WireBot, take: Take, clock: WakingClock, wait: int) -> None:
        self._bot = bot
        self._take = take
        self._clock = clock
        self._wait = wait
        # None: Telegram begins with the first that is not confirmed. What was committed before a
        # crash but not confirmed comes again, and the inbox knows it.
        self._offset: int | None = None
        self._latest = clock.now()
        self._failures = 0

    async def run(self) -> None:
        """Fetch until cancelled; trouble is waited out."""
        while True:
            try:
                await self._fetch()
                self._failures = 0
            except (TelegramError, StorageError) as error:
                await self._rest(error)

    async def _fetch(self) -> None:
        began = self._clock.now()
        if began - self._latest > _IDLE:
            self._offset = None
        before = self._offset
        updates = _in_order(await self._bot.raw_updates(before, self._wait))
        done = await self._take(updates) if updates else 0
        for update in updates[:done]:
            self._latest = self._clock.now()
            if (number := _number(update)) is not None:
                self._offset = number + 1
        if done < len(updates):
            raise StorageError("an update could not be committed")
        if updates and self._offset == before:  # without a number none can be confirmed
            await self._clock.sleep(backoff(0))
        elif not updates and self._clock.now() - began < timedelta(seconds=_BREATH_SECONDS):
            await self._clock.sleep(_BREATH_SECONDS)

    async def _rest(self, error: TelegramError | StorageError) -> None:
        asked = isinstance(error, RetryAfter)
        pause = seconds_asked(error) if isinstance(error, RetryAfter) else backoff(self._failures)
        self._failures += not asked
        log.warning(
            "updates.stalled",
            error=type(error).__qualname__,
            advice=_ADVICE.get(type(error), "it goes on by itself"),
            retry_in_s=pause,
        )
        await self._clock.sleep(pause)


def _in_order(updates: Sequence[RawUpdate]) -> Sequence[RawUpdate]:
    """Return updates as Telegram numbered them, whatever order they came in.

    An offset confirms everything before it: what is taken later must have a higher number.
    """
    return sorted(updates, key=lambda update: _number(update) or 0)


def _number(update: RawUpdate) -> int | None:
    number = update.get("update_id")
    return number if isinstance(number, int) else None
