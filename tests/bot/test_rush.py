"""Whoever speaks in a crowd is shown first that they were heard; their turns begin after that."""

from __future__ import annotations

import asyncio
from contextlib import ExitStack

from bot.rush import Rush

A_CROWD = 20


async def test_alone_a_turn_begins_at_once() -> None:
    begun: list[tuple[str, str]] = []
    rush = Rush(lambda *place: begun.append(place))
    with rush.taking():
        rush.ring("telegram", "chat:1")
        assert begun == [("telegram", "chat:1")]


async def test_in_a_crowd_turns_begin_in_order_when_all_but_a_few_were_shown_something() -> None:
    begun: list[str] = []
    rush = Rush(lambda _, conversation: begun.append(conversation))
    crowd = [ExitStack() for _ in range(A_CROWD)]
    for person in crowd:
        person.enter_context(rush.taking())
    for number in range(A_CROWD):
        rush.ring("telegram", f"chat:{number}")
    assert begun == []
    for person in crowd:
        person.close()
    assert begun == [f"chat:{number}" for number in range(A_CROWD)]


async def test_a_conversation_that_is_rung_for_twice_begins_once() -> None:
    begun: list[str] = []
    rush = Rush(lambda _, conversation: begun.append(conversation))
    with ExitStack() as crowd:
        for _ in range(A_CROWD):
            crowd.enter_context(rush.taking())
        rush.ring("telegram", "chat:1")
        rush.ring("telegram", "chat:1")
    assert begun == ["chat:1"]


async def test_no_turn_waits_for_ever_for_somebody_who_cannot_be_shown_anything() -> None:
    begun = asyncio.Event()
    rush = Rush(lambda *_: begun.set(), longest=0.01)
    with ExitStack() as crowd:
        for _ in range(A_CROWD):
            crowd.enter_context(rush.taking())
        rush.ring("telegram", "chat:1")
        assert not begun.is_set()
        await begun.wait()
