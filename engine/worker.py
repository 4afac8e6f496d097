"""The worker: serves turns over a socket, those of several people side by side.

```mermaid
flowchart LR
    C1[connection] -- lines --> R1[reads calls] --> Q[(queue)]
    C2[connection] -- lines --> R2[reads calls] --> Q
    Q -- fairly --> T1[turn] & T2[turn] -- progress, answer --> C1 & C2
    T1 & T2 <-- what they ask for at the same time --> T[computing threads]
    R1 -- health, refusals --> C1
```

Reading goes on while turns run, so health and refusals are answered at once.
"""

from __future__ import annotations

import asyncio
import socket

from engine.connection import LINGER_SECONDS, Connection
from engine.contract import Answer, Call
from engine.errors import ContractError
from engine.listener import Listener
from engine.pipeline import Pipeline
from engine.turn_queue import (
    AT_ONCE,
    QUEUE_LIMIT,
    TurnQueue,
    WorkerFacts,
    answer_line,
    failure,
    stopping,
)
from engine.wire import LINE_LIMIT


class Worker:
    """Serves one pipeline to any number of connections.

    Args:
        pipeline: the stages, loaded.
        facts: what to tell about itself.
        queue_limit: how many calls may wait; more are refused as overloaded.
        at_once: how many turns run side by side.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        facts: WorkerFacts,
        queue_limit: int = QUEUE_LIMIT,
        at_once: int = AT_ONCE,
    ) -> None:
        self._turns = TurnQueue(pipeline, facts, queue_limit, at_once)
        self._connections: set[Connection] = set()

    async def serve(self, listener: Listener, stop: asyncio.Event) -> None:
        """Serve until told to stop; then finish the running turns and refuse what still waits.

        Args:
            listener: where to listen; closed on return.
            stop: set to end.
        """
        start = (
            asyncio.start_server
            if listener.socket.family in (socket.AF_INET, socket.AF_INET6)
            else asyncio.start_unix_server
        )
        server = await start(self._serve_connection, sock=listener.socket, limit=LINE_LIMIT)
        working = asyncio.create_task(self._turns.work(), name="turns")
        try:
            # A queue that nobody empties would leave every caller waiting: end with the work.
            stopped = asyncio.create_task(stop.wait())
            await asyncio.wait({stopped, working}, return_when=asyncio.FIRST_COMPLETED)
            stopped.cancel()
        finally:
            listener.remove_file()
            server.close()
            for job in self._turns.close():
                job.caller.send(answer_line(stopping(job.call_id)))
            await asyncio.wait({working})
            await self._hang_up()
        working.result()

    async def _serve_connection(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        connection = Connection(reader, writer)
        self._connections.add(connection)
        try:
            await self._read_calls(connection)
        except OSError:
            pass  # the caller is gone; what it still had waiting is dropped at its turn
        finally:
            self._connections.discard(connection)
            connection.close()
            connection.done.set()

    async def _read_calls(self, connection: Connection) -> None:
        while True:
            try:
                line = await connection.reader.readline()
            except ValueError:
                await connection.refuse_long_line()
                return
            if not line.endswith(b"\n"):
                return
            answer = self._take(line, connection)
            if answer is not None:
                connection.send(answer_line(answer))
            # A caller that does not read its answers is not read from either.
            await connection.writer.drain()

    def _take(self, line: bytes, connection: Connection) -> Answer | None:
        """Queue a call, or return the answer where there is one at once."""
        try:
            call = Call.from_line(line)
        except (ContractError, RecursionError) as error:
            return failure("", ContractError(f"not a call: {error}"))
        return self._turns.take(call, connection)

    async def _hang_up(self) -> None:
        """Close all connections, giving callers a moment to take the last answers."""
        for connection in self._connections:
            connection.close()
        try:
            async with asyncio.timeout(LINGER_SECONDS):
                for connection in tuple(self._connections):
                    await connection.done.wait()
        except TimeoutError:
            for connection in self._connections:
                connection.writer.transport.abort()
