"""Calls wait in a bounded queue that no conversation can keep others from."""

from __future__ import annotations

import asyncio

import pytest

from engine.errors import OverloadedError
from engine.fair_queue import FairQueue


async def take(queue: FairQueue[str], count: int) -> list[str]:
    """Take calls, each finished before the next one is taken."""
    taken = []
    for _ in range(count):
        conversation, item = await got(queue)
        queue.finished(conversation)
        taken.append(item)
    return taken


async def got(queue: FairQueue[str]) -> tuple[str, str]:
    """Return the next call."""
    async with asyncio.timeout(5):
        taken = await queue.get()
    assert taken is not None
    return taken


def filled(*calls: str, limit: int = 100) -> FairQueue[str]:
    """Return a queue in which calls wait: the conversation's letter, then a number."""
    queue: FairQueue[str] = FairQueue(limit)
    for call in calls:
        queue.put(call[0], call)
    return queue


async def test_conversations_are_served_by_turns() -> None:
    queue = filled("a1", "a2", "a3", "b1", "c1", "c2")
    assert await take(queue, 6) == ["a1", "b1", "c1", "a2", "c2", "a3"]
    assert queue.waiting == 0


async def test_a_conversation_has_one_call_in_work_at_a_time() -> None:
    queue = filled("a1", "a2", "b1")
    conversation, first = await got(queue)
    assert (conversation, first) == ("a", "a1")
    assert await got(queue) == ("b", "b1")
    assert queue.in_work == 2
    waits = asyncio.ensure_future(got(queue))
    await asyncio.sleep(0)
    assert not waits.done()
    queue.finished("a")
    assert await waits == ("a", "a2")


async def test_what_comes_while_a_conversation_is_in_work_comes_after_all_others() -> None:
    queue = filled("a1", "b1")
    await got(queue)
    queue.put("a", "a2")
    queue.put("c", "c1")
    queue.finished("a")
    assert await take(queue, 3) == ["b1", "c1", "a2"]


async def test_who_waits_for_a_call_gets_the_one_that_comes() -> None:
    queue: FairQueue[str] = FairQueue(10)
    waits = asyncio.ensure_future(got(queue))
    await asyncio.sleep(0)
    queue.put("a", "a1")
    assert await waits == ("a", "a1")


async def test_more_than_may_wait_are_refused() -> None:
    queue = filled("a1", "b1", limit=2)
    with pytest.raises(OverloadedError, match="2 calls are waiting"):
        queue.put("c", "c1")
    await got(queue)
    queue.put("c", "c1")
    assert queue.waiting == 2


async def test_one_conversation_cannot_fill_the_queue() -> None:
    queue = filled(*[f"a{number}" for number in range(2)], limit=16)
    with pytest.raises(OverloadedError, match="this conversation"):
        queue.put("a", "a2")
    queue.put("b", "b0")
    await got(queue)
    queue.put("a", "a2")  # there is one less of it that waits


async def test_a_closed_queue_gives_back_what_waits_and_ends_whoever_takes() -> None:
    queue = filled("a1", "a2", "b1")
    await got(queue)
    assert sorted(queue.close()) == ["a2", "b1"]
    queue.finished("a")
    assert await queue.get() is None
    assert queue.waiting == 0


async def test_who_waits_for_a_call_hears_that_the_queue_is_closed() -> None:
    queue: FairQueue[str] = FairQueue(10)
    waits = asyncio.ensure_future(queue.get())
    await asyncio.sleep(0)
    queue.close()
    async with asyncio.timeout(5):
        assert await waits is None
