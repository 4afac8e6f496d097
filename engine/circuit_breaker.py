"""Leaves a server that keeps failing alone for a while, so that nobody waits for it in vain.

```mermaid
stateDiagram-v2
    [*] --> Closed
    Closed --> Open: so many failures in a row
    Open --> Trial: it has rested
    Trial --> Closed: success
    Trial --> Open: failure
```
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Lock

from engine.errors import ServerUnavailableError

# Failed calls in a row after which a server is left alone, and for how many seconds.
FAILURES = 3
REST = 30.0

log = logging.getLogger(__name__)


class CircuitBreaker:
    """Counts failures in a row; several threads may call at a time.

    Args:
        failures: so many open it.
        rest: seconds that it stays open before one trial.
        clock: a clock that only goes forward, in seconds.
    """

    def __init__(
        self,
        failures: int = FAILURES,
        rest: float = REST,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.rest = rest
        self._limit = failures
        self._clock = clock
        self._failures = 0
        self._opened = 0.0
        self._lock = Lock()

    @property
    def is_open(self) -> bool:
        """Whether so many calls in a row failed that the next one may fail too."""
        return self._failures >= self._limit

    def admits(self) -> bool:
        """Return whether a call may be made now: always while closed, as a trial after the rest.

        Whoever else asks while the trial is under way is turned away.
        """
        with self._lock:
            if not self.is_open:
                return True
            rested = self._clock() - self._opened >= self.rest
            if rested:
                self._opened = self._clock()
            return rested

    def succeeded(self) -> None:
        """Note that a call went well."""
        with self._lock:
            self._failures = 0

    def failed(self) -> None:
        """Note that a call failed."""
        with self._lock:
            self._failures += 1
            self._opened = self._clock()

    @contextmanager
    def guarding(self, name: str) -> Iterator[None]:
        """Let one call through, and note and log how it went.

        Args:
            name: what the server, or its model, is called in the log.

        Raises:
            ServerUnavailableError: the call raised it, or too many did lately to make one now.
        """
        if not self.admits():
            raise ServerUnavailableError(f"{name} failed lately and is left alone")
        was_open = self.is_open
        try:
            yield
        except ServerUnavailableError:
            self.failed()
            if self.is_open:
                log.warning("%s is left alone for %g s", name, self.rest)
            raise
        self.succeeded()
        if was_open:
            log.info("%s answers again", name)
