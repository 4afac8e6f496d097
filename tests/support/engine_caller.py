"""A connection to a worker in the test's own process, spoken by hand."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from engine.contract import Answer, Call, TurnRequest
from engine.progress import TurnProgress
from engine.wire import LINE_LIMIT
from tests.support.engine_server import PATIENCE, RunningWorker
from tests.support.small_pack import turn


class Caller:
    """One connection to a worker, spoken by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    def send(self, *calls: Call) -> None:
        for call in calls:
            self.writer.write(call.to_line())

    def ask(self, call_id: str, request: TurnRequest | None = None) -> None:
        self.send(Call(call_id, "turn", (request or turn()).to_dict()))

    def watch(self, call_id: str, request: TurnRequest) -> None:
        """Ask, and want to know how far it has come."""
        self.send(Call(call_id, "turn", request.to_dict(), progress=True))

    async def progress(self) -> TurnProgress:
        """Return what is said before a turn is done."""
        answer = await self.answer()
        assert answer.partial, answer
        return TurnProgress.from_dict(answer.payload)

    async def answer(self) -> Answer:
        async with asyncio.timeout(PATIENCE):
            return Answer.from_line(await self.reader.readline())

    async def hung_up(self) -> bool:
        async with asyncio.timeout(PATIENCE):
            return await self.reader.read() == b""


@asynccontextmanager
async def calling(worker: RunningWorker) -> AsyncIterator[Caller]:
    reader, writer = await asyncio.open_unix_connection(worker.address.path, limit=LINE_LIMIT)
    try:
        yield Caller(reader, writer)
    finally:
        writer.close()
