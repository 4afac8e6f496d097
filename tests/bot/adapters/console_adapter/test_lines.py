"""Reading lines from a pipe: any bytes, any length, without blocking, and leaving at any time."""

from __future__ import annotations

import asyncio
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import suppress

import pytest

from bot.adapters.console_adapter.core import ConsoleInput
from bot.adapters.console_adapter.lines import LONGEST_LINE, LineLoop, LineReader
from bot.interview.messages import Action
from tests.support.clock import NOON, FakeClock
from tests.support.console import InstantBot

_PATIENCE_SECONDS = 5.0


@pytest.fixture
def pipe() -> Iterator[tuple[int, int]]:
    """A pipe: the end to read, the end to write."""
    ends = os.pipe()
    yield ends
    with suppress(OSError):
        os.close(ends[1])
    # One that has not begun to read would read from whatever gets the number of this end next.
    for thread in threading.enumerate():
        if thread.name == "console-input":
            thread.join(_PATIENCE_SECONDS)
    with suppress(OSError):
        os.close(ends[0])


def feed(pipe: tuple[int, int], data: bytes) -> LineReader:
    """Write everything and close, as a short pipe does."""
    os.write(pipe[1], data)
    os.close(pipe[1])
    return LineReader(pipe[0])


async def read_all(reader: LineReader) -> list[str]:
    lines = []
    while (line := await reader.next()) is not None:
        lines.append(line)
    return lines


class TestReader:
    @pytest.mark.parametrize(
        ("data", "lines"),
        [
            (b"", []),
            (b"one\ntwo\n", ["one", "two"]),
            (b"no end", ["no end"]),
            (b"\n\nthird", ["", "", "third"]),
            (b"windows\r\n", ["windows"]),
            ("손실\n함수".encode(), ["손실", "함수"]),
            (b"bad \xff\xfe bytes\n", ["bad \ufffd\ufffd bytes"]),
            (b"half \xec\x86", ["half \ufffd"]),
            (b"nul\x00inside\n", ["nul\x00inside"]),
            (b"\xed\xa0\xbd lone\n", ["\ufffd\ufffd\ufffd lone"]),
        ],
    )
    async def test_it_takes_any_bytes(
        self, pipe: tuple[int, int], data: bytes, lines: list[str]
    ) -> None:
        assert await read_all(feed(pipe, data)) == lines

    async def test_a_letter_may_arrive_in_two_halves(self, pipe: tuple[int, int]) -> None:
        reader = LineReader(pipe[0])
        letter = "손".encode()
        os.write(pipe[1], letter[:1])
        waiting = asyncio.ensure_future(reader.next())
        await asyncio.sleep(0)
        os.write(pipe[1], letter[1:] + b"\n")
        assert await waiting == "손"

    async def test_a_line_of_100_kb_arrives_whole(self, pipe: tuple[int, int]) -> None:
        reader = LineReader(pipe[0])
        line = "가" * 33_334
        write = asyncio.to_thread(_write_all, pipe[1], line.encode() + b"\nnext\n")
        arrived, _ = await asyncio.gather(reader.next(), write)
        assert arrived == line
        assert await reader.next() == "next"

    async def test_a_line_without_end_takes_no_more_memory_than_allowed(
        self, pipe: tuple[int, int]
    ) -> None:
        reader = LineReader(pipe[0])
        write = asyncio.to_thread(_write_all, pipe[1], b"a" * (3 * LONGEST_LINE) + b"\nnext\n")
        line, _ = await asyncio.gather(reader.next(), write)
        assert line == "a" * LONGEST_LINE
        assert await reader.next() == "next"

    async def test_waiting_for_a_line_leaves_the_loop_free(self, pipe: tuple[int, int]) -> None:
        reader = LineReader(pipe[0])
        waiting = asyncio.ensure_future(reader.next())
        await asyncio.to_thread(lambda: None)
        assert not waiting.done()
        os.write(pipe[1], b"now\n")
        assert await waiting == "now"

    async def test_a_closed_descriptor_is_the_end(self, pipe: tuple[int, int]) -> None:
        reader = LineReader(pipe[0])
        os.close(pipe[0])
        assert await reader.next() is None

    async def test_stopping_ends_a_wait(self, pipe: tuple[int, int]) -> None:
        reader = LineReader(pipe[0])
        waiting = asyncio.ensure_future(reader.next())
        await asyncio.sleep(0)
        reader.stop()
        assert await waiting is None
        assert await reader.next() is None


