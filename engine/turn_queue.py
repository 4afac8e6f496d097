"""The turns that wait for the pipeline, whichever way they came, and those that run through it.

Several turns run side by side, each in a thread of its own; what they ask for at the same time is
computed together (`engine.batch_thread`). More wait in a bounded queue, which is fair between
conversations. Nothing is computed for a caller who is gone or whose deadline has passed: a turn
that waits is dropped when its turn comes, one under way before its next computation, and wherever
there is progress to tell.
"""

from __future__ import annotations

import asyncio
import logging
import os
import traceback
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

from engine.batch_counters import BatchCounters
from engine.contract import Answer, Call, TurnRequest
from engine.errors import ContractError, EngineError
from engine.fair_queue import FairQueue
from engine.generator_counters import GeneratorCounters
from engine.generator_facts import CURATED_ALONE, GeneratorFacts
from engine.pipeline import Pipeline
from engine.progress import TurnProgress
from engine.requester import AbandonedError, acting_for
from engine.wire import DEADLINE, INTERNAL, LINE_LIMIT, STOPPING

QUEUE_LIMIT = 256
AT_ONCE = 64
"""Turns that run side by side."""

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
        batches: what was computed for several turns together.
    """

    fake: bool
    models: Mapping[str, str]
    device: str
    generator: GeneratorFacts = CURATED_ALONE
    counters: GeneratorCounters | None = None
    batches: BatchCounters = field(default_factory=BatchCounters)


class Caller(Protocol):
    """Who made a call; used on the event loop."""

    @property
    def gone(self) -> bool:
        """Whether nobody is there any more."""

    def send(self, line: bytes) -> None:
        """Hand over the answer."""

    def show(self, line: bytes) -> None:
        """Hand over how far the call has come."""


@dataclass(frozen=True, slots=True)
class Job:
    """A call that waits, or is under way; implements `engine.requester.Requester`.

    Args:
        call_id: that of the call.
        request: what to answer.
        came: when it came, by the loop's clock, in seconds.
        due: when the caller stops waiting, by the loop's clock, in seconds.
        deadline_ms: how long the caller said it would wait, in milliseconds.
        progress: whether the caller wants to know how far the turn has come.
        caller: who made the call.
        loop: what the caller is served on.
    """

    call_id: str
    request: TurnRequest
    came: float
    due: float
    deadline_ms: int
    progress: bool
    caller: Caller
    loop: asyncio.AbstractEventLoop

    @property
    def late(self) -> bool:
        """Whether the caller has stopped waiting."""
        return self.loop.time() >= self.due

    @property
    def gave_up(self) -> bool:
        """Whether the caller is gone or has stopped waiting."""
        return self.caller.gone or self.late

    def announce(self, progress: TurnProgress) -> None:
        """Tell the caller how far the turn has come; called in the turn's thread.

        Raises:
            AbandonedError: the caller is gone or has stopped waiting.
        """
        if self.gave_up:
            raise AbandonedError
        line = Answer(self.call_id, progress.to_dict(), partial=True).to_line()
        if len(line) <= LINE_LIMIT:  # the result, which is longer, says what is wrong
            self.loop.call_soon_threadsafe(self.caller.show, line)


class TurnQueue:
    """Runs turns through a pipeline.

    Args:
        pipeline: the stages, loaded.
        facts: what to tell about the worker.
        limit: how many calls may wait; more are refused as overloaded.
        at_once: how many run side by side.
    """

    def __init__(
        self,
        pipeline: Pipeline,
        facts: WorkerFacts,
        limit: int = QUEUE_LIMIT,
        at_once: int = AT_ONCE,
    ) -> None:
        self._pipeline = pipeline
        self._facts = facts
        self._jobs: FairQueue[Job] = FairQueue(limit)
        self._at_once = at_once
        self._closed = False

    def take(self, call: Call, caller: Caller) -> Answer | None:
        """Queue a call, or return the answer where there is one at once."""
        if call.method == "health":
            return Answer(call.id, self.health())
        if self._closed:
            return stopping(call.id)
        try:
            if call.method != "turn":
                raise ContractError(f"method {call.method!r} is neither turn nor health")
            request = TurnRequest.from_dict(call.payload)
            self._jobs.put(_conversation(request), _job(call, request, caller))
        except EngineError as error:
            return failure(call.id, error)
        return None

    def health(self) -> dict[str, Any]:
        """Return what the worker tells about itself."""
        return {
            "ready": not self._closed,
            "pid": os.getpid(),
            "fake": self._facts.fake,
            "packs": {pack.id: pack.version for pack in self._pipeline.packs.values()},
            "models": dict(self._facts.models),
            "device": self._facts.device,
            "generator": asdict(self._facts.generator),
            "voice": self._facts.counters.snapshot() if self._facts.counters else {},
            "turns": {"waiting": self._jobs.waiting, "in_work": self._jobs.in_work},
            "batches": self._facts.batches.snapshot(),
        }

    async def work(self) -> None:
        """Run what waits, each turn in a thread, until closed and all are done."""
        free = asyncio.Semaphore(self._at_once)
        with ThreadPoolExecutor(self._at_once, thread_name_prefix="turn") as threads:
            async with asyncio.TaskGroup() as under_way:
                while True:
                    await free.acquire()
                    taken = await self._jobs.get()
                    if taken is None:
                        break
                    under_way.create_task(self._see_through(*taken, threads)).add_done_callback(
                        lambda _: free.release()
                    )

    def close(self) -> list[Job]:
        """Take nothing more; return what waited. The turns under way are finished."""
        self._closed = True
        return self._jobs.close()

    async def _see_through(self, conversation: str, job: Job, threads: ThreadPoolExecutor) -> None:
        try:
            if job.caller.gone:
                return
            loop = asyncio.get_running_loop()
            self._facts.batches.turn_began(loop.time() - job.came)
            if job.late:
                line = answer_line(_late(job))
            else:
                line = await loop.run_in_executor(threads, self._run, job)
            job.caller.send(line)
        finally:
            self._jobs.finished(conversation)

    def _run(self, job: Job) -> bytes:
        try:
            with acting_for(job):
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


def stopping(call_id: str) -> Answer:
    """Return the answer to a call that comes too late for this worker."""
    return Answer(call_id, error=STOPPING, message="the worker is ending; ask the next one")


def _job(call: Call, request: TurnRequest, caller: Caller) -> Job:
    loop = asyncio.get_running_loop()
    now = loop.time()
    due = now + call.deadline_ms / 1000
    return Job(call.id, request, now, due, call.deadline_ms, call.progress, caller, loop)


def _conversation(request: TurnRequest) -> str:
    """Return what a request has in common with the others of its conversation."""
    return request.request_id.rpartition(":")[0] or request.request_id


def _late(job: Job) -> Answer:
    message = f"its deadline of {job.deadline_ms} ms passed before it was done"
    return Answer(job.call_id, error=DEADLINE, message=message)
