"""Waiting for answers, but not for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from itertools import chain, repeat

import pytest

from bot.errors import EngineUnavailableError
from bot.patience import settle


class Desk:
    """Has as many messages waiting as `counts` says, one count after another; then none."""

    def __init__(self, counts: Iterable[int]) -> None:
        self._counts = iter(counts)
        self._empty = asyncio.Event()

    async def settled(self) -> None:
        await self._empty.wait()

    async def waiting(self) -> int:
        count = next(self._counts, 0)
        if count == 0:
            self._empty.set()
        return count


async def test_as_long_as_there_are_answers_it_goes_on() -> None:
    desk = Desk([3, 3, 2, 2, 2, 1, 1])
    async with asyncio.timeout(10):
        await settle(desk.settled, desk.waiting, period=0.01)


async def test_without_any_answer_it_gives_up_and_says_what_happens() -> None:
    desk = Desk(chain([3], repeat(2)))
    with pytest.raises(EngineUnavailableError, match=r"2 message\(s\) are kept"):
        async with asyncio.timeout(10):
            await settle(desk.settled, desk.waiting, period=0.01)


async def test_an_error_of_the_waiting_itself_is_passed_on() -> None:
    async def broken() -> None:
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        await settle(broken, Desk([1]).waiting, period=10)
