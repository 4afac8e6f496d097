"""What adapters of platforms lean on: the inbox, the dispatcher's bell, cursors and settings."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager

from bot.interview.messages import Account, Inbound
from bot.storage.places import Places


class DurableIntake:
    """Implements `bot.adapters.intake.Intake`.

    Args:
        accept: stores a message, sees to it that it is answered, and says whether it is new.
        waiting: counts the messages of a conversation that have not been answered yet.
        taking: has turns wait while many are being taken in.
        places: keeps cursors and the settings of places.
    """

    def __init__(
        self,
        accept: Callable[[Inbound], Awaitable[bool]],
        waiting: Callable[[str, str], Awaitable[int]],
        taking: Callable[[], AbstractContextManager[None]],
        places: Places,
    ) -> None:
        self._accept = accept
        self._waiting = waiting
        self._taking = taking
        self._places = places

    async def submit(self, inbound: Inbound) -> bool:
        """Store a message durably; it is answered in turn. False where it is known already.

        Raises:
            StorageError: the database cannot be used.
        """
        return await self._accept(inbound)

    def taking(self) -> AbstractContextManager[None]:
        """Count as a message that is being taken in until this is left."""
        return self._taking()

    async def is_waiting(self, platform: str, conversation: str) -> bool:
        """Return whether a message of a conversation has not been answered yet.

        Raises:
            StorageError: the database cannot be used.
        """
        return await self._waiting(platform, conversation) > 0

    async def cursor(self, name: str) -> str | None:
        """Return where a stream was left, None before the first `keep_cursor`."""
        return await self._places.cursor(name)

    async def keep_cursor(self, name: str, value: str) -> None:
        """Remember where a stream was left."""
        await self._places.keep_cursor(name, value)

    async def settings(self, scope: str) -> Mapping[str, str]:
        """Return the settings of a place."""
        return await self._places.settings(scope)

    async def keep_settings(self, scope: str, values: Mapping[str, str]) -> None:
        """Set the settings named in `values`."""
        await self._places.keep_settings(scope, values)

    async def chosen(self, account: Account) -> Mapping[str, str]:
        """Return what a person chose for good; empty for somebody unknown."""
        return await self._places.chosen(account)

    async def open_conversations(self, platform: str) -> Sequence[str]:
        """Return the conversations whose interview has not ended."""
        return await self._places.open_conversations(platform)
