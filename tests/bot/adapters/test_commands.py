"""Slash commands: which there are, and what is none."""

from __future__ import annotations

import unicodedata

import pytest

from bot.adapters.commands import Command, TypedCommands, read_command
from bot.interview.messages import Action


@pytest.mark.parametrize(
    ("english", "korean", "action"),
    [
        ("/hint", "/힌트", Action.HINT),
        ("/skip", "/건너뛰기", Action.SKIP),
        ("/idk", "/모름", Action.DONT_KNOW),
        ("/repeat", "/다시", Action.REPEAT),
        ("/disagree", "/이의", Action.DISAGREE),
        ("/pause", "/일시정지", Action.PAUSE),
        ("/resume", "/이어서", Action.RESUME),
        ("/stop", "/그만", Action.STOP),
        ("/report", "/보고서", Action.REPORT),
        ("/new", "/새로", Action.NEW),
        ("/packs", "/문제집", Action.PACKS),
        ("/settings", "/설정", Action.SETTINGS),
        ("/language", "/언어", Action.LANGUAGE),
        ("/history", "/기록", Action.HISTORY),
        ("/review", "/복습", Action.REVIEW),
        ("/link", "/연결", Action.LINK),
        ("/unlink", "/연결끊기", Action.UNLINK),
        ("/privacy", "/개인정보", Action.PRIVACY),
        ("/help", "/도움말", Action.HELP),
        ("/quit", "/끝", None),
    ],
)
def test_each_command_has_an_english_and_a_korean_name(
    english: str, korean: str, action: Action | None
) -> None:
    assert read_command(english) == read_command(korean) == Command(action)


@pytest.mark.parametrize("typed", ["  /HINT  ", "/Hint", unicodedata.normalize("NFD", "/힌트")])
def test_how_a_command_is_written_does_not_matter(typed: str) -> None:
    assert read_command(typed) == Command(Action.HINT)


@pytest.mark.parametrize("typed", ["/nonsense", "/힌드", "/hint2 now"])
def test_an_unknown_command_asks_for_help(typed: str) -> None:
    command = read_command(typed)
    assert command is not None
    assert command.action is Action.HELP


@pytest.mark.parametrize("typed", ["", "hint", "/", "/ 는 나눗셈", "/usr/bin", "1/2", "// note"])
def test_an_ordinary_message_is_no_command(typed: str) -> None:
    assert read_command(typed) is None


def test_what_stands_behind_a_command_is_kept() -> None:
    assert read_command("/disagree it was right\nreally") == Command(
        Action.DISAGREE, "it was right\nreally"
    )


def test_a_new_interview_takes_settings() -> None:
    command = read_command("/new mode=exam length=short")
    assert command == Command(
        Action.NEW, "mode=exam length=short", {"mode": "exam", "length": "short"}
    )


@pytest.mark.parametrize(
    ("typed", "options"),
    [
        ("/new ml-core", {"pack": "ml-core"}),
        ("/new ml-core mode=exam", {"pack": "ml-core", "mode": "exam"}),
        ("/settings level=senior locale=영어", {"level": "senior", "locale": "en"}),
        ("/language en", {"locale": "en"}),
        ("/언어 English", {"locale": "en"}),
        ("/language 한국어", {"locale": "ko"}),
        ("/language the one I like", {}),
        ("/link AB23CD", {"code": "AB23CD"}),
        ("/review start=yes", {"start": "yes"}),
        ("/privacy delete=ask", {"delete": "ask"}),
        ("/hint level=senior", {}),
    ],
)
def test_commands_that_choose_something_are_told_what(typed: str, options: dict[str, str]) -> None:
    command = read_command(typed)
    assert command is not None
    assert command.options == options


def test_every_action_but_the_opening_can_be_typed() -> None:
    """An interview is opened with the program itself, and another with /new."""
    untyped = {action for action in Action if not TypedCommands().name("en", action)}
    assert untyped == {Action.OPEN}


def test_a_language_without_names_of_its_own_uses_the_english_ones() -> None:
    assert TypedCommands().name("fr", Action.HINT) == "/hint"
