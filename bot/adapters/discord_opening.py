"""Starts interviews: in a thread of its own under a server's channel, or in the direct channel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import discord
import structlog

from bot.adapters.discord_acting import Acting
from bot.adapters.discord_permissions import missing_to_open, named
from bot.adapters.discord_places import GuildRules, InterviewThread, Places, ThreadKind
from bot.adapters.discord_taking import Taking
from bot.errors import UnknownPackError
from bot.interview.messages import Action
from bot.interview.ports import Packs
from bot.presentation import Presenter
from engine.errors import PackError

log = structlog.get_logger(__name__)

# Whoever has an interview open is asked first whether it should go on.
_ASK_FIRST = {"offer": "yes"}
_ARCHIVED_AFTER_MINUTES: Final = 10_080
_LONGEST_NAME = 100


class Opening:
    """Starts interviews.

    Args:
        acting: takes in that one is to be started.
        taking: knows which channels are new.
        places: keeps threads and rules.
        packs: the packs, for the names of threads.
        presenter: words what is missing.
    """

    def __init__(
        self, acting: Acting, taking: Taking, places: Places, packs: Packs, presenter: Presenter
    ) -> None:
        self._acting = acting
        self._taking = taking
        self._places = places
        self._packs = packs
        self._presenter = presenter

    async def start(self, interaction: discord.Interaction[Any], chosen: Mapping[str, str]) -> None:
        """Start an interview where the command was given.

        Args:
            interaction: the command.
            chosen: what was chosen with it, by option name.
        """
        await interaction.response.defer(ephemeral=True)
        options = {**_ASK_FIRST, **chosen}
        channel = interaction.channel
        if interaction.guild_id is None and interaction.channel_id is not None:
            await self._acting.submit(interaction, interaction.channel_id, Action.OPEN, options)
            await self._acting.done(interaction)
        elif isinstance(channel, discord.Thread):
            await self._start_again(interaction, channel, options)
        elif isinstance(channel, discord.TextChannel):
            await self._start_in(interaction, channel, options)
        else:
            await self._acting.tell(interaction, "discord.no_threads_here")

    async def _start_again(
        self,
        interaction: discord.Interaction[Any],
        thread: discord.Thread,
        options: Mapping[str, str],
    ) -> None:
        """Start in the thread that the person has already."""
        kept = await self._places.thread(thread.id)
        if kept is None or kept.owner_id != interaction.user.id:
            await self._acting.tell(interaction, "discord.no_threads_here")
            return
        await self._acting.submit(interaction, thread.id, Action.OPEN, options)
        await self._acting.done(interaction)

    async def _start_in(
        self,
        interaction: discord.Interaction[Any],
        channel: discord.TextChannel,
        options: Mapping[str, str],
    ) -> None:
        """Start in a new thread under a channel, if the server's rules and permissions allow."""
        rules = await self._places.rules(channel.guild.id)
        if not rules.allows(channel.id):
            allowed = ", ".join(f"<#{allowed}>" for allowed in sorted(rules.channels))
            await self._acting.tell(interaction, "discord.channel_not_allowed", channels=allowed)
            return
        missing = missing_to_open(interaction.app_permissions, rules.threads)
        if missing:
            await self._tell_missing(interaction, missing)
            return
        try:
            thread = await self._open_thread(interaction, channel, rules, options)
        except discord.Forbidden as error:
            log.warning("gateway.thread_refused", channel=channel.id, code=error.code)
            await self._tell_missing(interaction, ())
            return
        await self._acting.submit(interaction, thread.id, Action.OPEN, options)
        await self._acting.tell(interaction, "discord.thread_opened", thread=thread.mention)

    async def _open_thread(
        self,
        interaction: discord.Interaction[Any],
        channel: discord.TextChannel,
        rules: GuildRules,
        options: Mapping[str, str],
    ) -> discord.Thread:
        suggested = await self._acting.suggested(interaction)
        locale = options.get("locale", suggested["default_locale"])
        public = discord.ChannelType.news_thread if channel.is_news() else _PUBLIC
        thread = await channel.create_thread(
            name=self._name(interaction.user, {**suggested, **options}, locale),
            type=public if rules.threads is ThreadKind.PUBLIC else _PRIVATE,
            auto_archive_duration=_ARCHIVED_AFTER_MINUTES,
            invitable=False,
        )
        owner = InterviewThread(thread.id, channel.guild.id, interaction.user.id, locale)
        await self._places.keep_thread(owner)
        await self._taking.opened(thread.id)
        await thread.add_user(interaction.user)
        return thread

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

    async def _tell_missing(
        self, interaction: discord.Interaction[Any], missing: tuple[str, ...]
    ) -> None:
        locale = self._acting.language(interaction)
        names = named(self._presenter, locale, missing)
        await self._acting.tell(interaction, "discord.not_allowed", permissions=names)


_PUBLIC = discord.ChannelType.public_thread
_PRIVATE = discord.ChannelType.private_thread
