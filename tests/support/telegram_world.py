"""What a Bot API server remembers: chats, messages, updates; and the people on the other side."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from bot.interview.ports import Clock
from tests.support.telegram_rules import RefusedError

JSON = dict[str, Any]
BOT_ID = 4242
USERNAME = "aurora_test_bot"


@dataclass
class SentMessage:
    """A message that the bot sent.

    Args:
        chat_id, message_id: where it is.
        text: its text, or the caption of its file.
        entities: how the text looks.
        keyboard: its buttons, row by row.
        file: name and content of the file that it carries.
    """

    chat_id: int
    message_id: int
    text: str
    entities: list[JSON] = field(default_factory=list)
    keyboard: list[list[JSON]] = field(default_factory=list)
    file: tuple[str, bytes] | None = None

    def marked(self) -> list[tuple[str, str]]:
        """Return (type, words) of each entity."""
        encoded = self.text.encode("utf-16-le")
        return [
            (
                e["type"],
                encoded[2 * e["offset"] : 2 * (e["offset"] + e["length"])].decode("utf-16-le"),
            )
            for e in self.entities
        ]

    def labels(self) -> list[str]:
        """Return what is written on its buttons."""
        return [button["text"] for row in self.keyboard for button in row]


class World:
    """Chats and updates. `refusals` says what is raised when something is sent to a chat."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.updates: list[JSON] = []
        self.chats: dict[int, JSON] = {}
        self.sent: list[SentMessage] = []
        self.typing: list[int] = []
        self.drafts: list[tuple[int, str]] = []
        self.toasts: dict[str, str | None] = {}
        self.queries: dict[str, SentMessage] = {}
        self.commands: dict[tuple[str, str], list[JSON]] = {}
        self.refusals: dict[int, RefusedError] = {}
        self._waiting: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []
        self._in_chats: dict[int, list[SentMessage]] = defaultdict(list)
        self._update_ids = count(870_000_000)
        self._message_ids = count(1)
        self._query_ids = count(1)

    def person(self, user_id: int = 77, language: str | None = "en") -> Person:
        """Return somebody with a private chat of their own."""
        user = {"id": user_id, "is_bot": False, "first_name": f"Person {user_id}"}
        if language:
            user["language_code"] = language
        chat = {"id": user_id, "type": "private", "first_name": user["first_name"]}
        self.chats[user_id] = chat
        return Person(self, user, chat)

    def renumber(self, first: int) -> None:
        """Number the next updates from elsewhere, as Telegram does after a week of silence."""
        self._update_ids = count(first)

    def post(self, **content: object) -> JSON:
        """Put an update into the queue and return it."""
        update = {"update_id": next(self._update_ids), **content}
        self.updates.append(update)
        self.tell()
        return update

    def tell(self) -> None:
        """Wake whoever waits for something that holds by now."""
        for holds, woken in self._waiting:
            if not woken.done() and holds():
                woken.set_result(None)

    async def until(self, holds: Callable[[], bool], seconds: float = 20) -> None:
        """Return as soon as something holds.

        Raises:
            TimeoutError: it does not for so long.
        """
        if holds():
            return
        waiting = (holds, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        try:
            async with asyncio.timeout(seconds):
                await waiting[1]
        finally:
            self._waiting.remove(waiting)

    def keep(self, message: SentMessage) -> None:
        """Keep a message that the bot sent."""
        self.sent.append(message)
        self._in_chats[message.chat_id].append(message)

    def next_message_id(self) -> int:
        return next(self._message_ids)

    def next_query_id(self) -> str:
        return f"q{next(self._query_ids)}"

    def seconds(self) -> int:
        return int(self.clock.now().timestamp())

    def in_chat(self, chat_id: int) -> list[SentMessage]:
        """Return what the bot sent to a chat, in order."""
        return list(self._in_chats[chat_id])


@dataclass
class Person:
    """Somebody who uses the bot, in the chat that they are looking at."""

    world: World
    user: JSON
    chat: JSON

    @property
    def id(self) -> int:
        return int(self.user["id"])

    @property
    def received(self) -> list[SentMessage]:
        return self.world.in_chat(int(self.chat["id"]))

    def in_group(self, group_id: int, kind: str = "supergroup") -> Person:
        """Return the same person looking at a group."""
        chat = {"id": group_id, "type": kind, "title": "A group"}
        self.world.chats[group_id] = chat
        return Person(self.world, self.user, chat)

    def say(self, text: str, **more: object) -> JSON:
        """Send a text and return its message."""
        command = text.split(maxsplit=1)[0] if text.startswith("/") else ""
        entities = [{"type": "bot_command", "offset": 0, "length": len(command)}]
        return self.send(text=text, **({"entities": entities} if command else {}), **more)

    def send(self, **content: object) -> JSON:
        """Send anything and return its message."""
        message = {
            "message_id": self.world.next_message_id(),
            "date": self.world.seconds(),
            "chat": self.chat,
            "from": self.user,
            **content,
        }
        self.world.post(message=message)
        return message

    def edit(self, message: JSON, text: str) -> None:
        """Change what a message says."""
        edited = {**message, "text": text, "edit_date": self.world.seconds()}
        self.world.post(edited_message=edited)

    def press(self, label: str, message: SentMessage | None = None) -> str:
        """Press a button, of the latest message that has it by default; return the query's id."""
        message = message or next(m for m in reversed(self.received) if label in m.labels())
        buttons = [button for row in message.keyboard for button in row]
        data = next(b["callback_data"] for b in buttons if b["text"] == label)
        return self.press_data(data, message)

    def press_data(self, data: str, message: SentMessage) -> str:
        """Press a button that carries this, whatever the message has by now."""
        query_id = self.world.next_query_id()
        self.world.queries[query_id] = message
        shown = {
            "message_id": message.message_id,
            "date": self.world.seconds(),
            "chat": self.chat,
            "text": message.text,
            "reply_markup": {"inline_keyboard": message.keyboard},
        }
        query = {"id": query_id, "from": self.user, "message": shown, "data": data}
        self.world.post(callback_query={**query, "chat_instance": "1"})
        return query_id

    async def sees(self, number: int) -> list[SentMessage]:
        """Return what was received, as soon as it is so many messages."""
        await self.world.until(lambda: len(self.received) >= number)
        return self.received
