"""The input side of the faces that read a line at a time: from a pipe, a file or a terminal."""

from __future__ import annotations

import asyncio
import os
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress

from bot.adapters.console_adapter.choices import is_number
from bot.adapters.console_adapter.core import ConsoleInput, Settled, Submit, on_interrupt
from bot.interview.messages import Reply
from bot.presentation import Presenter

LONGEST_LINE = 1 << 20  # bytes; what goes beyond is dropped, since a message is cut far earlier
_CHUNK = 1 << 16


class LineReader:
    """Reads lines off a file descriptor in a thread, so that waiting for them blocks nothing.

    Reading the descriptor itself, and only on demand, leaves no lock behind when the program ends
    while a read is still waiting.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._lines: deque[bytes] = deque()
        self._begun = bytearray()
        self._ended = False
        self._arriving: asyncio.Future[bytes] | None = None

    async def next(self) -> str | None:
        """Return the next line without its end, or None when there are no more.

        Bytes that are no UTF-8 come back as replacement characters.
        """
        while not self._lines and not self._ended:
            data = await self._read()
            if data:
                self._take(data)
            else:
                self._end()
        if not self._lines:
            return None
        return self._lines.popleft().removesuffix(b"\r").decode("utf-8", "replace")

    def stop(self) -> None:
        """Let no more lines come, and end a wait for one."""
        self._lines.clear()
        self._begun.clear()
        self._ended = True
        if self._arriving is not None and not self._arriving.done():
            self._arriving.set_result(b"")

    async def _read(self) -> bytes:
        loop = asyncio.get_running_loop()
        arriving: asyncio.Future[bytes] = loop.create_future()
        self._arriving = arriving

        def arrive(data: bytes) -> None:
            if not arriving.done():
                arriving.set_result(data)

        def read() -> None:
            try:
                data = os.read(self._descriptor, _CHUNK)
            except OSError:  # the terminal is gone, or there was no input to begin with
                data = b""
            with suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(arrive, data)

        threading.Thread(target=read, name="console-input", daemon=True).start()
        return await arriving

    def _take(self, data: bytes) -> None:
        *whole, rest = data.split(b"\n")
        for part in whole:
            self._grow(part)
            self._lines.append(bytes(self._begun))
            self._begun.clear()
        self._grow(rest)

    def _grow(self, part: bytes) -> None:
        self._begun += part[: LONGEST_LINE - len(self._begun)]

    def _end(self) -> None:
        self._ended = True
        if self._begun:  # the last line had no end
            self._lines.append(bytes(self._begun))
            self._begun.clear()


class LineLoop:
    """Reads messages line by line and submits them.

    Args:
        reader: where lines come from.
        typed: translates them.
        interactive: whether a person waits for each answer; from a pipe lines are taken as they
            come.
        ask: shows that a line may be typed.
    """

    def __init__(
        self,
        reader: LineReader,
        typed: ConsoleInput,
        *,
        interactive: bool,
        ask: Callable[[], None] = lambda: None,
    ) -> None:
        self._reader = reader
        self._typed = typed
        self.interactive = interactive
        self._ask = ask
        self._leaving = asyncio.Event()
        self.over = False

    @property
    def left(self) -> bool:
        """Whether the person left; the end of a pipe only says that there are no more lines."""
        return self.interactive or self._leaving.is_set()

    async def run(self, submit: Submit, settled: Settled) -> None:
        """Read until the end of input, until the person leaves, or until `leave` is called."""
        with on_interrupt(self.leave):
            if self.interactive:
                await self._wait(settled)
            while (line := await self._next()) is not None:
                if is_number(line):  # what it picks from may still be on its way
                    await self._wait(settled)
                inbound = self._typed.read(line)
                if inbound is None:
                    break
                await submit(inbound)
                if self.interactive:
                    await self._wait(settled)
            await self._wait(settled)
        self.over = True

    def offer(self, presenter: Presenter, reply: Reply) -> str:
        """Return the choices of a reply as they can be typed from now on; empty without any."""
        return self._typed.offer(presenter, reply)

    def leave(self) -> None:
        """Stop at once: nothing more is read, nothing is waited for."""
        self._leaving.set()
        self._reader.stop()

    async def _next(self) -> str | None:
        if self.interactive and not self._leaving.is_set():
            self._ask()
        return await self._reader.next()

    async def _wait(self, settled: Settled) -> None:
        """Wait for the answers, unless the person leaves first."""
        answered = asyncio.ensure_future(settled())
        leaving = asyncio.ensure_future(self._leaving.wait())
        done, waiting = await asyncio.wait({answered, leaving}, return_when=asyncio.FIRST_COMPLETED)
        for task in waiting:
            task.cancel()
        for task in done:
            task.result()
