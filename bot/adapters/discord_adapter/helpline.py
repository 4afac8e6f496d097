"""Tells people what keeps an interview from going on, where they are the ones who can mend it."""

from __future__ import annotations

from collections.abc import Callable

import discord
import structlog

from bot.adapters.discord_adapter.faults import LOCKED, NETWORK, UNKNOWN_CHANNEL
from bot.adapters.discord_adapter.permissions import missing_to_hold, named
from bot.adapters.discord_adapter.places import InterviewThread
from bot.adapters.spoken import Spoken
from bot.presentation import Presenter

log = structlog.get_logger(__name__)


class Helpline:
    """Writes to people directly, about each trouble once until it is over.

    Args:
        presenter: words it.
        connected: returns the client that is connected now.
        spoken: knows how people want to be spoken to.
    """

    def __init__(
        self, presenter: Presenter, connected: Callable[[], discord.Client], spoken: Spoken
    ) -> None:
        self._presenter = presenter
        self._connected = connected
        self._spoken = spoken
        self._told: set[tuple[int, str]] = set()

    def over(self, thread_id: int) -> None:
        """Note that nothing is wrong with a thread any more."""
        self._told = {(where, what) for where, what in self._told if where != thread_id}

    async def refused(self, thread: InterviewThread, error: Exception) -> None:
        """Tell whoever can mend it why a reply was refused, if somebody can."""
        match error:
            case discord.NotFound(code=code) if code == UNKNOWN_CHANNEL:
                await self.deleted(thread)
            case discord.HTTPException(code=code) if code == LOCKED:
                await self.locked(thread)
            case discord.Forbidden():
                await self._cannot_write(thread)

    async def _cannot_write(self, thread: InterviewThread) -> None:
        """Tell the person, and the server's owner, which permissions the bot needs."""
        client = self._connected()
        guild = client.get_guild(thread.guild_id)
        if guild is None and client.is_ready():
            await self.removed(thread, "")
            return
        if not self._first(thread.id, "write"):
            return
        missing = () if guild is None else self._missing(guild, thread)
        log.warning("gateway.cannot_write", thread=thread.id, missing=missing)
        spoken = await self._spoken.to(thread.owner_id, thread.locale)
        text = self._presenter.text(
            spoken,
            "discord.cannot_write",
            thread=f"<#{thread.id}>",
            server=self._name(thread, guild.name if guild else ""),
            permissions=named(self._presenter, spoken, missing),
        )
        owner_id = guild.owner_id if guild else None
        for person_id in dict.fromkeys((thread.owner_id, owner_id or thread.owner_id)):
            await self._write(person_id, text)

    def _missing(self, guild: discord.Guild, thread: InterviewThread) -> tuple[str, ...]:
        """Return the permissions that are known to be missing in a thread."""
        place, bot = guild.get_channel_or_thread(thread.id), guild.me
        if not isinstance(place, discord.Thread) or bot is None or place.parent is None:
            return ()
        return missing_to_hold(place.permissions_for(bot))

    async def locked(self, thread: InterviewThread) -> None:
        """Tell the person that a moderator has to unlock their thread."""
        if self._first(thread.id, "locked"):
            await self._tell(thread, "discord.thread_locked", thread=f"<#{thread.id}>")

    async def deleted(self, thread: InterviewThread) -> None:
        """Tell the person that their thread is gone, and what is kept."""
        if self._first(thread.id, "deleted"):
            await self._tell(thread, "discord.thread_deleted")

    async def removed(self, thread: InterviewThread, server: str) -> None:
        """Tell the person that the bot is no longer in the server of their thread.

        Args:
            thread: the thread.
            server: the server's name; empty where it is not known.
        """
        if self._first(thread.id, "removed"):
            await self._tell(thread, "discord.removed", server=self._name(thread, server))

    async def _tell(self, thread: InterviewThread, key: str, /, **params: str) -> None:
        """Tell the person of a thread something, as they want to be spoken to."""
        spoken = await self._spoken.to(thread.owner_id, thread.locale)
        await self._write(thread.owner_id, self._presenter.text(spoken, key, **params))

    def _name(self, thread: InterviewThread, server: str) -> str:
        """Return the name of a server, or what stands for it where the bot does not know it."""
        return server or self._presenter.text(thread.locale, "discord.that_server")

    def _first(self, thread_id: int, trouble: str) -> bool:
        first = (thread_id, trouble) not in self._told
        self._told.add((thread_id, trouble))
        return first

    async def _write(self, person_id: int, text: str) -> None:
        try:
            person = await self._connected().fetch_user(person_id)
            await person.send(text, allowed_mentions=discord.AllowedMentions.none())
        except (discord.HTTPException, *NETWORK) as error:
            log.info("gateway.person_unreachable", error=type(error).__qualname__)
