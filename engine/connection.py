"""One caller of the worker, and a call of theirs on its way through the inference thread."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from engine.contract import Answer, TurnRequest
from engine.errors import ContractError, EngineError
from engine.progress import TurnProgress
from engine.wire import LINE_LIMIT

LINGER_SECONDS = 5.0
"""How long a caller gets to take the last answers."""
_CHUNK = 64 * 1024


class Connection:
    """One caller; `done` is set once nothing more will be read from it."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer
        self.done = asyncio.Event()

    @property
    def gone(self) -> bool:
        """Whether nobody is there any more."""
        return self.writer.is_closing()

    def send(self, line: bytes) -> None:
        """Hand a line to the socket; to a caller that is gone, nothing is sent."""
        if not self.gone:
            self.writer.write(line)

    def close(self) -> None:
        """Close once everything handed over is sent."""
        self.writer.close()

    async def refuse_long_line(self) -> None:
        """Say what was wrong and end the conversation, which cannot be followed any more."""
        fault = ContractError(f"a line is longer than {LINE_LIMIT} bytes")
        self.send(answer_line(failure("", fault)))
        self.writer.write_eof()
        # Closing with unread input would reset the connection and lose the answer on its way.
        try:
            async with asyncio.timeout(LINGER_SECONDS):
                while await self.reader.read(_CHUNK):
                    pass
        except TimeoutError:
            pass


class AbandonedError(Exception):
    """Nobody waits for the turn any more."""


@dataclass(frozen=True, slots=True)
class Job:
    """A call that waits for the inference thread, or is in it.

    Args:
        call_id: that of the call.
        request: what to answer.
        due: when the caller stops waiting, by the loop's clock, in seconds.
        deadline_ms: how long the caller said it would wait, in milliseconds.
        progress: whether the caller wants to know how far the turn has come.
        connection: the caller.
        loop: what the caller is served on.
    """

    call_id: str
    request: TurnRequest
    due: float
    deadline_ms: int
    progress: bool
    connection: Connection
    loop: asyncio.AbstractEventLoop

    @property
    def late(self) -> bool:
        """Whether the caller has stopped waiting."""
        return self.loop.time() >= self.due

    def announce(self, progress: TurnProgress) -> None:
        """Tell the caller how far the turn has come; called in the inference thread.

        Raises:
            AbandonedError: the caller is gone or has stopped waiting.
        """
        if self.connection.gone or self.late:
            raise AbandonedError
        line = Answer(self.call_id, progress.to_dict(), partial=True).to_line()
        if len(line) <= LINE_LIMIT:  # the result, which is longer, says what is wrong
            self.loop.call_soon_threadsafe(self.connection.send, line)


def answer_line(answer: Answer) -> bytes:
    """Return an answer as one line that is short enough to travel."""
    line = answer.to_line()
    if len(line) <= LINE_LIMIT:
        return line
    fault = ContractError(f"the result is longer than {LINE_LIMIT} bytes")
    return failure(answer.id, fault).to_line()


def failure(call_id: str, error: EngineError) -> Answer:
    """Return the answer to a call that failed."""
    return Answer(call_id, error=error.code, message=str(error))
