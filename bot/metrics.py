"""What is counted while the bot runs, for Prometheus; never who wrote what."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from bot.batch_metrics import BatchCollector
from bot.engine_answers import QueueFacts
from bot.errors import DeliveryError, EngineUnavailableError
from bot.interview.messages import Inbound, Reply
from bot.interview.ports import Messenger, TurnHandler, TurnOutcome
from bot.queue_metrics import QueueCollector
from bot.voice_metrics import VoiceCollector

# A turn on the bundled models takes tenths of a second; a language model takes seconds.
_SECONDS = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)


class Metrics:
    """All counters of one running bot, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._messages = Counter(
            "aurora_messages",
            "Messages, presses and commands that were taken in.",
            ["platform"],
            registry=self._registry,
        )
        self._turns = Counter(
            "aurora_turns",
            "Messages that were decided on, by how that went.",
            ["platform", "outcome"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "aurora_turn_seconds",
            "Time to decide on a message, the engine included.",
            ["platform"],
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._replies = Counter(
            "aurora_replies",
            "Attempts to deliver a reply, by how they went.",
            ["platform", "outcome"],
            registry=self._registry,
        )
        self._up = Gauge(
            "aurora_platform_up",
            "Whether the adapter of a platform is running.",
            ["platform"],
            registry=self._registry,
        )
        self._restarts = Counter(
            "aurora_platform_restarts",
            "How often an adapter was started again after a fault.",
            ["platform"],
            registry=self._registry,
        )
        self._voice = VoiceCollector()
        self._registry.register(self._voice)
        self._batches = BatchCollector()
        self._registry.register(self._batches)
        self._queue = QueueCollector()
        self._registry.register(self._queue)

    def engine_told(self, health: Mapping[str, Any]) -> None:
        """Note what the engine tells of its utterances and its batches."""
        self._voice.told(health)
        self._batches.told(health)

    def queue_told(self, queue: QueueFacts | None) -> None:
        """Note how the queue of a fleet stands; None where there is none to ask."""
        self._queue.told(queue)

    def message_taken_in(self, platform: str) -> None:
        """Count a message that was stored."""
        self._messages.labels(platform).inc()

    def turn(self, platform: str, outcome: str, seconds: float) -> None:
        """Count a decision: ``answered``, ``deferred`` or ``failed``."""
        self._turns.labels(platform, outcome).inc()
        self._seconds.labels(platform).observe(seconds)

    def reply(self, platform: str, outcome: str) -> None:
        """Count an attempt to deliver: ``delivered``, ``deferred`` or ``failed``."""
        self._replies.labels(platform, outcome).inc()

    def platform_up(self, platform: str, *, up: bool) -> None:
        """Note whether an adapter is running."""
        self._up.labels(platform).set(up)

    def platform_restarted(self, platform: str) -> None:
        """Count a restart of an adapter."""
        self._restarts.labels(platform).inc()

    def exposition(self) -> bytes:
        """Return everything in the text format of Prometheus."""
        return generate_latest(self._registry)


class CountedTurns:
    """A turn handler that counts what another one decides.

    Args:
        handler: decides.
        metrics: where it is counted.
    """

    def __init__(self, handler: TurnHandler, metrics: Metrics) -> None:
        self._handler = handler
        self._metrics = metrics

    async def handle(self, inbound: Inbound) -> TurnOutcome:
        """Return what the other handler decides.

        Raises:
            EngineUnavailableError: the engine gave no answer in time.
        """
        began, outcome = time.monotonic(), "failed"
        try:
            decided = await self._handler.handle(inbound)
            outcome = "answered"
        except EngineUnavailableError:
            outcome = "deferred"
            raise
        finally:
            seconds = time.monotonic() - began
            self._metrics.turn(inbound.account.platform, outcome, seconds)
        return decided


class CountedReplies:
    """A messenger that counts what another one delivers.

    Args:
        messenger: delivers.
        platform: where.
        metrics: where it is counted.
    """

    def __init__(self, messenger: Messenger, platform: str, metrics: Metrics) -> None:
        self._messenger = messenger
        self._platform = platform
        self._metrics = metrics

    async def deliver(self, conversation: str, key: str, reply: Reply) -> None:
        """Have the other messenger deliver a reply.

        Raises:
            DeliveryError: it could not be delivered.
        """
        outcome = "failed"
        try:
            await self._messenger.deliver(conversation, key, reply)
            outcome = "delivered"
        except DeliveryError as error:
            outcome = "failed" if error.permanent else "deferred"
            raise
        finally:
            self._metrics.reply(self._platform, outcome)
