"""How turns wait in the engine, and go together there, is shown to Prometheus."""

from __future__ import annotations

import json

from bot.metrics import Metrics
from engine.batch_counters import BatchCounters


def shown(told: object) -> list[str]:
    """Return what Prometheus reads after a worker has told something over the wire."""
    metrics = Metrics()
    metrics.engine_told(json.loads(json.dumps(told)))
    return metrics.exposition().decode().splitlines()


def test_sizes_and_waits_are_passed_on_as_histograms() -> None:
    counters = BatchCounters()
    counters.began("answer_evaluator", [0.0005])
    counters.began("answer_evaluator", [0.004, 0.3, 0.3])
    counters.began("answer_verifier", [7.0])
    counters.turn_began(0.015)
    lines = shown({"batches": counters.snapshot()})
    size, wait = "aurora_engine_batch_size", "aurora_engine_wait_seconds"
    for line in (
        f'{size}_bucket{{le="1",model="answer_evaluator"}} 1.0',
        f'{size}_bucket{{le="2",model="answer_evaluator"}} 1.0',
        f'{size}_bucket{{le="4",model="answer_evaluator"}} 2.0',
        f'{size}_bucket{{le="+Inf",model="answer_evaluator"}} 2.0',
        f'{size}_sum{{model="answer_evaluator"}} 4.0',
        f'{size}_count{{model="answer_evaluator"}} 2.0',
        f'{size}_bucket{{le="64",model="answer_verifier"}} 1.0',
        f'{wait}_bucket{{le="0.001",model="answer_evaluator"}} 1.0',
        f'{wait}_bucket{{le="0.005",model="answer_evaluator"}} 2.0',
        f'{wait}_bucket{{le="0.5",model="answer_evaluator"}} 4.0',
        f'{wait}_bucket{{le="5",model="answer_verifier"}} 0.0',
        f'{wait}_bucket{{le="+Inf",model="answer_verifier"}} 1.0',
        f'{wait}_sum{{model="turn"}} 0.015',
    ):
        assert line in lines, line


def test_how_many_turns_wait_and_run_is_passed_on() -> None:
    lines = shown({"turns": {"waiting": 12, "in_work": 3}})
    assert 'aurora_engine_turns{state="waiting"} 12.0' in lines
    assert 'aurora_engine_turns{state="in_work"} 3.0' in lines


def test_an_engine_that_tells_nothing_of_it_counts_nothing() -> None:
    assert not any(line.startswith("aurora_engine") for line in shown({"ready": True}))
