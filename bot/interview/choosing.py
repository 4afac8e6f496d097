"""Reads what was chosen: from the message, the person's settings, the last interview, the place."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import TypeVar

from bot.interview.flow import Length, Level
from bot.interview.messages import Action, Inbound
from bot.interview.ports import Snapshot
from bot.interview.state import InterviewState, Options
from engine.contract import Mode
from engine.outcomes import STYLES, Style

LANGUAGES = ("ko", "en")
"""Languages that there are texts in."""

_Choice = TypeVar("_Choice", bound=StrEnum)


class BadOptionError(Exception):
    """An option has a value that there is not.

    Args:
        value: the value.
    """

    def __init__(self, value: str) -> None:
        super().__init__(value)
        self.value = value


def read_options(
    snapshot: Snapshot, inbound: Inbound, defaults: Options, packs: Collection[str]
) -> Options:
    """Return the options of a new interview.

    Whoever came back to an interview and wanted another gets that one; whoever starts anew gets
    the last one's options where neither the message nor the settings say otherwise.

    Args:
        snapshot: the person, their settings and their interview.
        inbound: the message that asks for the interview.
        defaults: what counts where nobody chose anything.
        packs: ids of the packs at hand; an interview on one that is gone is no example.

    Raises:
        BadOptionError: an unknown mode, level, length or style.
    """
    given, last = inbound.options, snapshot.interview
    if inbound.action is not Action.NEW or (last and last.pack.id not in packs):
        last = None
    if last is not None and last.wanted is not None:
        return _applied(last.wanted, given)
    base = replace(
        defaults,
        locale=given.get("default_locale", defaults.locale),
        pack_id=given.get("default_pack", defaults.pack_id),
    )
    if last is not None:
        base = replace(last.options, start_topic=None, topics=())
    return _applied(base, {**snapshot.chosen, **given})


def fits(state: InterviewState, inbound: Inbound) -> bool:
    """Whether an open interview is what was asked for: nothing that was chosen differs.

    Another style is no other interview: it goes on in that one (`Opening`).
    """
    chosen = _by_name(state.options)
    return all(chosen.get(k) == v for k, v in inbound.options.items() if k in chosen)


def asks_first(state: InterviewState, inbound: Inbound) -> bool:
    """Whether the person is asked before anything goes on; what has no answer yet needs none."""
    return inbound.options.get("offer") == "yes" and state.turn > 0


def member(kind: type[_Choice], value: str) -> _Choice:
    """Return the member of an enumeration that a value names.

    Raises:
        BadOptionError: there is none.
    """
    try:
        return kind(value)
    except ValueError:
        raise BadOptionError(value) from None


def korean_style(value: str) -> Style:
    """Return the style of Korean that a value names.

    Raises:
        BadOptionError: Korean is not spoken in it.
    """
    style = member(Style, value)
    if style not in STYLES["ko"]:
        raise BadOptionError(value)
    return style


def _applied(base: Options, given: Mapping[str, str]) -> Options:
    another_pack = given.get("pack", base.pack_id) != base.pack_id
    return Options(
        locale=given.get("locale", base.locale),
        pack_id=given.get("pack", base.pack_id),
        mode=member(Mode, given.get("mode", base.mode)),
        level=member(Level, given.get("level", base.level)),
        length=member(Length, given.get("length", base.length)),
        start_topic=given.get("start_topic") or (None if another_pack else base.start_topic),
        topics=() if another_pack else base.topics,
        style=korean_style(given.get("style", base.style)),
    )


def _by_name(options: Options) -> dict[str, str]:
    """Return the options by the names that they are chosen with."""
    return {
        "locale": options.locale,
        "pack": options.pack_id,
        "mode": options.mode.value,
        "level": options.level.value,
        "length": options.length.value,
        "start_topic": options.start_topic or "",
    }
