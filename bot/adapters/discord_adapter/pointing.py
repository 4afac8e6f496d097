"""Points people to where an interview is held, and to the form where answers cannot be read."""

from __future__ import annotations

import discord
import structlog

from bot.adapters.discord_adapter.controls import answer_button
from bot.adapters.discord_adapter.faults import NETWORK
from bot.adapters.discord_adapter.words import language_of, language_of_text
from bot.adapters.recent import Recent
from bot.adapters.spoken import Spoken
from bot.i18n import Translator
from bot.presentation import Presenter

log = structlog.get_logger(__name__)

_REMEMBERED = 1_000  # threads


class Pointing:
    """Points.

    Args:
        presenter: words it.
        words: tells which languages there are.
        spoken: knows how people want to be spoken to.
    """

    def __init__(self, presenter: Presenter, words: Translator, spoken: Spoken) -> None:
        self._presenter = presenter
        self._words = words
        self._spoken = spoken
        self._told: Recent[int, None] = Recent(_REMEMBERED)

    async def to_start(self, message: discord.Message) -> None:
        """Tell somebody who called the bot in a channel how an interview is started."""
        spoken = await self._spoken.to(message.author.id, self._language_of(message))
        text = self._presenter.text(spoken, "discord.pointer")
        await self._reply(message, text, discord.utils.MISSING)

    async def to_new(self, message: discord.Message) -> None:
        """Tell somebody that nothing is kept of the interview that a thread was opened for.

        Once a thread: nobody is held up by it who talks with others there.
        """
        if message.channel.id in self._told:
            return
        self._told[message.channel.id] = None
        spoken = await self._spoken.to(message.author.id, self._language_of(message))
        text = self._presenter.text(spoken, "discord.nothing_kept")
        await self._reply(message, text, discord.utils.MISSING)

    async def to_form(self, message: discord.Message, locale: str) -> None:
        """Tell somebody whose message cannot be read how to answer."""
        spoken = await self._spoken.to(message.author.id, locale)
        text = self._presenter.text(spoken, "discord.cannot_read")
        await self._reply(message, text, answer_button(self._presenter, spoken))

    def _language_of(self, message: discord.Message) -> str:
        """Return the language that a message is written in, else that of the server."""
        if (written := language_of_text(message.content)) is not None:
            return written
        known = message.guild.preferred_locale if message.guild else None
        return language_of(known, self._words.locales)

    async def _reply(self, message: discord.Message, text: str, view: discord.ui.View) -> None:
        try:
            await message.reply(
                text,
                view=view,
                nonce=f"to-{message.id}",
                mention_author=False,
                allowed_mentions=discord.AllowedMentions.none(),
            )
        except (discord.HTTPException, *NETWORK) as error:
            log.info("gateway.pointer_failed", error=type(error).__qualname__)
