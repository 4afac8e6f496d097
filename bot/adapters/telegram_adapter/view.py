"""Draws a reply as Telegram messages: text with entities, buttons under the last, and a file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from telegram import InlineKeyboardButton, InlineKeyboardMarkup
from telegram.constants import MessageEntityType

from bot.adapters.emphasis import Emphasis, spans
from bot.adapters.report_file import ReportFile, report_file
from bot.adapters.telegram_adapter.callbacks import Buttons, Press, press_under
from bot.adapters.telegram_adapter.text import MarkedText, split
from bot.interview.messages import Action, Choice, Notice, Reply
from bot.lines import Line, Section, SectionKind, Tone, stands_apart
from bot.presentation import Presenter

_BUTTONS_A_ROW = 3
_LONG_QUOTE = 300  # characters; a longer one is folded
_EMPHASIS = {
    Emphasis.NONE: (),
    Emphasis.BOLD: (MessageEntityType.BOLD,),
    Emphasis.ITALIC: (MessageEntityType.ITALIC,),
    Emphasis.CODE: (MessageEntityType.CODE,),
}
_TONES = {Tone.TITLE: (MessageEntityType.BOLD,), Tone.MUTED: (MessageEntityType.ITALIC,)}


@dataclass(frozen=True, slots=True)
class TextMessage:
    """A message of text.

    Args:
        text: what it says; it fits one message.
        keyboard: the buttons under it, if any.
    """

    text: MarkedText
    keyboard: InlineKeyboardMarkup | None = None


@dataclass(frozen=True, slots=True)
class FileMessage:
    """A message that carries a file.

    Args:
        file: the file.
        caption: what stands under it.
    """

    file: ReportFile
    caption: str


class TelegramView:
    """Draws replies.

    Args:
        presenter: words them.
        buttons: writes what buttons carry.
    """

    def __init__(self, presenter: Presenter, buttons: Buttons) -> None:
        self._presenter = presenter
        self._buttons = buttons

    async def messages(self, reply: Reply) -> tuple[TextMessage | FileMessage, ...]:
        """Return the messages that a reply makes, in order.

        Raises:
            StorageError: what a button stands for cannot be kept.
        """
        file = report_file(self._presenter, reply)
        sections = self._presenter.sections(reply)
        if file is not None:  # the details stand in the file
            sections = tuple(s for s in sections if s.kind is not SectionKind.REPORT_TOPIC)
        *first, last = split(_draw(sections)) or (MarkedText("…"),)
        texts = [*map(TextMessage, first), TextMessage(last, await self._keyboard(reply))]
        if file is None:
            return tuple(texts)
        return (*texts, FileMessage(file, self._presenter.text(reply.locale, "report.file")))

    def beginning(self, reply: Reply) -> MarkedText:
        """Return as much of a reply as fits one message, without its buttons."""
        first, *_ = split(_draw(self._presenter.sections(reply)))
        return first

    async def _keyboard(self, reply: Reply) -> InlineKeyboardMarkup | None:
        rows = [[await self._choice(reply.locale, c) for c in row] for row in reply.choices]
        actions = [await self._action(reply, action) for action in reply.buttons]
        rows += _rows(actions)
        return InlineKeyboardMarkup(rows) if rows else None

    async def _choice(self, locale: str, choice: Choice) -> InlineKeyboardButton:
        label = choice.label
        if isinstance(label, Notice):
            label = self._presenter.text(locale, label.key, **label.params)
        data = await self._buttons.data(Press(choice.action, choice.options))
        return InlineKeyboardButton(label, callback_data=data)

    async def _action(self, reply: Reply, action: Action) -> InlineKeyboardButton:
        label = self._presenter.label(reply.locale, action)
        data = await self._buttons.data(press_under(reply, action))
        return InlineKeyboardButton(label, callback_data=data)


def _draw(sections: Sequence[Section]) -> MarkedText:
    drawn = MarkedText()
    for number, section in enumerate(sections):
        if number:
            drawn = drawn.plus("\n\n" if stands_apart(sections[number - 1], section) else "\n")
        drawn = drawn.followed_by(_section(section))
    return drawn


def _section(section: Section) -> MarkedText:
    if section.kind is SectionKind.SAY:
        return _prose(section.lines)
    drawn = MarkedText()
    for number, line in enumerate(section.lines):
        before = "\n" if number else ""
        drawn = drawn.plus(before + "  " * line.indent).plus(line.text, *_TONES.get(line.tone, ()))
    if section.kind is not SectionKind.MODEL_ANSWER:
        return drawn
    long = len(drawn.text) > _LONG_QUOTE
    return drawn.within(
        MessageEntityType.EXPANDABLE_BLOCKQUOTE if long else MessageEntityType.BLOCKQUOTE
    )


def _prose(lines: Iterable[Line]) -> MarkedText:
    drawn = MarkedText()
    for span in spans("\n".join(line.text for line in lines)):
        drawn = drawn.plus(span.text, *_EMPHASIS[span.emphasis])
    return drawn


def _rows(buttons: Iterable[InlineKeyboardButton]) -> list[list[InlineKeyboardButton]]:
    left = iter(buttons)
    rows = []
    while row := list(islice(left, _BUTTONS_A_ROW)):
        rows.append(row)
    return rows
