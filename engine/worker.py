"""The worker: serves turns over a socket, one inference at a time.

```mermaid
flowchart LR
    C1[connection] -- lines --> R1[reads calls] --> Q[(queue)]
    C2[connection] -- lines --> R2[reads calls] --> Q
    Q --> T[inference thread] -- progress, answer --> C1 & C2
    R1 -- health, refusals --> C1
```

Reading goes on while a turn runs, so health and refusals are answered at once. A call waits in a
bounded queue; one whose deadline or whose caller is gone when its turn comes is dropped, and so is
one under way, where progress is asked for, as soon as there is something to tell.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
import traceback
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any

from engine.connection import (
    LINGER_SECONDS,
    AbandonedError,
    Connection,
    Job,
    answer_line,
    failure,
)
from engine.contract import Answer, Call, TurnRequest
from engine.errors import ContractError, EngineError, OverloadedError
from engine.generator_counters import GeneratorCounters
from engine.generator_facts import CURATED_ALONE, GeneratorFacts
from engine.listener import Listener
from engine.pipeline import Pipeline
from engine.wire import DEADLINE, INTERNAL, LINE_LIMIT, STOPPING

QUEUE_LIMIT = 256

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class WorkerFacts:
    """What ``health`` tells about a worker.

    Args:
        fake: whether the stages are stand-ins without a model.
        models: model → what identifies its weights.
        device: what inference runs on, ``cpu`` or ``cuda``.
        generator: what phrases utterances.
        counters: how utterances came about; None where no language model phrases any.
    """

    fake: bool
    models: Mapping[str, str]
    device: str
    generator: GeneratorFacts = CURATED_ALONE
    counters: GeneratorCounters | None = None


class Worker:
    """Serves one pipeline to any number of connections.

    Args:
        pipeline: the stages, loaded.
        facts: what to tell about itself.
        queue_limit: how many calls may wait; more are refused as overloaded.
    """

    def __init__(
        self, pipeline: Pipeline, facts: WorkerFacts, queue_limit: int = QUEUE_LIMIT
    ) -> None:
        self._pipeline = pipeline
        self._facts = facts
        self._jobs: asyncio.Queue[Job | None] = asyncio.Queue(queue_limit)
        self._connections: set[Connection] = set()
        self._stopping = False

    async def serve(self, listener: Listener, stop: asyncio.Event) -> None:
        """Serve until told to stop; then finish the running turn and refuse what still waits.

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
        working = asyncio.create_task(self._work(), name="inference")
        try:
            # A queue that nobody empties would leave every caller waiting: end with the work.
            stopped = asyncio.create_task(stop.wait())
            await asyncio.wait({stopped, working}, return_when=asyncio.FIRST_COMPLETED)
            stopped.cancel()
        finally:
            self._stopping = True
            listener.remove_file()
            server.close()
            self._refuse_waiting()
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
        if call.method == "health":
            return Answer(call.id, self._health())
        if self._stopping:
            return _stopping(call.id)
        try:
            if call.method != "turn":
                raise ContractError(f"method {call.method!r} is neither turn nor health")
            request = TurnRequest.from_dict(call.payload)
            self._jobs.put_nowait(_job(call, request, connection))
        except EngineError as error:
            return failure(call.id, error)
        except asyncio.QueueFull:
            waiting = f"{self._jobs.maxsize} calls are waiting already; try again later"
            return failure(call.id, OverloadedError(waiting))
        return None

    def _health(self) -> dict[str, Any]:
        return {
            "ready": not self._stopping,
            "pid": os.getpid(),
            "fake": self._facts.fake,
            "packs": {pack.id: pack.version for pack in self._pipeline.packs.values()},
            "models": dict(self._facts.models),
            "device": self._facts.device,
            "generator": asdict(self._facts.generator),
            "voice": self._facts.counters.snapshot() if self._facts.counters else {},
        }

    async def _work(self) -> None:
        """Run one turn after the other in a thread of its own, until the queue holds None."""
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, thread_name_prefix="inference") as thread:
            while (job := await self._jobs.get()) is not None:
                if job.connection.gone:
                    continue
                if job.late:
                    line = answer_line(_late(job))
                else:
                    line = await loop.run_in_executor(thread, self._run, job)
                job.connection.send(line)

    def _run(self, job: Job) -> bytes:
        try:
            result = self._pipeline.run(job.request, job.announce if job.progress else None)
            return answer_line(Answer(job.call_id, result.to_dict()))
        except AbandonedError:
            return answer_line(_late(job))
        except EngineError as error:
            return answer_line(failure(job.call_id, error))
        except Exception as error:  # whatever it is, the worker goes on
            # The message of an error may quote the user, so only its kind and place are logged.
            kind = type(error).__qualname__
            place = "".join(traceback.format_tb(error.__traceback__))
            log.error("a turn failed: %s\n%s", kind, place.rstrip())  # noqa: TRY400
            message = f"unexpected {kind}; the worker's log shows where"
            return answer_line(Answer(job.call_id, error=INTERNAL, message=message))

    def _refuse_waiting(self) -> None:
        while not self._jobs.empty():
            job = self._jobs.get_nowait()
            if job is not None:
                job.connection.send(answer_line(_stopping(job.call_id)))
        self._jobs.put_nowait(None)

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


def _job(call: Call, request: TurnRequest, connection: Connection) -> Job:
    loop = asyncio.get_running_loop()
    due = loop.time() + call.deadline_ms / 1000
    return Job(call.id, request, due, call.deadline_ms, call.progress, connection, loop)


def _late(job: Job) -> Answer:
    message = f"its deadline of {job.deadline_ms} ms passed before it was done"
    return Answer(job.call_id, error=DEADLINE, message=message)


def _stopping(call_id: str) -> Answer:
    return Answer(call_id, error=STOPPING, message="the worker is ending; ask the next one")
