"""Sends replies: every message once, however often it is tried, in the right place."""

from __future__ import annotations

import io
import secrets
from collections.abc import Callable
from dataclasses import replace

import discord

from bot.adapters.discord_adapter.drawing import Drawing, Part
from bot.adapters.discord_adapter.faults import (
    ARCHIVED,
    NETWORK,
    NO_DIRECT_MESSAGES,
    UNKNOWN_MESSAGE,
    delivery_error,
)
from bot.adapters.discord_adapter.helpline import Helpline
from bot.adapters.discord_adapter.places import InterviewThread, Places, ReportPlace, channel_of
from bot.adapters.discord_adapter.promises import Promises
from bot.adapters.intake import Intake
from bot.interview.messages import Notice, Reply, ReportCard
from bot.interview.report import Report

_MARK = "discord:mark"
_MARK_LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
_MARK_LENGTH = 4


class Sending:
    """Sends.

    Args:
        drawing: draws replies.
        places: knows threads and rules.
        intake: remembers which message has the buttons that count.
        helpline: tells people what they can mend.
        promises: told what became of answers that were promised directly.
        connected: returns the client that is connected now; raises DeliveryError without one.
        message_content: whether answers can be typed in threads.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the adapter passes each once
        self,
        drawing: Drawing,
        places: Places,
        intake: Intake,
        helpline: Helpline,
        promises: Promises,
        connected: Callable[[], discord.Client],
        message_content: bool,
    ) -> None:
        self._drawing = drawing
        self._places = places
        self._intake = intake
        self._helpline = helpline
        self._promises = promises
        self._connected = connected
        self._message_content = message_content
        self._mark = ""
        self._arrived: dict[str, list[int]] = {}

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
        shared = _finished(reply) if thread is not None else None
        try:
            if thread is not None and await self._reports_directly(thread, reply):
                reply = await self._report_directly(thread, key, reply)
            by_form = thread is not None and not self._message_content
            parts = self._drawing.parts(reply, by_form=by_form, shared=shared)
            latest = await self._replaced(channel_id, reply, parts)
            latest = latest or await self._send_parts(channel_id, key, parts)
        except (discord.DiscordException, *NETWORK) as error:
            await self._tell_trouble(channel_id, thread, error)
            raise delivery_error(error) from error
        if reply.progress is not None:
            await self._intake.keep_cursor(buttons_of(channel_id), str(latest))
        for done in (key, _alone(key)):
            self._arrived.pop(done, None)
        self._helpline.over(channel_id)
        await self._promises.kept(channel_id)

    async def _tell_trouble(
        self, channel_id: int, thread: InterviewThread | None, error: Exception
    ) -> None:
        if thread is not None:
            await self._helpline.refused(thread, error)
        elif isinstance(error, discord.Forbidden) and error.code in NO_DIRECT_MESSAGES:
            await self._promises.broken(channel_id)

    async def _send_parts(self, channel_id: int, key: str, parts: tuple[Part, ...]) -> int:
        """Send the messages of a reply, and return the last one's id.

        What has arrived is not sent again when another part, or the thread's half of a report,
        has to be tried again: Discord knows a key for some minutes only, and a permission may be
        missing for days.
        """
        arrived = self._arrived.setdefault(key, [])
        for number, part in enumerate(parts[len(arrived) :], start=len(arrived)):
            sent = await self._send_part(channel_id, await self._nonce(key, number), part)
            arrived.append(sent.id)
        return arrived[-1]

    async def _replaced(self, channel_id: int, reply: Reply, parts: tuple[Part, ...]) -> int | None:
        """Put a reply in the place of the message that it replaces, if it does and can.

        Returns:
            That message's id; None where a new one has to be sent.
        """
        if reply.replaces is None or len(parts) > 1:
            return None
        channel, part = self._connected().get_partial_messageable(channel_id), parts[0]
        try:
            await channel.get_partial_message(int(reply.replaces)).edit(
                content=part.content or None,
                embeds=[part.embed] if part.embed else [],
                view=part.view,
                allowed_mentions=discord.AllowedMentions.none(),
            )
        except discord.HTTPException as error:
            if error.code in (ARCHIVED, UNKNOWN_MESSAGE):
                return None
            raise
        return int(reply.replaces)

    async def _nonce(self, key: str, number: int) -> str:
        """Return what Discord knows a message by: its own in every database, 25 signs at most.

        A database that was begun anew numbers its replies from 1 again; without its mark Discord
        would take them for those of the one before.
        """
        if not self._mark:
            kept = await self._intake.cursor(_MARK)
            if kept is None:
                kept = "".join(secrets.choice(_MARK_LETTERS) for _ in range(_MARK_LENGTH))
                await self._intake.keep_cursor(_MARK, kept)
            self._mark = kept
        return f"{key}-{self._mark}.{number}" if number else f"{key}-{self._mark}"

    async def _send_part(self, channel_id: int, nonce: str, part: Part) -> discord.Message:
        try:
            return await self._post(channel_id, nonce, part)
        except discord.HTTPException as error:
            if error.code != ARCHIVED:
                raise
        await self._unarchive(channel_id)
        return await self._post(channel_id, nonce, part)

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
            parts = self._drawing.parts(alone, by_form=False)
            await self._send_parts(direct.id, _alone(key), parts)
        except discord.Forbidden as error:
            if error.code not in NO_DIRECT_MESSAGES:
                raise
            told = "discord.report_closed"
        return replace(reply, blocks=(Notice(told),))


def _finished(reply: Reply) -> Report | None:
    """Return the report of a finished interview, if a reply holds one that says something."""
    reports = (block.report for block in reply.blocks if isinstance(block, ReportCard))
    return next((found for found in reports if found.finished and found.topics), None)


def _alone(key: str) -> str:
    """Return the key of what only the person gets; what the thread gets has the reply's own."""
    return f"{key}d"


def buttons_of(channel_id: int) -> str:
    """Return the name under which the latest question with its buttons is remembered."""
    return f"discord:buttons:{channel_id}"
