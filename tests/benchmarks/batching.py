"""What it brings to compute together what many people ask for at the same time.

    python -m tests.benchmarks.batching
    python -m tests.benchmarks.batching --people 64 --rounds 5 --voice

The same turns go through the worker's queue twice: one by one with models that know nothing of
batches, and side by side with models that turns share. Everything is on one core; processor time is
what counts, so that the ratio holds on a machine that has other things to do. With ``--voice`` a
language model speaks in every turn: the bundled one, or its shape with weights drawn at random,
whose utterances are not checked.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace

from engine.artifacts import WEIGHTS
from engine.batching import Batching
from engine.contract import Answer, Call, Intent, TurnRequest, Utterance
from engine.outcomes import STYLES
from engine.pipeline import Pipeline
from engine.ports import Evaluation, ShowText
from engine.prompts import SpokenTurn
from engine.questions import QuestionPack
from engine.spoken_turns import spoken_turn
from engine.stages import build_stages
from engine.turn_queue import AT_ONCE, TurnQueue, WorkerFacts
from engine.utterance_writer import UtteranceWriter
from tests.benchmarks.language import spoken_turns, timed_language_model
from tests.benchmarks.records import Record
from tests.benchmarks.timing import by_turns, pinned, speed_up
from tests.benchmarks.turns import renamed, shipped_pack, turns

_TOGETHER = 8
_LONE_ROUNDS = 40
_PATIENCE_MS = 3_600_000


class Speaker:
    """Stage 3 that says what a language model writes first, whatever it is worth.

    Args:
        writer: the language model.
    """

    def __init__(self, writer: UtteranceWriter) -> None:
        self._writer = writer

    def generate(
        self,
        request: TurnRequest,
        pack: QuestionPack,
        evaluation: Evaluation,
        next_topic: str,
        show: ShowText | None = None,
    ) -> Utterance:
        """Return an utterance."""
        answered = replace(evaluation, intent=Intent.ANSWER)  # all of these are meant to be answers
        turn = spoken_turn(request, pack, answered, next_topic, STYLES[request.locale][0])
        return Utterance(self._writer.write([turn], [1])[0], turn.next_question)


class Crowd:
    """Implements `engine.turn_queue.Caller` for people who all ask at the same moment.

    Args:
        queue: whom they ask.
    """

    gone = False

    def __init__(self, queue: TurnQueue) -> None:
        self._queue = queue
        self._answers: asyncio.Queue[bytes] = asyncio.Queue()

    async def ask(self, requests: Sequence[TurnRequest]) -> None:
        """Ask everything; return once the last answer is there."""
        for request in requests:
            call = Call(request.request_id, "turn", request.to_dict(), _PATIENCE_MS)
            refused = self._queue.take(call, self)
            assert refused is None, refused
        for _ in requests:
            answer = Answer.from_line(await self._answers.get())
            assert answer.error is None, answer

    def send(self, line: bytes) -> None:
        """Take an answer."""
        self._answers.put_nowait(line)

    def show(self, line: bytes) -> None:
        """Nobody watches."""


@contextmanager
def serving(pipeline: Pipeline, at_once: int) -> Iterator[Callable[[Sequence[TurnRequest]], None]]:
    """Give a way to have a crowd answered by a worker's queue."""
    with asyncio.Runner() as runner:

        async def begin() -> tuple[TurnQueue, asyncio.Task[None]]:
            queue = TurnQueue(pipeline, WorkerFacts(False, {}, "cpu"), at_once=at_once)
            return queue, asyncio.create_task(queue.work())

        async def end(queue: TurnQueue, working: asyncio.Task[None]) -> None:
            queue.close()
            await working

        queue, working = runner.run(begin())
        crowd = Crowd(queue)
        yield lambda requests: runner.run(crowd.ask(requests))
        runner.run(end(queue, working))


