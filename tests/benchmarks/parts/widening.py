"""What a turn costs with 30 and with thousands of candidates, in packs made for it.

All answers belong to one topic, the worst case: each of them is compared with every message. Their
vectors are computed at the first message and are not part of a turn's cost.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from functools import partial
from pathlib import Path

from engine.contract import TurnRequest
from engine.generator_spec import GeneratorKind
from engine.loading import EngineSettings, load_engine
from engine.questions import QuestionPack
from tests.benchmarks.records import Record
from tests.benchmarks.served import own_cache
from tests.benchmarks.timing import by_turns, pinned, speed_up
from tests.benchmarks.turns import turn
from tests.benchmarks.wide_pack import TOPIC, pack_id, write_wide_pack

FEW = 30
_QUICKLY = (3_000,)
_WIDTHS = (300, 3_000, 30_000)
_ANSWER = "It says how far predictions are from the truth, and training makes it smaller."
_ROUNDS = 20


def measure(quick: bool) -> list[Record]:
    """Return the cost of a turn by the number of candidates, and its growth."""
    widths = (FEW, *(_QUICKLY if quick else _WIDTHS))
    with tempfile.TemporaryDirectory() as name, pinned(), own_cache():
        for width in widths:
            write_wide_pack(Path(name) / "packs", width)
        settings = EngineSettings(
            packs=Path(name) / "packs", device="cpu", generator=GeneratorKind.CURATED.value
        )
        pipeline = load_engine(settings).pipeline
        requests = {str(w): _request(pipeline.packs[pack_id(w)]) for w in widths}
        ways = {width: partial(pipeline.run, request) for width, request in requests.items()}
        took = by_turns(ways, _ROUNDS if quick else _ROUNDS * 4, time.process_time)
    middle = {width: statistics.median(seconds) * 1000 for width, seconds in took.items()}
    growths = {width: speed_up(seconds, took[str(FEW)]) for width, seconds in took.items()}
    return [
        *(Record(f"candidates.{width}.turn", ms, "ms") for width, ms in middle.items()),
        *(
            Record(f"candidates.growth_to_{width}", growth, "×", f"from {FEW} candidates")
            for width, growth in growths.items()
            if width != str(FEW)
        ),
    ]


def _request(pack: QuestionPack) -> TurnRequest:
    return turn(pack, pack.topic(TOPIC), "en", _ANSWER)
