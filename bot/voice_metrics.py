"""What the engine counts of its utterances, as Prometheus reads it.

The engine's worker counts; the bot passes on what was told last. A worker that starts again counts
from zero, which Prometheus takes for what it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from prometheus_client.core import CounterMetricFamily
from prometheus_client.registry import Collector


class VoiceCollector(Collector):
    """Holds the counts that the engine told last."""

    def __init__(self) -> None:
        self._voice: Mapping[str, Mapping[str, int]] = {}

    def told(self, health: Mapping[str, Any]) -> None:
        """Take over the counts in a worker's health; another worker may tell none."""
        self._voice = health.get("voice") or {}

    def collect(self) -> Iterator[CounterMetricFamily]:
        """Yield the counts: utterances by who worded them, tries, and why written lines spoke."""
        utterances = CounterMetricFamily(
            "aurora_utterances",
            "Utterances by source: model, rule (always written), fallback (written after faults).",
            labels=["source"],
        )
        resamples = CounterMetricFamily(
            "aurora_utterance_resamples", "Utterances written after a first one with a fault."
        )
        fallbacks = CounterMetricFamily(
            "aurora_utterance_fallbacks",
            "Faults that the first try had where written lines took over.",
            labels=["reason"],
        )
        for source, count in self._voice.get("utterances", {}).items():
            utterances.add_metric([source], count)
        for count in self._voice.get("resamples", {}).values():
            resamples.add_metric([], count)
        for reason, count in self._voice.get("fallbacks", {}).items():
            fallbacks.add_metric([reason], count)
        yield from (utterances, resamples, fallbacks)
