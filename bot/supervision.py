"""Keeps a platform's adapter running: whatever ends it, it is built and started again."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog

from bot.clock import WakingClock
from bot.errors import ConfigError, DeliveryError
from bot.interview.messages import Reply
from bot.metrics import Metrics
from bot.platforms import Adapter
from bot.workers import backoff, origin

log = structlog.get_logger(__name__)

_ABSENT_SECONDS = 1.0
_SETTLED_SECONDS = 60.0
"""An adapter that ran this long was well: the next pause is the first one again."""


class SupervisedAdapter:
    """One platform: its adapter of the moment, and a new one whenever that fails.

    Args:
        platform: its name.
        build: makes a fresh adapter.
        metrics: told when it is up and when it is started again.
        clock: for the pauses between starts.
    """

    def __init__(
        self, platform: str, build: Callable[[], Adapter], metrics: Metrics, clock: WakingClock
    ) -> None:
        self.platform = platform
        self.wrong = "not started yet"
        self._build = build
        self._metrics = metrics
        self._clock = clock
        self._adapter = build()
        self._spent = False

    async def deliver(self, conversation: str, key: str, reply: Reply) -> None:
        """Show a reply through the adapter of the moment.

        Raises:
            DeliveryError: it could not be delivered, or the adapter is not running just now.
        """
        if self.wrong:
            raise DeliveryError(f"{self.platform} is not running", retry_after=_ABSENT_SECONDS)
        await self._adapter.deliver(conversation, key, reply)

    def preview(self, conversation: str, reply: Reply) -> None:
        """Show what is known of a reply, if the adapter of the moment is running."""
        if not self.wrong:
            self._adapter.preview(conversation, reply)

    async def run(self) -> None:
        """Run until cancelled, over every fault that may pass.

        Raises:
            ConfigError: the platform refuses what is configured; starting again cannot help.
        """
        failures = 0
        while True:
            began = time.monotonic()
            self._renew()
            self._note("")
            try:
                await self._adapter.run()
                error: Exception | None = None
            except ConfigError:
                raise
            except Exception as raised:  # a library's fault must not end the other platforms
                error = raised
            finally:
                self._note("stopped")
            failures = 0 if time.monotonic() - began >= _SETTLED_SECONDS else failures
            await self._rest(error, backoff(failures))
            failures += 1
            self._metrics.platform_restarted(self.platform)

    def _renew(self) -> None:
        """Have an adapter that has not run yet: none runs twice."""
        if self._spent:
            self._adapter = self._build()
        self._spent = True

    async def _rest(self, error: Exception | None, pause: float) -> None:
        log.error(
            "platform.ended",
            platform=self.platform,
            error=type(error).__qualname__ if error else "none",
            origin=origin(error) if error else [],
            restart_in_s=pause,
        )
        await self._clock.sleep(pause)

    def _note(self, wrong: str) -> None:
        self.wrong = wrong
        self._metrics.platform_up(self.platform, up=not wrong)
