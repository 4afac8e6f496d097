"""Sees whether the workers that hold a bot's turns are there, and frees the turns of one that died.

The server notices at once that the connection of a process has ended: nobody listens then where the
worker said that it can be asked. So others need not wait for the lease to end, which is there for
workers that nobody can tell from slow ones: a machine without power, a broken line.

```mermaid
stateDiagram-v2
    [*] --> Watched: a worker tells that it has taken up a turn
    Watched --> Watched: it is there, or too busy to say so
    Watched --> [*]: the answer has come
    Watched --> Freed: nobody is there
    Freed --> Watched: the next worker tells that it has the turn
```
"""

from __future__ import annotations

import asyncio
import contextlib

import structlog
from nats.aio.msg import Msg
from nats.errors import Error, NoRespondersError

from engine.fleet import Holder
from engine.fleet_link import FleetLink

log = structlog.get_logger(__name__)

EVERY_SECONDS = 0.25
"""How often a worker is asked; most turns are over before the first time."""


class HolderWatch:
    """Watches the workers that hold turns of one bot.

    Args:
        link: the way to them.
    """

    def __init__(self, link: FleetLink) -> None:
        self._link = link
        self._leases: dict[str, dict[str, str]] = {}  # worker → call → lease
        self._workers: dict[str, str] = {}  # call → worker
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def begin(self, call: str, told: bytes) -> None:
        """Watch whoever has a call now.

        Args:
            call: its name.
            told: what the worker said of itself.
        """
        try:
            holder = Holder.from_line(told)
        except ValueError:  # then the lease must do
            log.warning("fleet.holder_unreadable")
            return
        self.over(call)
        self._workers[call] = holder.worker
        self._leases.setdefault(holder.worker, {})[call] = holder.lease
        if holder.worker not in self._tasks:
            name = f"watch {holder.worker}"
            self._tasks[holder.worker] = asyncio.create_task(self._watch(holder.worker), name=name)

    def over(self, call: str) -> None:
        """Watch nobody for a call any more."""
        worker = self._workers.pop(call, None)
        if worker is not None:
            self._leases[worker].pop(call)

    async def stop(self) -> None:
        """Watch nobody any more."""
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _watch(self, worker: str) -> None:
        try:
            while True:
                await asyncio.sleep(EVERY_SECONDS)
                if not self._leases[worker]:
                    return
                if await self._has_died(worker):
                    await self._free(worker)
        finally:
            for call in self._leases.pop(worker):
                del self._workers[call]
            del self._tasks[worker]

    async def _has_died(self, worker: str) -> bool:
        """Return whether nobody is there; one who has no time to answer is."""
        try:
            await self._link.client.request(worker, timeout=EVERY_SECONDS)
        except NoRespondersError:
            return True
        except (Error, TimeoutError):
            return False
        return False

    async def _free(self, worker: str) -> None:
        leases = dict(self._leases[worker])
        log.info("fleet.worker_died", turns=len(leases))
        for call, lease in leases.items():
            self.over(call)
            with contextlib.suppress(Error):  # then its lease ends by itself
                await self._link.client.publish(lease, Msg.Ack.Nak)
