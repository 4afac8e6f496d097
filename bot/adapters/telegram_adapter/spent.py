"""Remembers which buttons went, until the messages that they were under show it.

A press tells what the keyboard looked like to whoever pressed. Where two buttons are pressed one
right after the other, the second still shows the first, which must not come back.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass, field

from telegram import InlineKeyboardButton, InlineKeyboardMarkup

from bot.adapters.telegram_adapter.updates import Pressed

_MANY = 1_000  # messages

Keys = tuple[tuple[InlineKeyboardButton, ...], ...]


@dataclass(slots=True)
class _Message:
    """What is known of one message: what its spent buttons carry, and its keyboard by now."""

    spent: set[str] = field(default_factory=set)
    keys: Keys | None = None


class SpentButtons:
    """Remembers the buttons of the latest messages."""

    def __init__(self) -> None:
        self._messages: OrderedDict[tuple[int, int], _Message] = OrderedDict()

    def note(self, pressed: Pressed) -> None:
        """Remember that a button is of no use any more."""
        self._of(pressed).spent.add(pressed.data)

    def left(self, pressed: Pressed) -> InlineKeyboardMarkup | None:
        """Return the keyboard that a message is to have now; None where it has that already."""
        if pressed.keyboard is None:  # Telegram no longer tells what the message looked like
            return None
        message = self._of(pressed)
        rows = (
            tuple(button for button in row if button.callback_data not in message.spent)
            for row in pressed.keyboard.inline_keyboard
        )
        keys = tuple(row for row in rows if row)
        if keys in {message.keys, pressed.keyboard.inline_keyboard}:
            return None
        message.keys = keys
        return InlineKeyboardMarkup(keys)

    def _of(self, pressed: Pressed) -> _Message:
        place = (pressed.chat_id, pressed.message_id)
        message = self._messages.setdefault(place, _Message())
        self._messages.move_to_end(place)
        if len(self._messages) > _MANY:
            self._messages.popitem(last=False)
        return message
