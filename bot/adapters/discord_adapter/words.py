"""What slash commands are called, in Discord's menu and in texts.

```
/interview  start pause resume stop repeat report answer disagree
/hint  /skip  /idk  /packs  /help  /server
/me         history review settings language link unlink privacy
```
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import discord
from discord import app_commands

from bot.i18n import FALLBACK, Translator
from bot.interview.messages import Action


@dataclass(frozen=True, slots=True)
class SlashCommand:
    """One command.

    Args:
        action: what it asks for; None for what only Discord has.
        group: id of the name of the group that it stands in; empty for none.
        name: id of its name.
        about: id of the text that says what it does.
    """

    action: Action | None
    group: str
    name: str
    about: str


INTERVIEW, ME = "discord.name_interview", "discord.name_me"
GROUPS: Mapping[str, str] = {INTERVIEW: "discord.about_interview", ME: "discord.about_me"}
_GROUPED = (INTERVIEW, "", ME)
START = SlashCommand(Action.OPEN, INTERVIEW, "discord.name_start", "command.interview.help")
ANSWER = SlashCommand(None, INTERVIEW, "discord.name_answer", "discord.about_answer")
SERVER = SlashCommand(None, "", "discord.name_server", "discord.about_server")
LINK = SlashCommand(Action.LINK, ME, "discord.name_link", "command.link.help")
PLAIN = (
    SlashCommand(Action.PAUSE, INTERVIEW, "discord.name_pause", "command.pause.help"),
    SlashCommand(Action.RESUME, INTERVIEW, "discord.name_resume", "command.resume.help"),
    SlashCommand(Action.STOP, INTERVIEW, "discord.name_stop", "command.stop.help"),
    SlashCommand(Action.REPEAT, INTERVIEW, "discord.name_repeat", "command.repeat.help"),
    SlashCommand(Action.REPORT, INTERVIEW, "discord.name_report", "command.report.help"),
    SlashCommand(Action.DISAGREE, INTERVIEW, "discord.name_disagree", "command.disagree.help"),
    SlashCommand(Action.HINT, "", "discord.name_hint", "command.hint.help"),
    SlashCommand(Action.SKIP, "", "discord.name_skip", "command.skip.help"),
    SlashCommand(Action.DONT_KNOW, "", "discord.name_idk", "command.dont_know.help"),
    SlashCommand(Action.HISTORY, ME, "discord.name_history", "command.history.help"),
    SlashCommand(Action.REVIEW, ME, "discord.name_review", "command.review.help"),
    SlashCommand(Action.SETTINGS, ME, "discord.name_settings", "command.settings.help"),
    SlashCommand(Action.LANGUAGE, ME, "discord.name_language", "command.language.help"),
    SlashCommand(Action.UNLINK, ME, "discord.name_unlink", "command.unlink.help"),
    SlashCommand(Action.PRIVACY, ME, "discord.name_privacy", "command.privacy.help"),
    SlashCommand(Action.PACKS, "", "discord.name_packs", "command.packs.help"),
    SlashCommand(Action.HELP, "", "discord.name_help", "command.help.help"),
)
_ALL = (START, *PLAIN, LINK)
_LISTED = sorted((START, ANSWER, *PLAIN, LINK), key=lambda command: _GROUPED.index(command.group))
"""As the help lists them: what belongs together stands together."""


def language_of_text(text: str) -> str | None:
    """Return the language that a text is written in; None where it does not show."""
    if any("\uac00" <= letter <= "\ud7a3" or "\u3131" <= letter <= "\u318e" for letter in text):
        return "ko"
    return "en" if any(letter.isascii() and letter.isalpha() for letter in text) else None


def language_of(locale: discord.Locale | None, known: tuple[str, ...]) -> str:
    """Return the language of somebody's client, or the nearest that there are texts in."""
    spoken = locale.value.partition("-")[0] if locale else FALLBACK
    return spoken if spoken in known else FALLBACK


class SlashWords:
    """How a person on Discord reaches each action (see `bot.presentation.CommandNames`).

    Args:
        words: the texts.
    """

    def __init__(self, words: Translator) -> None:
        self._words = words
        self._ids: Mapping[str, int] = {}

    def registered(self, ids: Mapping[str, int]) -> None:
        """Take on the ids that Discord gave the commands: their names can be pressed from now on.

        Args:
            ids: name of each command without a group, and of each group → its id.
        """
        self._ids = ids

    def name(self, locale: str, action: Action) -> str:
        """Return how to write the command of an action."""
        wanted = Action.OPEN if action is Action.NEW else action
        return next(self.of(locale, command) for command in _ALL if command.action is wanted)

    def listed(self, locale: str) -> tuple[tuple[str, str], ...]:
        """Return (command, id of the text that says what it does) for every command."""
        return tuple((self.of(locale, command), command.about) for command in _LISTED)

    def of(self, locale: str, command: SlashCommand) -> str:
        """Return how to write a command: one that can be pressed once its id is known."""
        path = [key for key in (command.group, command.name) if key]
        top = self._words.text(FALLBACK, path[0])
        if top in self._ids:
            english = " ".join(self._words.text(FALLBACK, key) for key in path)
            return f"</{english}:{self._ids[top]}>"
        return "/" + " ".join(self._words.text(locale, key) for key in path)


def localised(words: Translator, key: str, **params: str) -> app_commands.locale_str:
    """Return a text for Discord in English, to be translated by `CatalogueTranslator`."""
    english = words.text(FALLBACK, key, **params)
    return app_commands.locale_str(english, key=key, params=params)


class CatalogueTranslator(app_commands.Translator):
    """Gives Discord the Korean of names and descriptions.

    Args:
        words: the texts.
    """

    def __init__(self, words: Translator) -> None:
        self._words = words

    async def translate(
        self,
        string: app_commands.locale_str,
        locale: discord.Locale,
        context: app_commands.TranslationContextTypes,  # noqa: ARG002 - the library's signature
    ) -> str | None:
        """Return a text in Korean; None for every other language, which gets the English."""
        key = string.extras.get("key")
        if key is None or locale is not discord.Locale.korean:
            return None
        return self._words.text("ko", key, **string.extras["params"])
