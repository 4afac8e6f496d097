"""The utterance of the default language model against ``transformers.generate`` in fp32."""

from __future__ import annotations

import statistics
import time

from tests.benchmarks.language import WRITTEN, spoken_turns, timed_language_model
from tests.benchmarks.records import Record
from tests.benchmarks.timing import by_turns, pinned, speed_up

_TOGETHER = 8
_ROUNDS = 6


def measure(quick: bool) -> list[Record]:
    """Return the time of an utterance each way, alone and among eight, and the ratios."""
    with pinned(), timed_language_model() as model:
        turns = spoken_turns(_TOGETHER)
        seeds = list(range(_TOGETHER))
        took = by_turns(
            {
                "generate": lambda: model.generate(turns[0]),
                "one": lambda: model.writer.write(turns[:1], seeds[:1]),
                "eight": lambda: model.writer.write(turns, seeds),
            },
            _ROUNDS if quick else _ROUNDS * 4,
            time.process_time,
        )
        prompt = model.prompt_tokens(turns[0])
        weights = "random weights of its shape" if model.drawn else "bundled"
        name = model.writer.name if not model.drawn else "aurora-tiny"
    what = f"{name} ({weights}), {prompt} + {WRITTEN} tokens"
    each = {"generate": 1, "one": 1, "eight": _TOGETHER}
    apart = {way: [s / each[way] for s in seconds] for way, seconds in took.items()}
    middle = {way: statistics.median(seconds) * 1000 for way, seconds in apart.items()}
    return [
        Record("voice.generate", middle["generate"], "ms", what),
        *(
            record
            for way in ("one", "eight")
            for record in (
                Record(f"voice.{way}", middle[way], "ms", "an utterance"),
                Record(f"voice.{way}.speed_up", speed_up(apart["generate"], apart[way]), "×"),
            )
        ),
    ]
