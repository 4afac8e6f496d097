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


def test_every_action_of_an_interview_but_the_opening_can_be_typed() -> None:
    """What is picked with a press on platforms is chosen on the command line here."""
    picked = {
        *(Action.PACKS, Action.LANGUAGE, Action.SETTINGS, Action.HISTORY, Action.REVIEW),
        *(Action.LINK, Action.UNLINK, Action.PRIVACY),
    }
    untyped = {action for action in Action if not TypedCommands().name("en", action)}
    assert untyped == {Action.OPEN} | picked


def test_a_language_without_names_of_its_own_uses_the_english_ones() -> None:
    assert TypedCommands().name("fr", Action.HINT) == "/hint"