def conversations(people: int, rounds: int, writer: UtteranceWriter | None) -> list[Record]:
    """Return what a crowd costs both ways, and what the second one costs a lone person."""
    pack = shipped_pack()
    batching = Batching("cpu")
    plain = _pipeline(pack, writer, None)
    shared = _pipeline(pack, batching.writer(writer), batching)
    requests = list(itertools.islice(turns(pack), people))
    with serving(plain, 1) as one_by_one, serving(shared, AT_ONCE) as side_by_side:
        ways = {"one": one_by_one, "side": side_by_side}
        many = by_turns(_asking(ways, requests), rounds, time.process_time)
        # Beside what a language model takes, the difference cannot be seen.
        alone = None if writer else by_turns(_asking(ways, requests[:1]), _LONE_ROUNDS)
    spread = batching.counters.snapshot()["sizes"]["answer_verifier"]
    name = "batching.voice" if writer else "batching.curated"
    what = f"{people} at once; {spread['sum'] / sum(spread['counts']):.1f} judged together"
    records = [
        Record(f"{name}.one_by_one", _each(many["one"], people), "ms", "of a core, a turn"),
        Record(f"{name}.side_by_side", _each(many["side"], people), "ms", what),
        Record(f"{name}.over_unbatched", speed_up(many["one"], many["side"]), "×"),
    ]
    if alone:
        more = statistics.median(b - a for a, b in zip(alone["one"], alone["side"], strict=True))
        records.append(Record("batching.lone_turn_more", more * 1000, "ms", "waiting included"))
    return records


def utterances(writer: UtteranceWriter, rounds: int) -> list[Record]:
    """Return what an utterance costs among eight that are asked for at once, against one."""
    asked = spoken_turns(_TOGETHER)
    batched = Batching("cpu").writer(writer)
    assert batched is not None
    ways = {
        "one": lambda: writer.write(asked[:1], [1]),
        "eight": lambda: _side_by_side(batched, asked),
    }
    took = by_turns(ways, rounds, time.process_time)
    each = [seconds / _TOGETHER for seconds in took["eight"]]
    return [
        Record("batching.utterance.one", _each(took["one"], 1), "ms", writer.name.split(":")[0]),
        Record("batching.utterance.eight", _each(each, 1), "ms", "each of eight turns"),
        Record("batching.utterance.over_one", speed_up(took["one"], each), "×"),
    ]


def measure(people: int, rounds: int, *, voice: bool) -> Iterator[Record]:
    """Yield all figures, as soon as they are there."""
    with pinned():
        if not voice:
            yield from conversations(people, rounds, None)
            return
        with timed_language_model() as model:
            yield from utterances(model.writer, rounds)
            yield from conversations(people, rounds, model.writer)


def _pipeline(
    pack: QuestionPack, writer: UtteranceWriter | None, batching: Batching | None
) -> Pipeline:
    packs = {pack.id: pack}
    evaluator, selector, generator = build_stages(WEIGHTS, "cpu", packs, batching=batching)
    return Pipeline(packs, evaluator, selector, Speaker(writer) if writer else generator)


def _asking(
    ways: Mapping[str, Callable[[Sequence[TurnRequest]], None]], requests: Sequence[TurnRequest]
) -> dict[str, Callable[[], None]]:
    """Return ways to have the same turns of ever new people answered."""
    numbers = itertools.count()

    def asking(answer: Callable[[Sequence[TurnRequest]], None]) -> Callable[[], None]:
        return lambda: answer([renamed(request, next(numbers)) for request in requests])

    return {name: asking(answer) for name, answer in ways.items()}


def _side_by_side(writer: UtteranceWriter, asked: Sequence[SpokenTurn]) -> None:
    with ThreadPoolExecutor(len(asked)) as threads:
        list(threads.map(lambda turn: writer.write([turn], [1]), asked))


def _each(seconds: Sequence[float], count: int) -> float:
    return statistics.median(seconds) / count * 1000


def main() -> None:
    """Read the command line and run it."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--people", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--voice", action="store_true", help="a language model speaks")
    asked = parser.parse_args()
    for record in measure(asked.people, asked.rounds, voice=asked.voice):
        sys.stdout.write(f"{record.line}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
