"""What the bot must be allowed to do in a server, and how that is called there."""

from __future__ import annotations

from collections.abc import Mapping

import discord

from bot.adapters.discord_adapter.places import ThreadKind
from bot.presentation import Presenter

_NAMES: Mapping[str, str] = {
    "view_channel": "discord.may_view",
    "send_messages_in_threads": "discord.may_write",
    "read_message_history": "discord.may_read_history",
    "embed_links": "discord.may_embed",
    "attach_files": "discord.may_attach",
    "create_public_threads": "discord.may_open_public",
    "create_private_threads": "discord.may_open_private",
}
_OPENING = {
    ThreadKind.PUBLIC: "create_public_threads",
    ThreadKind.PRIVATE: "create_private_threads",
}
_HOLDING = tuple(name for name in _NAMES if name not in _OPENING.values())

INVITED = discord.Permissions(**dict.fromkeys((*_NAMES, "send_messages"), True))
"""What the link to invite the bot asks for."""


def missing_to_open(allowed: discord.Permissions, kind: ThreadKind) -> tuple[str, ...]:
    """Return what the bot lacks to hold an interview in a new thread of a channel."""
    return _missing(allowed, (_OPENING[kind], *_HOLDING))


def missing_to_hold(allowed: discord.Permissions) -> tuple[str, ...]:
    """Return what the bot lacks to go on with an interview in a thread."""
    return _missing(allowed, _HOLDING)


def named(presenter: Presenter, locale: str, permissions: tuple[str, ...]) -> str:
    """Return permissions by the names that Discord's settings show.

    Args:
        presenter: words them.
        locale: the language.
        permissions: what `missing_to_open` or `missing_to_hold` returned; where nothing is known
            to be missing, everything is named that could be.
    """
    names = (presenter.text(locale, _NAMES[name]) for name in permissions or _HOLDING)
    return ", ".join(f"**{name}**" for name in names)


def _missing(allowed: discord.Permissions, needed: tuple[str, ...]) -> tuple[str, ...]:
    if allowed.administrator:
        return ()
    return tuple(name for name in needed if not getattr(allowed, name))
