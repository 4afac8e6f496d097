"""What the methods of the Bot API do, each after the checks that Telegram makes."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from tests.support.telegram_rules import (
    LONGEST_CAPTION,
    Rates,
    RefusedError,
    check_commands,
    check_entities,
    check_keyboard,
    check_text,
    check_webhook,
)
from tests.support.telegram_world import BOT_ID, JSON, USERNAME, SentMessage, World

_LONGEST_TOAST = 200


class Methods:
    """The methods, by their names in small letters; receiving is the server's own."""

    def __init__(self, world: World) -> None:
        self.rates = Rates()
        self.webhook: JSON = {"url": "", "secret_token": ""}
        self._world = world
        self._by_name: dict[str, Callable[[JSON], object]] = {
            "getme": self._get_me,
            "getmycommands": self._get_my_commands,
            "setmycommands": self._set_my_commands,
            "sendmessage": self._send_message,
            "sendmessagedraft": self._send_message_draft,
            "senddocument": self._send_document,
            "sendchataction": self._send_chat_action,
            "answercallbackquery": self._answer_callback_query,
            "editmessagetext": self._edit_message_text,
            "editmessagereplymarkup": self._edit_message_reply_markup,
            "setwebhook": self._set_webhook,
            "deletewebhook": self._delete_webhook,
        }

    def call(self, method: str, given: JSON) -> object:
        """Do what a call asks for and return the result.

        Raises:
            RefusedError: Telegram would refuse it.
        """
        if method not in self._by_name:
            raise RefusedError(404, f"Not Found: method {method}")
        return self._by_name[method](given)

    def _get_me(self, given: JSON) -> JSON:
        return {"id": BOT_ID, "is_bot": True, "first_name": "Aurora", "username": USERNAME}

    def _get_my_commands(self, given: JSON) -> list[JSON]:
        return self._world.commands.get(_menu(given), [])

    def _set_my_commands(self, given: JSON) -> bool:
        check_commands(given["commands"])
        self._world.commands[_menu(given)] = given["commands"]
        return True

    def _send_message(self, given: JSON) -> JSON:
        chat_id = self._reach(given)
        check_text(given["text"])
        check_entities(given["text"], given.get("entities", []))
        keyboard = self._keyboard(given)
        self.rates.take(chat_id, self._world.clock.now())
        return self._keep(chat_id, given["text"], given.get("entities", []), keyboard)

    def _send_document(self, given: JSON) -> JSON:
        chat_id = self._reach(given)
        check_text(given.get("caption", ""), LONGEST_CAPTION, shortest=0)
        self.rates.take(chat_id, self._world.clock.now())
        return self._keep(chat_id, given.get("caption", ""), [], [], given["document"])

    def _send_message_draft(self, given: JSON) -> bool:
        chat_id = self._reach(given)
        if chat_id < 0 or not given["draft_id"]:
            raise RefusedError(400, "Bad Request: DRAFT_INVALID")
        check_text(given.get("text", ""), shortest=0)
        check_entities(given.get("text", ""), given.get("entities", []))
        self.rates.take(None, self._world.clock.now())
        self._world.drafts.append((chat_id, given.get("text", "")))
        return True

    def _send_chat_action(self, given: JSON) -> bool:
        self._world.typing.append(self._reach(given))
        return True

    def _answer_callback_query(self, given: JSON) -> bool:
        query_id = given["callback_query_id"]
        if query_id not in self._world.queries or query_id in self._world.toasts:
            raise RefusedError(400, "Bad Request: query is too old or query ID is invalid")
        check_text(given.get("text", ""), _LONGEST_TOAST, shortest=0)
        self._world.toasts[query_id] = given.get("text")
        return True

    def _edit_message_text(self, given: JSON) -> JSON:
        check_text(given["text"])
        check_entities(given["text"], given.get("entities", []))
        return self._edit(given, given["text"], given.get("entities", []))

    def _edit_message_reply_markup(self, given: JSON) -> JSON:
        return self._edit(given)

    def _edit(
        self, given: JSON, text: str | None = None, entities: list[JSON] | None = None
    ) -> JSON:
        """Change a message; what is not given stays, but for the keyboard."""
        where = (self._reach(given), given["message_id"])
        found = next((m for m in self._world.sent if (m.chat_id, m.message_id) == where), None)
        if found is None:
            # The person may have deleted it.
            gone = "Bad Request: message to edit not found"
            raise RefusedError(400, gone, expected=text is not None)
        before = (found.text, found.entities, found.keyboard)
        after = (
            found.text if text is None else text,
            found.entities if entities is None else entities,
            self._keyboard(given),
        )
        if after == before:
            same = "Bad Request: message is not modified"
            raise RefusedError(400, same, expected=text is not None)
        self.rates.take(None, self._world.clock.now())
        found.text, found.entities, found.keyboard = after
        return self._shown(found)

    def _set_webhook(self, given: JSON) -> bool:
        check_webhook(given["url"], given.get("secret_token", ""))
        self.webhook = {"url": given["url"], "secret_token": given.get("secret_token", "")}
        return True

    def _delete_webhook(self, given: JSON) -> bool:
        self.webhook = {"url": "", "secret_token": ""}
        return True

    def _reach(self, given: JSON) -> int:
        """Return the chat that a call is for."""
        chat_id = int(given["chat_id"])
        if chat_id in self._world.refusals:
            raise self._world.refusals[chat_id]
        if chat_id not in self._world.chats:
            raise RefusedError(400, "Bad Request: chat not found")
        return chat_id

    def _keyboard(self, given: JSON) -> list[list[JSON]]:
        markup = given.get("reply_markup", {"inline_keyboard": []})
        check_keyboard(markup)
        return cast("list[list[JSON]]", markup["inline_keyboard"])

    def _keep(
        self,
        chat_id: int,
        text: str,
        entities: list[JSON],
        keyboard: list[list[JSON]],
        file: tuple[str, bytes] | None = None,
    ) -> JSON:
        message_id = self._world.next_message_id()
        message = SentMessage(chat_id, message_id, text, entities, keyboard, file)
        self._world.keep(message)
        return self._shown(message)

    def _shown(self, message: SentMessage) -> JSON:
        chat = self._world.chats[message.chat_id]
        return {
            "message_id": message.message_id,
            "date": self._world.seconds(),
            "chat": chat,
            "text": message.text,
        }


def _menu(given: JSON) -> tuple[str, str]:
    """Return which menu of commands a call is about: its scope and its language."""
    return given.get("scope", {"type": "default"})["type"], given.get("language_code", "")
