"""The commands on Telegram: what they are called, and how they are read.

Telegram allows Latin letters only in the names that its menu lists, so they are the same in every
language; what stands behind a name in the menu is in the person's own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.adapters.commands import as_meant, read_command
from bot.interview.messages import Action

# Whoever has an interview open is asked first whether it should go on.
_ASK_FIRST = {"offer": "yes"}
_PAIR = re.compile(r"(\w+)=(\S+)")
# What Telegram lets through in ``t.me/<bot>?start=…``: a pack, and after a low line a topic.
_LONGEST_LINK = 64
_DEEP_LINK = re.compile(r"(?P<pack>[A-Za-z0-9-]+)(?:_(?P<topic>[A-Za-z0-9-]+))?")


@dataclass(frozen=True, slots=True)
class MenuCommand:
    """One command of the menu.

    Args:
        name: what is typed, without the slash.
        action: what it asks for.
        help_key: id of the text that says what it does.
        argument: the option that a bare word behind it gives, if any.
    """

    name: str
    action: Action
    help_key: str
    argument: str | None = None


@dataclass(frozen=True, slots=True)
class TypedCommand:
    """What was typed.

    Args:
        action: what it asks for; None where it is no command.
        options: what goes with it.
        text: what else was written.
    """

    action: Action | None
    options: Mapping[str, str] = field(default_factory=dict)
    text: str = ""


MENU = (
    MenuCommand("start", Action.OPEN, "command.start.help"),
    MenuCommand("interview", Action.OPEN, "command.interview.help", "pack"),
    MenuCommand("new", Action.NEW, "command.new.help", "pack"),
    MenuCommand("hint", Action.HINT, "command.hint.help"),
    MenuCommand("skip", Action.SKIP, "command.skip.help"),
    MenuCommand("idk", Action.DONT_KNOW, "command.dont_know.help"),
    MenuCommand("repeat", Action.REPEAT, "command.repeat.help"),
    MenuCommand("disagree", Action.DISAGREE, "command.disagree.help"),
    MenuCommand("pause", Action.PAUSE, "command.pause.help"),
    MenuCommand("resume", Action.RESUME, "command.resume.help"),
    MenuCommand("stop", Action.STOP, "command.stop.help"),
    MenuCommand("report", Action.REPORT, "command.report.help"),
    MenuCommand("history", Action.HISTORY, "command.history.help"),
    MenuCommand("review", Action.REVIEW, "command.review.help"),
    MenuCommand("packs", Action.PACKS, "command.packs.help"),
    MenuCommand("language", Action.LANGUAGE, "command.language.help", "locale"),
    MenuCommand("settings", Action.SETTINGS, "command.settings.help"),
    MenuCommand("link", Action.LINK, "command.link.help", "code"),
    MenuCommand("unlink", Action.UNLINK, "command.unlink.help"),
    MenuCommand("privacy", Action.PRIVACY, "command.privacy.help"),
    MenuCommand("help", Action.HELP, "command.help.help"),
)
_BY_NAME = {command.name: command for command in MENU}


class TelegramCommands:
    """How a person on Telegram reaches each action (see `bot.presentation.CommandNames`)."""

    def name(self, locale: str, action: Action) -> str:  # noqa: ARG002 - the port's signature
        """Return the command with its slash."""
        # /start says less than /interview to somebody who has started already.
        names = (c.name for c in MENU if c.action is action and c.name != "start")
        return f"/{next(names)}"

    def listed(self, locale: str) -> tuple[tuple[str, str], ...]:  # noqa: ARG002 - the port's
        """Return (command, id of the text that says what it does) for every command."""
        return tuple((f"/{command.name}", command.help_key) for command in MENU)


def read_typed(text: str, username: str) -> TypedCommand | None:
    """Return the command that a private message is, or None for an ordinary message.

    The names of other languages, as in a terminal, work too; what nobody knows asks for help.

    Args:
        text: the message.
        username: the bot's own name, which may follow a command after an ``@``.
    """
    known = read_menu_command(text, username)
    if known is not None:
        return known
    other = read_command(text)
    if other is None:
        return None
    # Whoever would leave a terminal only rests here.
    return TypedCommand(other.action or Action.PAUSE, other.options, other.text)


def read_menu_command(text: str, username: str) -> TypedCommand | None:
    """Return the command of the menu that a message is, or None where it is none.

    Args:
        text: the message.
        username: the bot's own name; a command for another bot is not meant.
    """
    head, *others = text.split(maxsplit=1) or [""]
    name, _, addressed = head.partition("@")
    if not name.startswith("/") or (addressed and addressed.casefold() != username.casefold()):
        return None
    command = _BY_NAME.get(name[1:].casefold())
    return _with_arguments(command, "".join(others).strip()) if command else None


def _with_arguments(command: MenuCommand, rest: str) -> TypedCommand:
    options = {key: value.casefold() for key, value in _PAIR.findall(rest)}
    bare = [word for word in rest.split() if "=" not in word]
    if command.name == "start":
        return TypedCommand(Action.OPEN, {**_ASK_FIRST, **read_deep_link(rest)})
    if command.argument and len(bare) == 1:
        options[command.argument] = bare[0].casefold()
    options = as_meant(options)
    if command.action is Action.OPEN:
        options |= _ASK_FIRST
    return TypedCommand(command.action, options, rest)


def read_deep_link(payload: str) -> dict[str, str]:
    """Return the options that ``?start=pack_topic`` stands for; none where it says nothing."""
    found = _DEEP_LINK.fullmatch(payload)
    if found is None or len(payload) > _LONGEST_LINK:
        return {}
    topic = {"start_topic": found["topic"]} if found["topic"] else {}
    return {"pack": found["pack"], **topic}
