"""Buttons and menus that go on working after a restart: all they need is in their custom ids.

A custom id is ``aurora:<version>:<what>?<options>``, at most 100 characters, with `<what>` an
action of the interview, the form to answer in, or a line for the channel.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, Self
from urllib.parse import parse_qsl, urlencode

import discord

from bot.interview.messages import Action

VERSION = "1"
ANSWER = "answer"
"""What a button asks for that opens the form to answer in."""
SHARE = "share"
"""What a button asks for that tells the channel of a finished interview."""
LONGEST_ID = 100

_ID = re.compile(r"aurora:(?P<version>\d+):(?P<what>[a-z_]+)(?:\?(?P<options>.*))?")
_MENU_ID = re.compile(r"aurora-menu:\d+")


@dataclass(frozen=True, slots=True)
class Press:
    """What a press asks for.

    Args:
        what: an action of the interview, `ANSWER` or `SHARE`; None where the button is of a version
            that nobody knows any more.
        options: what comes with it.
    """

    what: Action | str | None
    options: Mapping[str, str] = field(default_factory=dict)


class Presses(Protocol):
    """Who is told of presses: the client that they arrive at."""

    async def pressed(self, interaction: discord.Interaction[Any], press: Press) -> None:
        """Do what a press asks for; it is not acknowledged yet."""


def write_id(what: str, options: Mapping[str, str] | None = None) -> str:
    """Return the custom id of a press."""
    asked = f"?{urlencode(options)}" if options else ""
    return f"aurora:{VERSION}:{what}{asked}"


def read_id(custom_id: str) -> Press:
    """Return what a custom id asks for."""
    found = _ID.fullmatch(custom_id)
    if found is None or found["version"] != VERSION:
        return Press(None)
    options = dict(parse_qsl(found["options"] or ""))
    if found["what"] in (ANSWER, SHARE):
        return Press(found["what"], options)
    try:
        return Press(Action(found["what"]), options)
    except ValueError:
        return Press(None)


def options_of(press: Press, message: discord.Message | None) -> Mapping[str, str]:
    """Return what goes with a press; settings are shown anew in the message that was pressed."""
    anew = press.what in (Action.SETTINGS, Action.LANGUAGE) and bool(press.options)
    return {**press.options, "under": str(message.id)} if anew and message else press.options


class PressButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=_ID):
    """A button."""

    @classmethod
    def make(cls, custom_id: str, label: str, style: discord.ButtonStyle, row: int) -> Self:
        """Return a button to be drawn.

        Args:
            custom_id: from `write_id`.
            label: what is written on it.
            style: its colour.
            row: where it stands, from 0 to 4.
        """
        button: discord.ui.Button[Any] = discord.ui.Button(
            custom_id=custom_id, label=label[:80], style=style
        )
        return cls(button, row=row)

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],  # noqa: ARG003 - the library's signature
        item: discord.ui.Item[Any],
        match: re.Match[str],  # noqa: ARG003 - the library's signature
        /,
    ) -> Self:
        """Return the button that was pressed."""
        assert isinstance(item, discord.ui.Button)  # noqa: S101 - what the library promises
        return cls(item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Pass the press on."""
        presses: Presses = interaction.client
        await presses.pressed(interaction, read_id(self.custom_id))


class PressMenu(discord.ui.DynamicItem[discord.ui.Select[Any]], template=_MENU_ID):
    """A menu, each of whose options is what a button would be."""

    @classmethod
    def make(cls, options: list[discord.SelectOption], row: int) -> Self:
        """Return a menu to be drawn.

        Args:
            options: at most 25, their values from `write_id`.
            row: where it stands, from 0 to 4.
        """
        menu: discord.ui.Select[Any] = discord.ui.Select(
            custom_id=f"aurora-menu:{row}", options=options
        )
        return cls(menu, row=row)

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],  # noqa: ARG003 - the library's signature
        item: discord.ui.Item[Any],
        match: re.Match[str],  # noqa: ARG003 - the library's signature
        /,
    ) -> Self:
        """Return the menu that was picked from."""
        assert isinstance(item, discord.ui.Select)  # noqa: S101 - what the library promises
        return cls(item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Pass the choice on."""
        presses: Presses = interaction.client
        await presses.pressed(interaction, read_id(self.item.values[0]))
