"""How the queue between bots and workers stands, as Prometheus reads it."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from bot.engine_answers import QueueFacts


class QueueCollector(Collector):
    """Holds what was told last; shows nothing where there is no queue."""

    def __init__(self) -> None:
        self._queue: QueueFacts | None = None

    def told(self, queue: QueueFacts | None) -> None:
        """Take over how the queue stands."""
        self._queue = queue

    def collect(self) -> Iterator[Metric]:
        """Yield the queue's depth, what is in work, and what had to be handed over again."""
        if self._queue is None:
            return
        turns = GaugeMetricFamily(
            "aurora_queue_turns",
            "Turns in the queue: waiting, in_work, redelivered (those in work for a second time).",
            labels=["state"],
        )
        turns.add_metric(["waiting"], self._queue.waiting)
        turns.add_metric(["in_work"], self._queue.in_work)
        turns.add_metric(["redelivered"], self._queue.redelivered)
        yield turns
        redeliveries = CounterMetricFamily(
            "aurora_queue_redeliveries", "Answers that came from another worker than the first one."
        )
        redeliveries.add_metric([], self._queue.redeliveries)
        yield redeliveries
