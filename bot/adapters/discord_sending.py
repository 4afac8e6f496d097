"""Sends replies: every message once, however often it is tried, in the right place."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace

import discord

from bot.adapters.discord_drawing import Drawing, Part
from bot.adapters.discord_faults import (
    ARCHIVED,
    NETWORK,
    NO_DIRECT_MESSAGES,
    UNKNOWN_CHANNEL,
    delivery_error,
)
from bot.adapters.discord_helpline import Helpline
from bot.adapters.discord_places import InterviewThread, Places, ReportPlace, channel_of
from bot.adapters.intake import Intake
from bot.interview.messages import Notice, Reply, ReportCard


class Sending:
    """Sends.

    Args:
        drawing: draws replies.
        places: knows threads and rules.
        intake: remembers which message has the buttons that count.
        helpline: tells people what they can mend.
        connected: returns the client that is connected now; raises DeliveryError without one.
        message_content: whether answers can be typed in threads.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the adapter passes each once
        self,
        drawing: Drawing,
        places: Places,
        intake: Intake,
        helpline: Helpline,
        connected: Callable[[], discord.Client],
        message_content: bool,
    ) -> None:
        self._drawing = drawing
        self._places = places
        self._intake = intake
        self._helpline = helpline
        self._connected = connected
        self._message_content = message_content

    async def send(self, conversation: str, key: str, reply: Reply) -> None:
        """Send a reply.

        Args:
            conversation: where.
            key: the same for every try; Discord drops what comes with it again.
            reply: what.

        Raises:
            DeliveryError: it could not be sent.
        """
        channel_id = channel_of(conversation)
        thread = await self._places.thread(channel_id)
        try:
            if thread is not None and await self._reports_directly(thread, reply):
                reply = await self._report_directly(thread, key, reply)
            by_form = thread is not None and not self._message_content
            await self._send_parts(channel_id, key, self._drawing.parts(reply, by_form=by_form))
        except discord.NotFound as error:
            if thread is not None and error.code == UNKNOWN_CHANNEL:
                await self._helpline.deleted(thread)
            raise delivery_error(error) from error
        except discord.Forbidden as error:
            if thread is not None:
                await self._helpline.cannot_write(thread)
            raise delivery_error(error) from error
        except (discord.DiscordException, *NETWORK) as error:
            raise delivery_error(error) from error
        self._helpline.over(channel_id)

    async def _send_parts(self, channel_id: int, key: str, parts: tuple[Part, ...]) -> None:
        for number, part in enumerate(parts):
            nonce = f"{key}.{number}" if number else key
            try:
                sent = await self._post(channel_id, nonce, part)
            except discord.HTTPException as error:
                if error.code != ARCHIVED:
                    raise
                await self._unarchive(channel_id)
                sent = await self._post(channel_id, nonce, part)
            if part.view is not None:
                await self._intake.keep_cursor(buttons_of(channel_id), str(sent.id))

    async def _post(self, channel_id: int, nonce: str, part: Part) -> discord.Message:
        channel = self._connected().get_partial_messageable(channel_id)
        files = [discord.File(io.BytesIO(part.file.content), part.file.name)] if part.file else []
        return await channel.send(
            part.content or None,
            embeds=[part.embed] if part.embed else [],
            files=files,
            view=part.view or discord.utils.MISSING,
            nonce=nonce,
            silent=part.silent,
            allowed_mentions=discord.AllowedMentions.none(),
        )

    async def _unarchive(self, channel_id: int) -> None:
        """Bring a thread back that Discord put away because nobody wrote in it.

        Raises:
            discord.HTTPException: it cannot be brought back; a moderator may have locked it.
        """
        thread = await self._connected().fetch_channel(channel_id)
        if not isinstance(thread, discord.Thread):
            return
        try:
            await thread.edit(archived=False)
        except discord.Forbidden as error:
            kept = await self._places.thread(channel_id)
            if kept is not None:
                await self._helpline.locked(kept)
            raise delivery_error(error) from error

    async def _reports_directly(self, thread: InterviewThread, reply: Reply) -> bool:
        if not any(isinstance(block, ReportCard) for block in reply.blocks):
            return False
        rules = await self._places.rules(thread.guild_id)
        return rules.reports is ReportPlace.DIRECT

    async def _report_directly(self, thread: InterviewThread, key: str, reply: Reply) -> Reply:
        """Send a report to the person alone, and return what the thread gets to see of it."""
        told = "discord.report_direct"
        person = await self._connected().fetch_user(thread.owner_id)
        try:
            direct = await person.create_dm()
            alone = replace(reply, buttons=(), choices=())
            await self._send_parts(direct.id, key, self._drawing.parts(alone, by_form=False))
        except discord.Forbidden as error:
            if error.code != NO_DIRECT_MESSAGES:
                raise
            told = "discord.report_closed"
        return replace(reply, blocks=(Notice(told),))


def buttons_of(channel_id: int) -> str:
    """Return the name under which the latest message with buttons in a channel is remembered."""
    return f"discord:buttons:{channel_id}"
