"""Starts interviews: in a thread of its own under a server's channel, or in the direct channel."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import discord
import structlog

from bot.adapters.discord_adapter.acting import Acting
from bot.adapters.discord_adapter.faults import TOO_MANY_THREADS
from bot.adapters.discord_adapter.permissions import missing_to_open, named
from bot.adapters.discord_adapter.places import GuildRules, Places, ThreadKind
from bot.adapters.discord_adapter.starts import Start, Starts
from bot.adapters.discord_adapter.threads import Threads
from bot.errors import UnknownPackError
from bot.interview.messages import Action
from bot.interview.ports import Packs
from bot.presentation import Presenter
from engine.errors import PackError

log = structlog.get_logger(__name__)

# Whoever has an interview open is asked first whether it should go on.
_ASK_FIRST = {"offer": "yes"}
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class _Refused:
    """Why no interview can be started: a text of the catalogue."""

    key: str
    params: Mapping[str, str] = field(default_factory=dict)


class Opening:
    """Starts interviews.

    Args:
        acting: takes in that one is to be started.
        starts: remembers what is being started.
        threads: opens threads.
        places: knows threads and rules.
        packs: the packs, for the names of threads.
        presenter: words what is missing.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the adapter passes each once
        self,
        acting: Acting,
        starts: Starts,
        threads: Threads,
        places: Places,
        packs: Packs,
        presenter: Presenter,
    ) -> None:
        self._acting = acting
        self._starts = starts
        self._threads = threads
        self._places = places
        self._packs = packs
        self._presenter = presenter

    async def start(self, interaction: discord.Interaction[Any], chosen: Mapping[str, str]) -> None:
        """Start an interview where the command was given.

        Args:
            interaction: the command.
            chosen: what was chosen with it, by option name.
        """
        options = {**_ASK_FIRST, **chosen}
        channel = interaction.channel
        if interaction.guild_id is None and interaction.channel_id is not None:
            await self._start_here(interaction, interaction.channel_id, options)
        elif isinstance(channel, discord.Thread) and await self._is_own(interaction, channel):
            await self._start_here(interaction, channel.id, options)
        elif isinstance(under := _room_for_threads(channel), discord.TextChannel):
            await self._start_in(interaction, under, options)
        else:
            await interaction.response.defer(ephemeral=True)
            await self._acting.tell(interaction, "discord.no_threads_here")

    async def _start_here(
        self, interaction: discord.Interaction[Any], channel_id: int, options: Mapping[str, str]
    ) -> None:
        """Start directly, or in the thread that the person has already."""
        keeping = self._acting.submit(interaction, channel_id, Action.OPEN, options)
        await self._acting.acknowledged(interaction, keeping, ephemeral=True)
        await self._acting.done(interaction)

    async def _is_own(self, interaction: discord.Interaction[Any], thread: discord.Thread) -> bool:
        kept = await self._places.thread(thread.id)
        return kept is not None and kept.owner_id == interaction.user.id

    async def _start_in(
        self,
        interaction: discord.Interaction[Any],
        channel: discord.TextChannel,
        options: Mapping[str, str],
    ) -> None:
        """Start in a new thread under a channel, if the server's rules and permissions allow."""
        keeping = self._begun(interaction, channel, options)
        begun = await self._acting.acknowledged(interaction, keeping, ephemeral=True)
        if isinstance(begun, _Refused):
            await self._acting.tell(interaction, begun.key, **begun.params)
            return
        try:
            thread = await self._threads.open(begun, channel, interaction.client)
        except discord.HTTPException as error:
            log.warning("gateway.thread_refused", channel=channel.id, code=error.code)
            refused = self._refused(interaction, error)
            await self._acting.tell(interaction, refused.key, **refused.params)
            return
        await self._acting.tell(interaction, "discord.thread_opened", thread=thread.mention)

    async def _begun(
        self,
        interaction: discord.Interaction[Any],
        channel: discord.TextChannel,
        options: Mapping[str, str],
    ) -> Start | _Refused:
        """Remember that an interview is to be started; or return why it cannot be."""
        rules = await self._places.rules(channel.guild.id)
        if not rules.allows(channel.id):
            allowed = ", ".join(f"<#{allowed}>" for allowed in sorted(rules.channels))
            return _Refused("discord.channel_not_allowed", {"channels": allowed})
        private = rules.threads is ThreadKind.PRIVATE
        if private and channel.is_news():
            return _Refused("discord.no_threads_here")
        # Discord always tells what the bot may do; where nothing is told, trying shows it.
        missing = missing_to_open(interaction.app_permissions, rules.threads)
        if missing and interaction.app_permissions.value:
            return self._missing(interaction, missing)
        start = await self._start_of(interaction, channel, rules, options)
        await self._starts.begun(start)
        return start

    async def _start_of(
        self,
        interaction: discord.Interaction[Any],
        channel: discord.TextChannel,
        rules: GuildRules,
        options: Mapping[str, str],
    ) -> Start:
        everything = {**await self._acting.suggested(interaction), **options}
        locale = options.get("locale", everything["default_locale"])
        return Start(
            interaction_id=interaction.id,
            guild_id=channel.guild.id,
            channel_id=channel.id,
            person_id=interaction.user.id,
            name=self._name(interaction.user, everything, locale),
            locale=locale,
            private=rules.threads is ThreadKind.PRIVATE,
            options=everything,
        )

    def _name(self, person: discord.abc.User, options: Mapping[str, str], locale: str) -> str:
        """Return the name of a thread: the pack, where it is known by now, and the person."""
        known = self._packs.ids()
        only = known[0] if len(known) == 1 else ""
        try:
            title = self._packs.get(options.get("pack", options.get("default_pack", only))).title
        except (UnknownPackError, PackError):
            name = self._presenter.text(locale, "discord.thread_name", person=person.display_name)
        else:
            name = f"{title.get(locale) or next(iter(title.values()))} · {person.display_name}"
        return name[:_LONGEST_NAME]

    def _refused(
        self, interaction: discord.Interaction[Any], error: discord.HTTPException
    ) -> _Refused:
        if error.code in TOO_MANY_THREADS:
            return _Refused("discord.too_many_threads")
        if isinstance(error, discord.Forbidden):
            return self._missing(interaction, ())
        return _Refused("discord.failed")

    def _missing(self, interaction: discord.Interaction[Any], missing: tuple[str, ...]) -> _Refused:
        names = named(self._presenter, self._acting.language(interaction), missing)
        return _Refused("discord.not_allowed", {"permissions": names})


def _room_for_threads(channel: object) -> object:
    """Return the channel to open a thread under: one that a thread is in, for that thread."""
    return channel.parent if isinstance(channel, discord.Thread) else channel
