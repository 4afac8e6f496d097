"""The roofline: the least time that a core needs for a text, beside the measured one."""

from __future__ import annotations

import json
import statistics
import time

from engine.artifacts import ANSWER_EVALUATOR, ENCODER, WEIGHTS
from tests.benchmarks.parts.encoding import TOKENS, texts_of
from tests.benchmarks.records import Record
from tests.benchmarks.roofline import (
    EncoderShape,
    bf16_gemm_rate,
    copy_bandwidth,
    floor_seconds,
    gemm_rate,
)
from tests.benchmarks.served import served_encoder
from tests.benchmarks.timing import by_turns, pinned

_ROUNDS = 30
_BYTES = {"fp32": 4, "bf16": 2}


def measure(quick: bool) -> list[Record]:
    """Return rates, floors and the measured time of one text."""
    config = json.loads((WEIGHTS / ENCODER / "config.json").read_text("utf-8"))
    shape = EncoderShape(
        config["hidden_size"], config["intermediate_size"], config["num_hidden_layers"]
    )
    with pinned():
        bandwidth = copy_bandwidth()
        rates = {"fp32": gemm_rate(), "bf16": bf16_gemm_rate()}
        encoder, text = served_encoder(), texts_of(1)
        took = by_turns(
            {"one": lambda: encoder.encode(text, ANSWER_EVALUATOR)},
            _ROUNDS if quick else _ROUNDS * 4,
            time.process_time,
        )
    measured = statistics.median(took["one"])
    operations = shape.operations(TOKENS)
    records = [
        Record("roofline.bandwidth", bandwidth / 1e9, "GB/s", "a copy, read and written"),
        Record("roofline.text", operations / 1e9, "GFLOP", f"{TOKENS} tokens"),
        Record("roofline.measured", measured * 1000, "ms", "the served encoder, one text"),
    ]
    for kind, rate in rates.items():
        if rate is None:
            continue
        floor = floor_seconds(operations, rate, shape.weights * _BYTES[kind], bandwidth)
        records += [
            Record(f"roofline.{kind}.rate", rate / 1e9, "GFLOP/s"),
            Record(f"roofline.{kind}.floor", floor * 1000, "ms"),
            Record(f"roofline.{kind}.share", floor / measured, "", "of the floor's speed"),
        ]
    return records
