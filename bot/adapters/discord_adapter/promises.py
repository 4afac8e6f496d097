"""Answers that are promised in a direct message: says where they are, or why they are not."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import discord

from bot.adapters.discord_adapter.faults import NETWORK
from bot.adapters.discord_adapter.words import language_of
from bot.adapters.spoken import Spoken
from bot.i18n import Translator
from bot.presentation import Presenter


class Promises:
    """Tells people who asked in a server what became of their answer.

    Whether somebody takes direct messages shows only when one is sent to them; until then they
    see that the bot is at it.

    Args:
        presenter: words it.
        words: tells which languages there are.
        spoken: knows how people want to be spoken to.
    """

    def __init__(self, presenter: Presenter, words: Translator, spoken: Spoken) -> None:
        self._presenter = presenter
        self._words = words
        self._spoken = spoken
        self._open: dict[int, list[discord.Interaction[Any]]] = {}

    def made(self, channel_id: int, interaction: discord.Interaction[Any]) -> None:
        """Note that an interaction is to be answered in a direct channel."""
        self._open.setdefault(channel_id, []).append(interaction)

    async def kept(self, channel_id: int) -> None:
        """Tell whoever waits that the answer is there."""
        place = f"https://discord.com/channels/@me/{channel_id}"
        await self._tell(channel_id, "discord.answered_directly", place=place)

    async def broken(self, channel_id: int) -> None:
        """Tell whoever waits that their direct messages are closed."""
        await self._tell(channel_id, "discord.direct_closed")

    async def _tell(self, channel_id: int, key: str, **params: str) -> None:
        for interaction in self._open.pop(channel_id, ()):
            language = language_of(interaction.locale, self._words.locales)
            spoken = await self._spoken.to(interaction.user.id, language)
            text = self._presenter.text(spoken, key, **params)
            # After a quarter of an hour Discord forgets the interaction; nobody waits by then.
            with suppress(discord.HTTPException, *NETWORK):
                await interaction.edit_original_response(
                    content=text, allowed_mentions=discord.AllowedMentions.none()
                )