def _write_all(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def make_loop(reader: LineReader, *, interactive: bool = False) -> LineLoop:
    return LineLoop(reader, ConsoleInput("ada", FakeClock()), interactive=interactive)


class TestLoop:
    async def test_a_line_becomes_a_message_of_the_person(self, pipe: tuple[int, int]) -> None:
        bot = InstantBot(None)
        await make_loop(feed(pipe, "손실은 오차야\n".encode())).run(bot.submit, bot.settled)
        (inbound,) = bot.inbounds
        assert (inbound.text, inbound.action, inbound.received_at) == ("손실은 오차야", None, NOON)
        assert (inbound.account.platform, inbound.account.external_id) == ("console", "ada")
        assert inbound.conversation == "console:ada"

    async def test_the_same_line_twice_is_two_messages(self, pipe: tuple[int, int]) -> None:
        bot = InstantBot(None)
        await make_loop(feed(pipe, b"a\na\n")).run(bot.submit, bot.settled)
        assert len({inbound.event_id for inbound in bot.inbounds}) == 2

    async def test_a_command_becomes_its_action(self, pipe: tuple[int, int]) -> None:
        bot = InstantBot(None)
        await make_loop(feed(pipe, "/힌트\n/what\n".encode())).run(bot.submit, bot.settled)
        assert [i.action for i in bot.inbounds] == [Action.HINT, Action.HELP]

    async def test_an_empty_line_is_a_message_too(self, pipe: tuple[int, int]) -> None:
        bot = InstantBot(None)
        await make_loop(feed(pipe, b"\n")).run(bot.submit, bot.settled)
        assert bot.texts == [""]

    async def test_nothing_is_read_behind_the_wish_to_leave(self, pipe: tuple[int, int]) -> None:
        bot = InstantBot(None)
        await make_loop(feed(pipe, b"a\n/quit\nb\n")).run(bot.submit, bot.settled)
        assert bot.texts == ["a"]

    async def test_from_a_pipe_lines_are_taken_before_any_is_answered(
        self, pipe: tuple[int, int]
    ) -> None:
        bot = InstantBot(None)
        bot.may_answer.clear()
        running = asyncio.ensure_future(
            make_loop(feed(pipe, b"a\nb\nc\n")).run(bot.submit, bot.settled)
        )
        await bot.has(3)
        assert not running.done()
        bot.may_answer.set()
        await running
        assert bot.texts == ["a", "b", "c"]

    async def test_at_a_terminal_each_line_waits_for_its_answer(
        self, pipe: tuple[int, int]
    ) -> None:
        bot = InstantBot(None)
        loop = make_loop(feed(pipe, b"a\nb\n"), interactive=True)
        running = asyncio.ensure_future(loop.run(bot.submit, bot.settled))
        await bot.has(1)
        bot.may_answer.clear()
        await asyncio.to_thread(lambda: None)
        assert bot.texts == ["a"]
        bot.may_answer.set()
        await running
        assert bot.texts == ["a", "b"]

    async def test_ctrl_c_ends_it_even_while_an_answer_is_awaited(
        self, pipe: tuple[int, int]
    ) -> None:
        before = signal.getsignal(signal.SIGINT)
        bot = InstantBot(None)
        bot.may_answer.clear()
        running = asyncio.ensure_future(make_loop(feed(pipe, b"a\n")).run(bot.submit, bot.settled))
        await bot.has(1)
        os.kill(os.getpid(), signal.SIGINT)
        async with asyncio.timeout(10):
            await running
        assert signal.getsignal(signal.SIGINT) is before
