"""Rate limits as Discord has them: so many calls in a window, announced in every answer."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass


@dataclass
class _Window:
    ends: float = 0.0
    used: int = 0


class Buckets:
    """Counts calls.

    Args:
        limit: calls in one window.
        seconds: its length; Discord's own for messages is five in five seconds.

    `broken` counts the calls beyond a limit. Whoever heeds the announcements makes none.
    """

    def __init__(self, limit: int = 5, seconds: float = 0.3) -> None:
        self._limit = limit
        self._seconds = seconds
        self._windows: dict[str, _Window] = {}
        self.broken = 0

    def take(self, name: str) -> tuple[float, dict[str, str]]:
        """Count a call, and return how long it should have waited, and what to announce.

        Args:
            name: the calls that share a limit.
        """
        now = asyncio.get_running_loop().time()
        window = self._windows.setdefault(name, _Window())
        if now >= window.ends:
            window.ends, window.used = now + self._seconds, 0
        wait = window.ends - now
        if window.used == self._limit:
            self.broken += 1
            return wait, {}
        window.used += 1
        return 0, {
            "X-RateLimit-Bucket": "messages",
            "X-RateLimit-Limit": str(self._limit),
            "X-RateLimit-Remaining": str(self._limit - window.used),
            "X-RateLimit-Reset-After": f"{wait:.3f}",
            "X-RateLimit-Reset": "0",
        }
