"""Choices in the terminal: numbered when they are shown, picked by typing the number."""

from __future__ import annotations

import pytest

from bot.adapters.commands import TypedCommands
from bot.adapters.console_adapter.core import ConsoleInput
from bot.i18n import Translator
from bot.interview.messages import Action, Choice, Inbound, Notice, Reply, Say
from bot.presentation import Presenter
from tests.support.clock import FakeClock

PRESENTER = Presenter(Translator.load(strict=True), TypedCommands())
PACKS = (
    (Choice(Action.OPEN, {"pack": "ml-core", "offer": "yes"}, "Machine learning"),),
    (Choice(Action.OPEN, {"pack": "stats", "offer": "yes"}, "Statistics"),),
)
LANGUAGES = (
    (
        Choice(Action.LANGUAGE, {"locale": "ko"}, Notice("choice.korean", {"mark": ""})),
        Choice(Action.LANGUAGE, {"locale": "en"}, Notice("choice.english", {"mark": "✔ "})),
    ),
)


def offering(*rows: tuple[Choice, ...]) -> Reply:
    return Reply("en", (Say("Which one?"),), choices=rows)


@pytest.fixture
def typed() -> ConsoleInput:
    return ConsoleInput("ada", FakeClock())


def meant(typed: ConsoleInput, text: str) -> Inbound:
    inbound = typed.read(text)
    assert inbound is not None
    return inbound


def test_choices_that_stand_together_share_a_line(typed: ConsoleInput) -> None:
    assert typed.offer(PRESENTER, offering(*PACKS)) == "/1 Machine learning\n/2 Statistics"
    assert typed.offer(PRESENTER, offering(*LANGUAGES)) == "/1 한국어 · /2 ✔ English"


def test_a_number_picks_what_stands_behind_it(typed: ConsoleInput) -> None:
    typed.offer(PRESENTER, offering(*PACKS, *LANGUAGES))
    second, fourth = meant(typed, "/2"), meant(typed, " /4 ")
    assert (second.action, second.options) == (Action.OPEN, {"pack": "stats", "offer": "yes"})
    assert (fourth.action, fourth.options) == (Action.LANGUAGE, {"locale": "en"})
    assert second.text == ""


def test_the_latest_list_counts(typed: ConsoleInput) -> None:
    typed.offer(PRESENTER, offering(*PACKS))
    typed.offer(PRESENTER, offering(*LANGUAGES))
    assert meant(typed, "/1").action is Action.LANGUAGE


def test_a_reply_without_choices_leaves_the_list_as_it_is(typed: ConsoleInput) -> None:
    typed.offer(PRESENTER, offering(*PACKS))
    assert typed.offer(PRESENTER, Reply("en", (Say("Go on."),))) == ""
    assert meant(typed, "/1").action is Action.OPEN


@pytest.mark.parametrize("text", ["/0", "/3", "/99"])
def test_a_number_that_was_not_offered_asks_for_help(typed: ConsoleInput, text: str) -> None:
    typed.offer(PRESENTER, offering(*PACKS))
    assert meant(typed, text).action is Action.HELP


@pytest.mark.parametrize("text", ["1", "2", "1/2", "/1 of them", "about /2"])
def test_a_number_in_an_answer_picks_nothing(typed: ConsoleInput, text: str) -> None:
    typed.offer(PRESENTER, offering(*PACKS))
    inbound = meant(typed, text)
    assert inbound.action in (None, Action.HELP)
    assert "pack" not in inbound.options
