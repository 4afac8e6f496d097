"""How often a group is pointed to the private chat: whoever asks is told, nobody can flood it."""

from __future__ import annotations

from collections import deque
from datetime import datetime, timedelta

from bot.interview.ports import Clock

MOST = 5
PERIOD = timedelta(minutes=1)
_MANY_GROUPS = 1_000


class Pointers:
    """Counts what each group was told lately.

    Args:
        clock: the time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._told: dict[int, deque[datetime]] = {}

    def allow(self, group_id: int) -> bool:
        """Whether a group may be told once more; that counts at once."""
        now = self._clock.now()
        told = self._told.get(group_id, deque())
        while told and now - told[0] >= PERIOD:
            told.popleft()
        if len(told) >= MOST:
            return False
        if len(self._told) >= _MANY_GROUPS:
            recent = now - PERIOD
            self._told = {g: times for g, times in self._told.items() if times[-1] > recent}
        told.append(now)
        self._told[group_id] = told
        return True
