"""Draws what can be pressed under a reply: rows of buttons, and menus where a row would not do.

Discord shows at most five rows under a message: five buttons each, or one menu.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import discord
import structlog

from bot.adapters.discord_adapter.buttons import (
    ANSWER,
    LONGEST_ID,
    SHARE,
    PressButton,
    PressMenu,
    write_id,
)
from bot.interview.messages import Action, Choice, Notice, Reply
from bot.interview.report import Report
from bot.presentation import Presenter

log = structlog.get_logger(__name__)

_MOST_ROWS = 5
_LONGEST_ROW = 5
_LONGEST_MENU = 25
_LONGEST_LABEL = 100
_STYLES = {
    Action.NEW: discord.ButtonStyle.primary,
    Action.RESUME: discord.ButtonStyle.primary,
}


_Button = tuple[str, str, discord.ButtonStyle]
"""Custom id, label, colour."""


@dataclass(frozen=True, slots=True)
class _Row:
    """Choices that stand together.

    Args:
        choices: the choices.
        listed: whether they are a menu.
    """

    choices: tuple[Choice, ...]
    listed: bool = False


def controls(
    presenter: Presenter, reply: Reply, *, by_form: bool, shared: Report | None = None
) -> discord.ui.View | None:
    """Return the buttons and menus under a reply; None where there is nothing to press.

    Args:
        presenter: words the buttons.
        reply: what they stand under.
        by_form: whether one of them opens the form to answer in.
        shared: what one of them offers to tell the channel of, if anything.
    """
    view = discord.ui.View(timeout=None)
    actions = _actions(presenter, reply, by_form=by_form, shared=shared)
    rows = _rows(reply.choices, _MOST_ROWS - bool(actions))
    for number, row in enumerate(rows):
        _add_row(view, presenter, reply.locale, row, number)
    for custom_id, label, style in actions:
        view.add_item(PressButton.make(custom_id, label, style, len(rows)))
    return view if view.children else None


def answer_button(presenter: Presenter, locale: str) -> discord.ui.View:
    """Return the one button that opens the form to answer in."""
    custom_id, label, style = _answer(presenter, locale)
    return discord.ui.View(timeout=None).add_item(PressButton.make(custom_id, label, style, 0))


def _answer(presenter: Presenter, locale: str) -> _Button:
    return write_id(ANSWER), presenter.text(locale, "discord.answer"), discord.ButtonStyle.success


def _share(presenter: Presenter, locale: str, report: Report) -> _Button:
    points = sum(len(topic.points) for topic in report.topics)
    result = {"covered": str(report.covered), "points": str(points)}
    label = presenter.text(locale, "discord.share")
    return write_id(SHARE, result), label, discord.ButtonStyle.secondary


def _actions(
    presenter: Presenter, reply: Reply, *, by_form: bool, shared: Report | None
) -> list[_Button]:
    """Return the buttons that every reply of its kind has."""
    form = [_answer(presenter, reply.locale)] if by_form else []
    share = [_share(presenter, reply.locale, shared)] if shared is not None else []
    others = [
        (
            write_id(action.value),
            presenter.label(reply.locale, action),
            _STYLES.get(action, discord.ButtonStyle.secondary),
        )
        for action in reply.buttons
    ]
    return (form + others + share)[:_LONGEST_ROW]


def _rows(choices: Sequence[tuple[Choice, ...]], most: int) -> list[_Row]:
    """Return at most so many rows: single choices below each other are one menu."""
    rows: list[_Row] = []
    after_single = False
    for row in choices:
        if after_single and len(row) == 1:
            rows[-1] = _Row((*rows[-1].choices, *row), listed=True)
        else:
            rows.append(_Row(row, listed=len(row) > _LONGEST_ROW))
        after_single = len(row) == 1
    if len(rows) > most:
        rest = tuple(choice for row in rows[most - 1 :] for choice in row.choices)
        rows = [*rows[: most - 1], _Row(rest, listed=True)]
    return rows


def _add_row(
    view: discord.ui.View, presenter: Presenter, locale: str, row: _Row, number: int
) -> None:
    drawn = [(_id(choice), _label(presenter, locale, choice)) for choice in row.choices]
    fitting = [(custom_id, label) for custom_id, label in drawn if len(custom_id) <= LONGEST_ID]
    if len(fitting) < len(drawn):
        log.error("gateway.choice_too_long", choices=len(drawn) - len(fitting))
    if row.listed and fitting:
        options = [
            discord.SelectOption(label=label[:_LONGEST_LABEL], value=custom_id)
            for custom_id, label in fitting[:_LONGEST_MENU]
        ]
        view.add_item(PressMenu.make(options, number))
        return
    for custom_id, label in fitting:
        view.add_item(PressButton.make(custom_id, label, discord.ButtonStyle.secondary, number))


def _id(choice: Choice) -> str:
    return write_id(choice.action.value, choice.options)


def _label(presenter: Presenter, locale: str, choice: Choice) -> str:
    label = choice.label
    if isinstance(label, Notice):
        return presenter.text(locale, label.key, **label.params)
    return label
