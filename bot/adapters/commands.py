"""The commands that can be typed, in both languages, on platforms that have no buttons for them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.interview.messages import Action
from engine.outcomes import language_of


@dataclass(frozen=True, slots=True)
class CommandWord:
    """What one action is called when it is typed.

    Args:
        action: the action.
        names: locale → name, without the slash. Every name works in every language.
        help_key: id of the text that says what it does.
        takes_options: whether ``key=value`` pairs behind it are its options.
        argument: the option that a bare word behind it gives, if any.
    """

    action: Action
    names: Mapping[str, str]
    help_key: str
    takes_options: bool = False
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """A command as it was typed.

    Args:
        action: what it asks for; None to leave the program.
        text: what stood behind it.
        options: what stood behind it, where it takes options.
    """

    action: Action | None
    text: str = ""
    options: Mapping[str, str] = field(default_factory=dict)


def _choosing(
    action: Action, names: Mapping[str, str], help_key: str, argument: str = ""
) -> CommandWord:
    return CommandWord(action, names, help_key, takes_options=True, argument=argument)


COMMANDS = (
    CommandWord(Action.HINT, {"en": "hint", "ko": "힌트"}, "command.hint.help"),
    CommandWord(Action.SKIP, {"en": "skip", "ko": "건너뛰기"}, "command.skip.help"),
    CommandWord(Action.DONT_KNOW, {"en": "idk", "ko": "모름"}, "command.dont_know.help"),
    CommandWord(Action.REPEAT, {"en": "repeat", "ko": "다시"}, "command.repeat.help"),
    CommandWord(Action.DISAGREE, {"en": "disagree", "ko": "이의"}, "command.disagree.help"),
    CommandWord(Action.PAUSE, {"en": "pause", "ko": "일시정지"}, "command.pause.help"),
    CommandWord(Action.RESUME, {"en": "resume", "ko": "이어서"}, "command.resume.help"),
    CommandWord(Action.STOP, {"en": "stop", "ko": "그만"}, "command.stop.help"),
    CommandWord(Action.REPORT, {"en": "report", "ko": "보고서"}, "command.report.help"),
    _choosing(Action.NEW, {"en": "new", "ko": "새로"}, "command.new.help", "pack"),
    CommandWord(Action.PACKS, {"en": "packs", "ko": "문제집"}, "command.packs.help"),
    _choosing(Action.SETTINGS, {"en": "settings", "ko": "설정"}, "command.settings.help"),
    _choosing(Action.LANGUAGE, {"en": "language", "ko": "언어"}, "command.language.help", "locale"),
    CommandWord(Action.HISTORY, {"en": "history", "ko": "기록"}, "command.history.help"),
    _choosing(Action.REVIEW, {"en": "review", "ko": "복습"}, "command.review.help"),
    _choosing(Action.LINK, {"en": "link", "ko": "연결"}, "command.link.help", "code"),
    CommandWord(Action.UNLINK, {"en": "unlink", "ko": "연결끊기"}, "command.unlink.help"),
    _choosing(Action.PRIVACY, {"en": "privacy", "ko": "개인정보"}, "command.privacy.help"),
    CommandWord(Action.HELP, {"en": "help", "ko": "도움말"}, "command.help.help"),
)
QUIT_NAMES: Mapping[str, str] = {"en": "quit", "ko": "끝"}

_BY_NAME: Mapping[str, CommandWord] = {
    name: word for word in COMMANDS for name in word.names.values()
}
# What people call a language or a style where its code is asked for: option → name → code.
_CODES: Mapping[str, Mapping[str, str]] = {
    "locale": {"korean": "ko", "한국어": "ko", "english": "en", "영어": "en"},
    "style": {"반말": "banmal", "존댓말": "jondaetmal"},
}
# One word right behind the slash: "/ 는 나눗셈이야" and "/usr/bin" are no commands.
_COMMAND = re.compile(r"/(?P<name>\w+)(?:\s+(?P<rest>.*))?", re.DOTALL)
_OPTION = re.compile(r"(\w+)=(\S+)")


class TypedCommands:
    """How a person who types reaches each action (see `bot.presentation.CommandNames`)."""

    def name(self, locale: str, action: Action) -> str:
        """Return the command with its slash; empty where an action cannot be typed."""
        for word in COMMANDS:
            if word.action is action:
                return _typed(word.names, locale)
        return ""

    def listed(self, locale: str) -> tuple[tuple[str, str], ...]:
        """Return (command, id of the text that says what it does) for every command."""
        words = tuple((_typed(word.names, locale), word.help_key) for word in COMMANDS)
        return (*words, (_typed(QUIT_NAMES, locale), "command.quit.help"))


def read_command(text: str) -> Command | None:
    """Return the command that a message is, or None for an ordinary message.

    A command that nobody knows asks for help: what was meant as a command is never judged.
    """
    found = _COMMAND.fullmatch(unicodedata.normalize("NFC", text).strip())
    if found is None:
        return None
    name, rest = found["name"].casefold(), (found["rest"] or "").strip()
    if name in QUIT_NAMES.values():
        return Command(None)
    word = _BY_NAME.get(name)
    if word is None:
        return Command(Action.HELP, rest)
    return Command(word.action, rest, _options(word, rest) if word.takes_options else {})


def _options(word: CommandWord, rest: str) -> dict[str, str]:
    options = dict(_OPTION.findall(rest))
    bare = [part for part in rest.split() if "=" not in part]
    if word.argument and len(bare) == 1:
        options.setdefault(word.argument, bare[0])
    return as_meant(options)


def as_meant(options: Mapping[str, str]) -> dict[str, str]:
    """Return typed options with the codes of the languages and styles that they name."""
    said = {name: options[name].casefold() for name in _CODES if name in options}
    return {**options, **{name: _CODES[name].get(word, word) for name, word in said.items()}}


def _typed(names: Mapping[str, str], locale: str) -> str:
    return "/" + names.get(language_of(locale), names["en"])
