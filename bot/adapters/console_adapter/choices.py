"""Choices in a terminal, which has nothing to press: each gets a number that can be typed.

``/2`` picks the second one of the list that was shown last.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from bot.interview.messages import Choice, Notice, Reply
from bot.presentation import Presenter

_NUMBER = re.compile(r"\s*/(\d{1,3})\s*")


def is_number(typed: str) -> bool:
    """Whether a line picks something by its number, whatever was shown."""
    return _NUMBER.fullmatch(typed) is not None


class Choices:
    """The list of choices that was shown last."""

    def __init__(self) -> None:
        self._shown: Sequence[Choice] = ()

    def show(self, presenter: Presenter, reply: Reply) -> str:
        """Return the choices of a reply, row by row with their numbers; empty without any."""
        if not reply.choices:
            return ""
        self._shown = [choice for row in reply.choices for choice in row]
        numbers = iter(range(1, len(self._shown) + 1))
        rows = (
            " · ".join(f"/{next(numbers)} {_label(presenter, reply.locale, one)}" for one in row)
            for row in reply.choices
        )
        return "\n".join(rows)

    def picked(self, typed: str) -> Choice | None:
        """Return the choice that somebody typed the number of; None where there is none."""
        found = _NUMBER.fullmatch(typed)
        number = int(found[1]) if found else 0
        return self._shown[number - 1] if 0 < number <= len(self._shown) else None


def _label(presenter: Presenter, locale: str, choice: Choice) -> str:
    if isinstance(choice.label, Notice):
        return presenter.text(locale, choice.label.key, **choice.label.params)
    return choice.label
