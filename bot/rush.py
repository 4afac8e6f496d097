"""When many speak in the same instant, everybody is shown first that they were heard.

A turn costs several times what it costs to take its message in. Turns that begin while others are
still being taken in would keep them waiting for a sign that the bot is there.

```mermaid
stateDiagram-v2
    [*] --> Calm
    Calm --> Crowded: more than a few are being taken in
    Crowded --> Calm: few are left, or turns have waited long enough
```
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

_A_FEW = 8
"""With so many being taken in turns begin at once: nobody waits for another's connection."""
LONGEST_SECONDS = 1.0


Ring = Callable[[str, str], None]
"""Told the platform and the conversation in which a turn can begin."""


class Rush:
    """Holds turns back while more than a few messages are being taken in.

    Args:
        ring: begins a turn.
        longest: seconds after which turns no longer wait.
    """

    def __init__(self, ring: Ring, longest: float = LONGEST_SECONDS) -> None:
        self._ring = ring
        self._longest = longest
        self._at_it = 0
        self._held: dict[tuple[str, str], None] = {}
        self._release: asyncio.TimerHandle | None = None

    @contextmanager
    def taking(self) -> Iterator[None]:
        """Count as somebody who is being taken in, and shown it, until this is left."""
        self._at_it += 1
        try:
            yield
        finally:
            self._at_it -= 1
            if self._at_it <= _A_FEW:
                self._let_go()

    def ring(self, platform: str, conversation: str) -> None:
        """Begin a turn now, or as soon as the rush is over."""
        if self._at_it <= _A_FEW:
            self._ring(platform, conversation)
            return
        self._held[platform, conversation] = None
        if self._release is None:
            loop = asyncio.get_running_loop()
            self._release = loop.call_later(self._longest, self._let_go)

    def _let_go(self) -> None:
        if self._release is not None:
            self._release.cancel()
            self._release = None
        held, self._held = self._held, {}
        for platform, conversation in held:
            self._ring(platform, conversation)
