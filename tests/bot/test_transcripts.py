"""The transcripts in the docs are scripts of their own next recording, and they can be played."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.i18n import Translator
from tests.support import recorded_discord, recorded_telegram, recorded_terminal
from tests.support.transcripts import FOLDER, LANGUAGES, Kind, read, script

NAMES = sorted(path.stem for path in FOLDER.glob("*.md"))
TELEGRAM = (
    *("> /start", "> Hello!", "> [Hint]", "(the bot is stopped and started again)"),
    *("> [Skip]", "> (a sticker)", "> /stop"),
)
DISCORD = (
    *("> /interview start", "> Hello!", "> [Hint]", "(the bot is stopped and started again)"),
    *("> [Skip]", "> (a photo)", "> /interview stop", "> [Share one line in the channel]"),
)
TERMINAL = ("> Hello!", "> /hint", "> I don't know")


@pytest.mark.parametrize("name", NAMES)
def test_what_is_recorded_is_the_script_of_the_next_recording(name: str, tmp_path: Path) -> None:
    transcript = read(name)
    copy = replace(transcript, path=tmp_path / "copy.md")
    copy.write([block for step in transcript.steps for block in (step.line, "An answer.")])
    assert copy.path.read_text("utf-8").startswith(transcript.head)
    lines = copy.path.read_text("utf-8").removeprefix(transcript.head).splitlines()
    assert script([line for line in lines if line[:1] in (">", "(")]) == transcript.steps
    assert transcript.steps


@pytest.mark.parametrize("locale", LANGUAGES)
@pytest.mark.parametrize("platform", ["telegram", "discord"])
def test_what_is_recorded_on_a_platform_shows_a_whole_interview(platform: str, locale: str) -> None:
    transcript, words = read(f"{platform}-{locale}"), Translator.load(strict=True)
    pressed = [step.text for step in transcript.steps if step.kind is Kind.PRESS]
    for button in ("hint", "skip", "disagree", "resume"):
        assert words.text(locale, f"button.{button}") in pressed
    kinds = [step.kind for step in transcript.steps]
    assert kinds[kinds.index(Kind.RESTART) + 1] is Kind.PRESS, "a button from before goes on"
    assert Kind.SHOW in kinds
    told = transcript.path.read_text("utf-8")
    assert "📎 aurora-report.txt" in told
    assert "✔" in told
    opened = words.text(locale, "discord.thread_opened", thread="#").partition("#")[0]
    assert (opened in told) is (platform == "discord")


async def test_a_script_is_played_on_telegram(tmp_path: Path) -> None:
    steps = script(TELEGRAM)
    told = await recorded_telegram.record(steps, "en", tmp_path, models=False)
    assert in_order(told, TELEGRAM)
    assert "[Hint] [I don't know] [Skip]" in told[told.index("> Hello!") + 1]
    assert told[-1].startswith("📎 aurora-report.txt")


async def test_a_script_is_played_on_discord(tmp_path: Path) -> None:
    steps = script(DISCORD)
    told = await recorded_discord.record(steps, "en", tmp_path, models=False)
    assert in_order(told, DISCORD)
    assert told[1].startswith("(I've opened a thread for your interview")
    assert told[-2].startswith("— #")


async def test_a_script_is_played_in_the_terminal(tmp_path: Path) -> None:
    steps = script(TERMINAL)
    assert {step.kind for step in steps} == {Kind.SAY}
    told = await recorded_terminal.record(steps, "en", tmp_path, models=False)
    assert in_order(told[1:], TERMINAL)


def in_order(told: Sequence[str], lines: Sequence[str]) -> bool:
    """Whether every line was played, in order, and something was answered after each."""
    places = [told.index(line) for line in lines]
    answered = [told[place + 1] not in lines for place in places if told[place].startswith(">")]
    return places == sorted(places) and all(answered)
