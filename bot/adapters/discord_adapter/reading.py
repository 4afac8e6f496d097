"""Translates what people write in Discord into what the interview understands; decides nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import discord

from bot.adapters.discord_adapter.places import conversation_of
from bot.adapters.discord_adapter.settings import PLATFORM
from bot.interview.messages import Account, Action, Inbound
from bot.interview.ports import Clock

_SPOKEN = (discord.MessageType.default, discord.MessageType.reply)


@dataclass(frozen=True, slots=True)
class Reader:
    """Translates.

    Args:
        clock: the time.
        own_id: returns the id of the bot's own account.
    """

    clock: Clock
    own_id: Callable[[], int]

    def said(self, message: discord.Message, options: Mapping[str, str]) -> Inbound:
        """Return the message that somebody wrote.

        A sticker, a picture, a voice message and what is forwarded carry no words of their own.
        """
        return Inbound(
            event_id=event_of(message.id),
            account=account_of(message.author),
            conversation=conversation_of(message.channel.id),
            text=self._own_words(message),
            received_at=min(message.created_at, self.clock.now()),
            options=options,
        )

    def edited(self, message: discord.Message, options: Mapping[str, str]) -> Inbound:
        """Return the change of a message that somebody wrote."""
        moment = message.edited_at or message.created_at
        return Inbound(
            event_id=f"edit:{message.id}:{moment.timestamp():.6f}",
            account=account_of(message.author),
            conversation=conversation_of(message.channel.id),
            text=self._own_words(message),
            received_at=self.clock.now(),
            options=options,
            edits=event_of(message.id),
        )

    def asked(  # noqa: PLR0913 - what an interaction is made of
        self,
        interaction: discord.Interaction,
        channel_id: int,
        action: Action | None,
        options: Mapping[str, str],
        *,
        text: str = "",
        event_id: str | None = None,
    ) -> Inbound:
        """Return what a command, a press or a form asks for.

        Args:
            interaction: where it comes from.
            channel_id: the thread or direct channel to answer in.
            action: what is asked for; None where `text` is simply an answer.
            options: what comes with it.
            text: what was written.
            event_id: what identifies it, where that is not the interaction alone.
        """
        return Inbound(
            event_id=event_id or f"interaction:{interaction.id}",
            account=account_of(interaction.user),
            conversation=conversation_of(channel_id),
            text=text,
            received_at=self.clock.now(),
            action=action,
            options=options,
        )

    def _own_words(self, message: discord.Message) -> str:
        """Return what somebody wrote, without the bot's own name."""
        if message.flags.forwarded:
            return ""
        return re.sub(rf"<@!?{self.own_id()}>", "", message.content).strip()


def is_said(message: discord.Message) -> bool:
    """Whether a person said something, rather than a bot, a webhook or Discord itself."""
    said = message.type in _SPOKEN and message.webhook_id is None
    return said and not message.author.bot


def account_of(user: discord.abc.User) -> Account:
    """Return a person as the interview knows them."""
    return Account(PLATFORM, str(user.id))


def event_of(message_id: int) -> str:
    """Return what identifies a message."""
    return f"message:{message_id}"
