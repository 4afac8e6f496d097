"""Translates Telegram's updates into what the interview understands; decides nothing.

```
update ─┬─ message, edit of one   → Message(Inbound)        private chats only
        ├─ button                 → Pressed(…), or StrayPress(…) where there is nothing to do
        ├─ command in a group,
        │  or the bot joins one   → GroupCommand(…)         pointed to the private chat
        └─ anything else          → None                    nothing that anybody said
```
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime

from telegram import (
    CallbackQuery,
    ChatMemberUpdated,
    InlineKeyboardMarkup,
    Message,
    Update,
    User,
)
from telegram.constants import ChatMemberStatus, ChatType

from bot.adapters.telegram_adapter.callbacks import Press
from bot.adapters.telegram_adapter.commands import (
    TypedCommand,
    read_deep_link,
    read_menu_command,
    read_typed,
)
from bot.i18n import FALLBACK, Translator
from bot.interview.messages import Account, Action, Inbound

PLATFORM = "telegram"
_SHOWN_ANEW = (Action.LANGUAGE, Action.SETTINGS)
_GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP)
# What people send besides text. Everything else without text is news about the chat itself.
_MEDIA = (
    *("animation", "audio", "checklist", "contact", "dice", "document", "game", "location"),
    *("paid_media", "photo", "poll", "sticker", "story", "venue", "video", "video_note", "voice"),
)


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button that somebody pressed.

    Args:
        query_id: what Telegram wants acknowledged.
        chat_id: where.
        message_id: the message that it is under.
        user: who.
        data: what it carries.
        keyboard: the buttons of the message as they are now, where Telegram still tells.
    """

    query_id: str
    chat_id: int
    message_id: int
    user: User
    data: str
    keyboard: InlineKeyboardMarkup | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class StrayPress:
    """A button that stands for nothing: in a group, of a game, under a message that is gone.

    Args:
        query_id: what Telegram wants acknowledged all the same.
        user: who pressed it.
    """

    query_id: str
    user: User


@dataclass(frozen=True, slots=True)
class GroupCommand:
    """Something said to the bot in a group, where no interview is held, or its arrival there.

    Args:
        chat_id: the group.
        user: who sent it; None where a group speaks for itself.
        start: the deep link's payload that brings the wish along; empty for none.
        message_id: what to reply to; None for an arrival.
        topic_id: the group's forum topic that it was said in, if there are any.
    """

    chat_id: int
    user: User | None
    start: str = ""
    message_id: int | None = None
    topic_id: int | None = None


Meant = Inbound | Pressed | StrayPress | GroupCommand
"""What an update can mean."""


