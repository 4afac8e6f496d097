"""The turns that wait for the pipeline, whichever way they came: one inference at a time.

A call waits in a bounded queue; one whose deadline or whose caller is gone when its turn comes is
dropped, and so is one under way, where progress is asked for, as soon as there is something to
tell.
"""

from __future__ import annotations

import asyncio
import logging
import os
import traceback
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from typing import Any, Protocol

from engine.contract import Answer, Call, TurnRequest
from engine.errors import ContractError, EngineError, OverloadedError
from engine.generator_counters import GeneratorCounters
from engine.generator_facts import CURATED_ALONE, GeneratorFacts
from engine.pipeline import Pipeline
from engine.progress import TurnProgress
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


class Caller(Protocol):
    """Who made a call; used on the event loop."""

    @property
    def gone(self) -> bool:
        """Whether nobody is there any more."""

    def send(self, line: bytes) -> None:
        """Hand over the answer."""

    def show(self, line: bytes) -> None:
        """Hand over how far the call has come."""


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
        caller: who made the call.
        loop: what the caller is served on.
    """

    call_id: str
    request: TurnRequest
    due: float
    deadline_ms: int
    progress: bool
    caller: Caller
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
        if self.caller.gone or self.late:
            raise AbandonedError
        line = Answer(self.call_id, progress.to_dict(), partial=True).to_line()
        if len(line) <= LINE_LIMIT:  # the result, which is longer, says what is wrong
            self.loop.call_soon_threadsafe(self.caller.show, line)


class TurnQueue:
    """Runs one turn after the other through a pipeline.

    Args:
        pipeline: the stages, loaded.
        facts: what to tell about the worker.
        limit: how many calls may wait; more are refused as overloaded.
    """

    def __init__(self, pipeline: Pipeline, facts: WorkerFacts, limit: int = QUEUE_LIMIT) -> None:
        self._pipeline = pipeline
        self._facts = facts
        self._jobs: asyncio.Queue[Job | None] = asyncio.Queue(limit)
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
            self._jobs.put_nowait(_job(call, request, caller))
        except EngineError as error:
            return failure(call.id, error)
        except asyncio.QueueFull:
            waiting = f"{self._jobs.maxsize} calls are waiting already; try again later"
            return failure(call.id, OverloadedError(waiting))
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
        }

    async def work(self) -> None:
        """Run what waits in a thread of its own, until closed."""
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(1, thread_name_prefix="inference") as thread:
            while (job := await self._jobs.get()) is not None:
                if job.caller.gone:
                    continue
                if job.late:
                    line = answer_line(_late(job))
                else:
                    line = await loop.run_in_executor(thread, self._run, job)
                job.caller.send(line)

    def close(self) -> list[Job]:
        """Take nothing more; return what waited. The turn under way is finished."""
        self._closed = True
        left: list[Job] = []
        while not self._jobs.empty():
            job = self._jobs.get_nowait()
            if job is not None:
                left.append(job)
        self._jobs.put_nowait(None)
        return left

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
    due = loop.time() + call.deadline_ms / 1000
    return Job(call.id, request, due, call.deadline_ms, call.progress, caller, loop)


def _late(job: Job) -> Answer:
    message = f"its deadline of {job.deadline_ms} ms passed before it was done"
    return Answer(job.call_id, error=DEADLINE, message=message)
