"""The served encoder against ``SentenceTransformer.encode`` in fp32, one text and 32 at a time."""

from __future__ import annotations

import itertools
import statistics
import time
from functools import partial

from tokenizers import Tokenizer

from engine.artifacts import ANSWER_EVALUATOR, ENCODER, WEIGHTS
from tests.benchmarks.plain import plain_encoder
from tests.benchmarks.records import Record
from tests.benchmarks.served import served_encoder
from tests.benchmarks.timing import by_turns, pinned, speed_up
from tests.benchmarks.turns import shipped_pack

TOKENS = 28
_ROUNDS = {1: 40, 32: 6}


def measure(quick: bool) -> list[Record]:
    """Return times, ratios and how equal the vectors are."""
    with pinned():
        served, plain = served_encoder(), plain_encoder(ANSWER_EVALUATOR)
        texts = texts_of(max(_ROUNDS))
        records = []
        for size, rounds in _ROUNDS.items():
            batch = texts[:size]
            took = by_turns(
                {
                    "plain": partial(plain.encode, batch, batch_size=size),
                    "served": partial(served.encode, batch, ANSWER_EVALUATOR),
                },
                rounds if quick else rounds * 5,
                time.process_time,
            )
            name = f"encoder.batch_{size}"
            for way, seconds in took.items():
                each = statistics.median(seconds) * 1000 / size
                records.append(Record(f"{name}.{way}", each, "ms", f"a text of {TOKENS} tokens"))
            ratio = speed_up(took["plain"], took["served"])
            records.append(Record(f"{name}.speed_up", ratio, "×", "over plain encode"))
        cosines = (served.encode(texts, ANSWER_EVALUATOR) * plain.encode(texts)).sum(axis=1)
    records.append(Record("encoder.least_cosine", float(cosines.min()), "", "to plain encode"))
    return records


def texts_of(count: int) -> list[str]:
    """Return texts of `TOKENS` tokens or one or two less: beginnings of right answers."""
    tokenizer = Tokenizer.from_file(str(WEIGHTS / ENCODER / "tokenizer.json"))
    tokenizer.no_truncation()
    pack = shipped_pack()
    answers = (
        " ".join(text for point in topic.points for text in point.references[locale])
        for topic in pack
        for locale in pack.locales
        if topic.kind.judged
    )
    return [_cut(tokenizer, answer) for answer in itertools.islice(answers, count)]


def _cut(tokenizer: Tokenizer, text: str) -> str:
    words = text.split()
    while len(tokenizer.encode(" ".join(words)).ids) > TOKENS:
        words.pop()
    return " ".join(words)