class UpdateReader:
    """Translates for one bot.

    Args:
        bot_id: the bot's number on Telegram.
        username: the bot's name on Telegram, without the ``@``.
        words: tells which languages there are.
        locale: the language of people whose client does not tell theirs.
    """

    def __init__(self, bot_id: int, username: str, words: Translator, locale: str) -> None:
        self._bot_id = bot_id
        self._username = username
        self._own_name = re.compile(rf"@{re.escape(username)}\b", re.IGNORECASE)
        self._locales = words.locales
        self._locale = locale

    def read(self, update: Update, now: datetime) -> Meant | None:
        """Return what an update means; None where nobody said anything.

        Args:
            update: the update.
            now: the present moment.
        """
        if update.callback_query is not None:
            return _pressed(update.callback_query)
        if update.my_chat_member is not None:
            return _joined(update.my_chat_member)
        if update.message is not None:
            return self._message(update.message, now)
        if update.edited_message is not None:
            return self._edited(update.edited_message, update.update_id, now)
        return None

    def locale(self, user: User | None) -> str:
        """Return the language of somebody's client, or the nearest that there are texts in."""
        if user is None or not user.language_code:
            return self._locale
        spoken = user.language_code.partition("-")[0].casefold()
        return spoken if spoken in self._locales else FALLBACK

    def inbound_of_press(self, pressed: Pressed, press: Press, now: datetime) -> Inbound:
        """Return the message that a pressed button is.

        A button that asks for something to be done counts once however often it is tapped; one
        that sets something may be pressed again.
        """
        once = f"press:{pressed.chat_id}:{pressed.message_id}:{pressed.data}"
        shown_anew = press.chooses and press.action in _SHOWN_ANEW
        under = {"under": str(pressed.message_id)} if shown_anew else {}
        return Inbound(
            event_id=f"query:{pressed.query_id}" if press.chooses else once,
            account=Account(PLATFORM, str(pressed.user.id)),
            conversation=conversation_of(pressed.chat_id),
            text="",
            received_at=now,
            action=press.action,
            options={"default_locale": self.locale(pressed.user), **press.options, **under},
        )

    def _message(self, message: Message, now: datetime) -> Inbound | GroupCommand | None:
        if message.chat.type != ChatType.PRIVATE:
            return self._group_command(message)
        if message.from_user is None or not _says_something(message):
            return None
        text = message.text or message.caption or ""
        # A caption is no command, and neither is what somebody else once wrote.
        typed = read_typed(text, self._username) if _own_words(message) else None
        return self._inbound(
            message,
            message.from_user,
            _event_of(message),
            min(message.date, now),
            typed or TypedCommand(None, text=text),
        )

    def _edited(self, message: Message, update_id: int, now: datetime) -> Inbound | None:
        # A live location moves, a picture changes: nothing that could be judged anew. And a
        # command gets no new meaning: what it asked for is done.
        text = message.text or message.caption
        if message.chat.type != ChatType.PRIVATE or message.from_user is None or not text:
            return None
        inbound = self._inbound(
            message,
            message.from_user,
            f"edit:{message.chat.id}:{message.message_id}:{update_id}",
            min(message.edit_date or message.date, now),
            TypedCommand(None, text=text),
        )
        return replace(inbound, edits=_event_of(message))

    def _inbound(
        self, message: Message, user: User, event_id: str, at: datetime, typed: TypedCommand
    ) -> Inbound:
        return Inbound(
            event_id=event_id,
            account=Account(PLATFORM, str(user.id)),
            conversation=conversation_of(message.chat.id),
            text=typed.text,
            received_at=at,
            action=typed.action,
            options={"default_locale": self.locale(user), **typed.options},
        )

    def _group_command(self, message: Message) -> GroupCommand | None:
        if not self._is_addressed(message):
            return None
        typed = read_menu_command(message.text or "", self._username)
        options = typed.options if typed else {}
        wanted = "_".join(options.get(k, "") for k in ("pack", "start_topic")).strip("_")
        start = wanted if read_deep_link(wanted) else ""
        topic_id = message.message_thread_id if message.is_topic_message else None
        return GroupCommand(message.chat.id, message.from_user, start, message.message_id, topic_id)

    def _is_addressed(self, message: Message) -> bool:
        """Whether something in a group is said to this bot, and by a person."""
        if not _own_words(message) or message.chat.type not in _GROUPS:
            return False
        sender = message.from_user
        # An anonymous admin counts as a bot, but speaks for the group.
        if sender is not None and sender.is_bot and message.sender_chat is None:
            return False
        text, replied = message.text or "", message.reply_to_message
        author = replied.from_user if replied is not None else None
        return (
            read_menu_command(text, self._username) is not None
            or self._own_name.search(text) is not None
            or (author is not None and author.id == self._bot_id)
        )


def conversation_of(chat_id: int) -> str:
    """Return the conversation that a chat is."""
    return f"chat:{chat_id}"


def chat_of(conversation: str) -> int:
    """Return the chat that a conversation is held in."""
    return int(conversation.removeprefix("chat:"))


def _pressed(query: CallbackQuery) -> Pressed | StrayPress:
    message = query.message
    # A game has no data, a message sent through inline mode is not told.
    if message is None or query.data is None or message.chat.type != ChatType.PRIVATE:
        return StrayPress(query.id, query.from_user)
    keyboard = message.reply_markup if isinstance(message, Message) else None
    return Pressed(
        query.id, message.chat.id, message.message_id, query.from_user, query.data, keyboard
    )


def _joined(change: ChatMemberUpdated) -> GroupCommand | None:
    """Return the wish to be told about a group that the bot was added to."""
    outside = (ChatMemberStatus.LEFT, ChatMemberStatus.BANNED)
    came = change.old_chat_member.status in outside and change.new_chat_member.status not in outside
    if not came or change.chat.type not in _GROUPS:
        return None
    return GroupCommand(change.chat.id, change.from_user)


def _event_of(message: Message) -> str:
    """Return what identifies a message; the pictures of an album are one."""
    if message.media_group_id and not message.caption:
        return f"album:{message.chat.id}:{message.media_group_id}"
    return f"message:{message.chat.id}:{message.message_id}"


def _own_words(message: Message) -> bool:
    return message.text is not None and message.forward_origin is None


def _says_something(message: Message) -> bool:
    return bool(message.text) or any(getattr(message, kind, None) for kind in _MEDIA)
