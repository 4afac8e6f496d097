"""What Discord refuses: messages and commands beyond its limits, as the API says so."""

from __future__ import annotations

import re
from typing import Any

from tests.support.discord_world import Payload

_COMMAND_NAME = re.compile(r"[-_\w]{1,32}")
_LONGEST_NONCE = 25
_BUTTON = 2


class ApiError(Exception):
    """An error as the API answers it.

    Args:
        status: of HTTP.
        code: Discord's own.
        text: what went wrong.
    """

    def __init__(self, status: int, code: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.code = code


def check_message(payload: Payload, *, files: int = 0) -> None:
    """Refuse a message that Discord would refuse.

    Raises:
        ApiError: a limit is broken, or the message is empty.
    """
    content, embeds = payload.get("content") or "", payload.get("embeds") or []
    if not content and not embeds and not files:
        raise ApiError(400, 50006, "Cannot send an empty message")
    _at_most(2_000, content, "content")
    _at_most(_LONGEST_NONCE, str(payload.get("nonce") or ""), "nonce")
    _at_most(10, embeds, "embeds")
    total = 0
    for embed in embeds:
        _at_most(256, embed.get("title", ""), "embed title")
        _at_most(4_096, embed.get("description", ""), "embed description")
        _at_most(25, embed.get("fields", []), "embed fields")
        _at_most(2_048, embed.get("footer", {}).get("text", ""), "embed footer")
        total += sum(len(embed.get(name, "")) for name in ("title", "description"))
    _at_most(6_000, "x" * total, "embeds")
    _check_components(payload.get("components") or [])


def check_commands(commands: list[Payload]) -> None:
    """Refuse slash commands that Discord would refuse.

    Raises:
        ApiError: a name, a description or a number is outside the limits.
    """
    _at_most(100, commands, "commands")
    for command in commands:
        _check_command(command)


def _check_command(command: Payload) -> None:
    names = [command["name"], *(command.get("name_localizations") or {}).values()]
    for name in names:
        if not _COMMAND_NAME.fullmatch(name) or name != name.lower():
            raise ApiError(400, 50035, f"invalid command name {name!r}")
    localised = (command.get("description_localizations") or {}).values()
    for description in (command["description"], *localised):
        if not 1 <= len(description) <= 100:
            raise ApiError(400, 50035, f"invalid description {description!r}")
    options = command.get("options") or []
    _at_most(25, options, "options")
    for option in options:
        _check_command(option)
        for choice in option.get("choices") or []:
            _at_most(100, choice["name"], "choice name")


def _check_components(rows: list[Payload]) -> None:
    _at_most(5, rows, "component rows")
    seen: set[str] = set()
    for row in rows:
        items = row["components"]
        weight = sum(1 if item["type"] == _BUTTON else 5 for item in items)
        if not 1 <= weight <= 5:
            raise ApiError(400, 50035, "a row holds one to five buttons, or one menu")
        for item in items:
            _at_most(100, item["custom_id"], "custom id")
            if not item["custom_id"] or item["custom_id"] in seen:
                raise ApiError(400, 50035, f"custom id {item['custom_id']!r} is empty or used")
            seen.add(item["custom_id"])
            _at_most(80, item.get("label", ""), "label")
            if item["type"] != _BUTTON:
                _check_menu(item)


def _check_menu(menu: Payload) -> None:
    options = menu["options"]
    if not 1 <= len(options) <= 25 or len({o["value"] for o in options}) != len(options):
        raise ApiError(400, 50035, "a menu holds 1 to 25 options with different values")
    for option in options:
        _at_most(100, option["label"], "option label")
        _at_most(100, option["value"], "option value")


def _at_most(limit: int, what: Any, name: str) -> None:
    if len(what) > limit:
        raise ApiError(400, 50035, f"{name}: {len(what)} is more than {limit}")
