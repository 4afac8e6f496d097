"""Who receives from a platform that lets only one do so: the bot that holds its lease.

Telegram gives updates to one fetcher, and Discord would tell two connections everything twice. The
other bots stand by; the next one begins when the lease of the first is given back or runs out.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection

import structlog

from bot.storage.leases import Leases, Place, Work
from bot.storage.membership import Membership

log = structlog.get_logger(__name__)

_WHOLE_PLATFORM = ""


class Lead:
    """Which platforms this bot receives from.

    Args:
        membership: the bot.
        platforms: those that let only one receive.
    """

    def __init__(self, membership: Membership, platforms: Collection[str]) -> None:
        self._leases = Leases(membership, Work.RECEIVE)
        self._gained = {platform: asyncio.Event() for platform in platforms}
        self._lost = {platform: asyncio.Event() for platform in platforms}

    def stands_by(self, platform: str) -> bool:
        """Return whether it is another bot that receives from a platform."""
        return platform in self._gained and not self._gained[platform].is_set()

    async def seek(self) -> None:
        """Begin where nobody receives.

        Raises:
            StorageError: the database cannot be used.
        """
        wanted: set[Place] = {
            (platform, _WHOLE_PLATFORM) for platform in self._gained if self.stands_by(platform)
        }
        if not wanted:
            return
        for platform, _ in await self._leases.claim(wanted):
            log.info("platform.taken_over", platform=platform)
            self._lost[platform].clear()
            self._gained[platform].set()

    def lose(self) -> None:
        """Stop receiving: another bot may be about to begin."""
        for platform, gained in self._gained.items():
            if gained.is_set():
                log.warning("platform.left_to_others", platform=platform)
            gained.clear()
            self._lost[platform].set()

    async def run(self, platform: str, receive: Callable[[], Awaitable[None]]) -> None:
        """Receive for as long as this bot is the one, and again when it is again.

        Args:
            platform: where.
            receive: receives until cancelled, or to its end.
        """
        if platform not in self._gained:
            await receive()
            return
        while True:
            await self._gained[platform].wait()
            if await _ended_before(self._lost[platform], receive):
                return


async def _ended_before(lost: asyncio.Event, receive: Callable[[], Awaitable[None]]) -> bool:
    """Run until the end or until it is lost; return whether it was the end."""
    running = asyncio.ensure_future(receive())
    losing = asyncio.create_task(lost.wait())
    try:
        await asyncio.wait({running, losing}, return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            running.result()
            return True
        return False
    finally:
        for task in (running, losing):
            task.cancel()
        await asyncio.gather(running, losing, return_exceptions=True)
