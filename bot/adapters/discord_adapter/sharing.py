"""Tells a channel in one line that an interview under it is over, if the person wants that."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import discord
import structlog

from bot.adapters.discord_adapter.acting import Acting
from bot.adapters.discord_adapter.faults import NETWORK
from bot.adapters.discord_adapter.markdown import plain
from bot.adapters.discord_adapter.places import InterviewThread, Places
from bot.adapters.intake import Intake
from bot.adapters.spoken import Spoken
from bot.presentation import Presenter

log = structlog.get_logger(__name__)


class Sharing:
    """Tells channels, each result once.

    Args:
        acting: answers presses.
        places: knows the threads.
        intake: remembers what was told.
        presenter: words it.
        spoken: knows how people want to be spoken to.
    """

    def __init__(
        self,
        acting: Acting,
        places: Places,
        intake: Intake,
        presenter: Presenter,
        spoken: Spoken,
    ) -> None:
        self._acting = acting
        self._places = places
        self._intake = intake
        self._presenter = presenter
        self._spoken = spoken

    async def share(self, interaction: discord.Interaction[Any], result: Mapping[str, str]) -> None:
        """Tell the channel, and the person what came of it.

        Args:
            interaction: the press of the button that says so.
            result: ``covered`` of ``points``, as the button has them.
        """
        sharing = self._shared(interaction, result)
        told = await self._acting.acknowledged(interaction, sharing)
        await self._acting.whisper(interaction, told)

    async def _shared(
        self, interaction: discord.Interaction[Any], result: Mapping[str, str]
    ) -> str:
        """Tell the channel; return the id of the text that says what came of it."""
        thread = await self._places.thread(interaction.channel_id or 0)
        if thread is None or thread.owner_id != interaction.user.id:
            return await self._places.refusal(interaction.channel_id)
        covered, points = result.get("covered", "0"), result.get("points", "0")
        told = f"{covered}/{points}"
        if await self._intake.cursor(_told_of(thread)) == told:
            return "press.again"
        try:
            await self._tell(interaction, thread, covered, points)
        except discord.Forbidden as error:
            log.info("gateway.channel_closed", thread=thread.id, code=error.code)
            return "discord.cannot_share"
        except (discord.HTTPException, *NETWORK) as error:
            log.warning("gateway.not_shared", error=type(error).__qualname__)
            return "discord.failed"
        await self._intake.keep_cursor(_told_of(thread), told)
        return "discord.shared"

    async def _tell(
        self,
        interaction: discord.Interaction[Any],
        thread: InterviewThread,
        covered: str,
        points: str,
    ) -> None:
        place = interaction.channel
        if not isinstance(place, discord.Thread):
            place = await interaction.client.fetch_channel(thread.id)
        # The name of a thread leads into it; that of a private one leads nobody anywhere.
        name = f"**{plain(place.name)}**" if place.is_private() else f"<#{thread.id}>"
        spoken = await self._spoken.to(thread.owner_id, thread.locale)
        text = self._presenter.text(
            spoken, "discord.finished", thread=name, covered=covered, count=points
        )
        channel = interaction.client.get_partial_messageable(
            place.parent_id, guild_id=thread.guild_id
        )
        pressed = interaction.message.id if interaction.message else interaction.id
        none = discord.AllowedMentions.none()
        await channel.send(text, nonce=f"end-{pressed}", allowed_mentions=none)


def _told_of(thread: InterviewThread) -> str:
    return f"discord:shared:{thread.id}"
