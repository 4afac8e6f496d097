"""One caller of the worker on a socket, from its first line to its last."""

from __future__ import annotations

import asyncio

from engine.errors import ContractError
from engine.turn_queue import answer_line, failure
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

    def show(self, line: bytes) -> None:
        """Hand over how far a call has come."""
        self.send(line)

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
