"""What the tests' Discord is made of: people, servers, channels, messages, as API payloads."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass, field
from typing import Any

import discord
from aiohttp import web

Payload = dict[str, Any]

BOT_ID = 900
APPLICATION_ID = 901
_EPOCH_MS = 1_420_070_400_000
_NOW = "2026-11-22T12:00:00+00:00"

TEXT, DM, PUBLIC_THREAD, PRIVATE_THREAD = 0, 1, 11, 12
NEWS, NEWS_THREAD = 5, 10
THREAD_CREATED = 18
"""Type of the message by which Discord announces a thread in its channel."""


class Snowflakes:
    """Ids that grow, with the time in their upper bits, as Discord's do."""

    def __init__(self) -> None:
        self._last = 0

    def next(self) -> int:
        now = (int(time.time() * 1000) - _EPOCH_MS) << 22
        self._last = max(self._last + 1, now)
        return self._last


@dataclass
class Person:
    """Somebody who uses Discord.

    `takes_messages` says whether their privacy settings let the bot write to them.
    """

    id: int
    name: str
    locale: str = "en-US"
    takes_messages: bool = True
    bot: bool = False

    def payload(self) -> Payload:
        return {
            "id": str(self.id),
            "username": self.name,
            "discriminator": "0",
            "global_name": self.name,
            "avatar": None,
            "bot": self.bot,
        }


@dataclass
class Channel:
    """A text channel, a thread, or a direct conversation.

    Args:
        messages: everything said in it, oldest first.
    """

    id: int
    kind: int
    name: str = ""
    guild: Guild | None = None
    parent: Channel | None = None
    recipient: Person | None = None
    owner_id: int = 0
    archived: bool = False
    locked: bool = False
    members: set[int] = field(default_factory=set)
    messages: list[Payload] = field(default_factory=list)

    @property
    def is_thread(self) -> bool:
        return self.kind in (NEWS_THREAD, PUBLIC_THREAD, PRIVATE_THREAD)

    def payload(self) -> Payload:
        found: Payload = {"id": str(self.id), "type": self.kind, "last_message_id": None}
        if self.recipient is not None:
            return {**found, "recipients": [self.recipient.payload()]}
        assert self.guild is not None
        found |= {"guild_id": str(self.guild.id), "name": self.name, "rate_limit_per_user": 0}
        if not self.is_thread:
            return {**found, "position": 0, "permission_overwrites": [], "nsfw": False}
        assert self.parent is not None
        return {
            **found,
            "parent_id": str(self.parent.id),
            "owner_id": str(self.owner_id),
            "message_count": len(self.messages),
            "member_count": len(self.members),
            "thread_metadata": {
                "archived": self.archived,
                "auto_archive_duration": 1440,
                "archive_timestamp": _NOW,
                "locked": self.locked,
                "create_timestamp": _NOW,
            },
        }

    def from_bot(self) -> list[Payload]:
        """Return what the bot said here, oldest first; what Discord says in its name is none."""
        return [m for m in self.messages if m["author"]["id"] == str(BOT_ID) and m["type"] == 0]

    def announced(self) -> list[str]:
        """Return the names of the threads that Discord itself announced here."""
        return [m["content"] for m in self.messages if m["type"] == THREAD_CREATED]

    def texts(self) -> list[str]:
        """Return the words of what the bot said here, embeds included, oldest first."""
        return [text_of(message) for message in self.from_bot()]


def _granted() -> discord.Permissions:
    """Return what the guide asks an administrator to grant."""
    return discord.Permissions(
        view_channel=True,
        send_messages=True,
        send_messages_in_threads=True,
        create_public_threads=True,
        create_private_threads=True,
        embed_links=True,
        attach_files=True,
        read_message_history=True,
    )


@dataclass
class Guild:
    """A server that the bot was added to, with what the bot may do there."""

    id: int
    name: str
    owner: Person
    channels: list[Channel] = field(default_factory=list)
    threads: list[Channel] = field(default_factory=list)
    permissions: discord.Permissions = field(default_factory=_granted)
    kicked: bool = False
    tells_members: bool = True

    def payload(self) -> Payload:
        everyone = {
            "id": str(self.id),
            "name": "@everyone",
            "color": 0,
            "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
            "hoist": False,
            "position": 0,
            "permissions": str(self.permissions.value),
            "managed": False,
            "mentionable": False,
            "flags": 0,
        }
        return {
            "id": str(self.id),
            "name": self.name,
            "owner_id": str(self.owner.id),
            "roles": [everyone],
            "emojis": [],
            "features": [],
            "channels": [channel.payload() for channel in self.channels],
            "threads": [thread.payload() for thread in self.threads if not thread.archived],
            "members": [member(BOT)] if self.tells_members else [],
            "member_count": 2,
            "preferred_locale": "en-US",
            "unavailable": False,
        }


BOT = Person(BOT_ID, "Aurora", bot=True)


def member(person: Person, permissions: int | None = None) -> Payload:
    """Return a person as a member of a server."""
    found: Payload = {
        "user": person.payload(),
        "roles": [],
        "joined_at": _NOW,
        "deaf": False,
        "mute": False,
        "flags": 0,
    }
    if permissions is not None:
        found["permissions"] = str(permissions)
    return found


def message(
    message_id: int, channel: Channel, author: Person, content: str, **more: Any
) -> Payload:
    """Return a message as the API shows it."""
    found: Payload = {
        "id": str(message_id),
        "channel_id": str(channel.id),
        "author": author.payload(),
        "content": content,
        "timestamp": _NOW,
        "edited_timestamp": None,
        "tts": False,
        "mention_everyone": False,
        "mentions": [],
        "mention_roles": [],
        "attachments": [],
        "embeds": [],
        "components": [],
        "pinned": False,
        "type": 0,
        "flags": 0,
        **more,
    }
    if channel.guild is not None:
        found["guild_id"] = str(channel.guild.id)
    return found


def answer(data: Any, status: int = 200, **headers: str) -> web.Response:
    """Return an answer of the API; it names no character set, and clients rely on that."""
    kind = {"Content-Type": "application/json"}
    return web.Response(body=json.dumps(data).encode(), status=status, headers=kind | headers)


def text_of(payload: Payload) -> str:
    """Return the words of a message, its embeds included."""
    embeds = payload["embeds"]
    parts = [payload["content"]]
    parts += [f"{e.get('title', '')}\n{e.get('description', '')}".strip() for e in embeds]
    return "\n".join(part for part in parts if part)


def components_of(payload: Payload) -> list[Payload]:
    """Return the buttons and menus under a message."""
    return [item for row in payload["components"] for item in row["components"]]


def labels_of(message: Payload) -> set[str]:
    """Return what is written on the buttons of a message."""
    return {item["label"] for item in components_of(message) if "label" in item}
