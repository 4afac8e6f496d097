"""How turns wait in the engine and are computed together, as Prometheus reads it.

The engine's worker counts; the bot passes on what was told last, as with `bot.voice_metrics`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import accumulate
from typing import Any

from prometheus_client.core import GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

_Spreads = Mapping[str, Mapping[str, Any]]


class BatchCollector(Collector):
    """Holds what the engine told last; shows nothing until it did."""

    def __init__(self) -> None:
        self._turns: Mapping[str, int] = {}
        self._batches: Mapping[str, _Spreads] = {}

    def told(self, health: Mapping[str, Any]) -> None:
        """Take over what a worker's health tells; another worker may tell none."""
        self._turns = health.get("turns") or {}
        self._batches = health.get("batches") or {}

    def collect(self) -> Iterator[Metric]:
        """Yield how many turns wait and run, how long they wait, and how many go together."""
        turns = GaugeMetricFamily(
            "aurora_engine_turns",
            "Turns in the engine's worker: waiting, in_work.",
            labels=["state"],
        )
        for state, count in self._turns.items():
            turns.add_metric([state], count)
        yield turns
        yield _histogram(
            "aurora_engine_batch_size",
            "Turns for which a model computed something together, by model.",
            self._batches.get("sizes", {}),
        )
        yield _histogram(
            "aurora_engine_wait_seconds",
            "Time until a model began with what a turn asked for, by model; of the turn itself.",
            self._batches.get("waits", {}),
        )


def _histogram(name: str, told: str, spreads: _Spreads) -> HistogramMetricFamily:
    histogram = HistogramMetricFamily(name, told, labels=["model"])
    for model, spread in spreads.items():
        bounds = [*(f"{float(bound):g}" for bound in spread["bounds"]), "+Inf"]
        upto = accumulate(spread["counts"])  # Prometheus counts all that came up to a bound
        histogram.add_metric([model], [*zip(bounds, upto, strict=True)], spread["sum"])
    return histogram
