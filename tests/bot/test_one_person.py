"""One person on several platforms, over both wires: linked by a code, and parted again."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from bot.adapters.intake import Intake
from bot.adapters.telegram_adapter.adapter import TelegramAdapter
from bot.adapters.telegram_adapter.settings import TelegramSettings
from bot.i18n import Translator
from bot.interview.ports import Packs
from bot.platforms import TELEGRAM
from tests.support.clock import LeapingClock
from tests.support.discord_scene import Scene, scene
from tests.support.discord_world import Channel
from tests.support.telegram_server import TOKEN, TelegramServer
from tests.support.telegram_world import Person, SentMessage

_CODE = re.compile(r"\b[A-Z2-9]{6}\b")


@dataclass
class Both:
    """Somebody's hands on both platforms, which one bot serves.

    Args:
        here: Discord, where the person is Ada.
        phone: the same person on Telegram.
        direct: where Ada is written to directly.
    """

    here: Scene
    phone: Person
    direct: Channel

    async def say(self, text: str, replies: int = 1) -> list[SentMessage]:
        """Say something on Telegram; return what it is answered with."""
        before = len(self.phone.received)
        self.phone.say(text)
        return (await self.phone.sees(before + replies))[before:]

    async def press(self, label: str) -> SentMessage:
        """Press a button on Telegram; return what it is answered with."""
        before = len(self.phone.received)
        self.phone.press(label)
        return (await self.phone.sees(before + 1))[before]

    async def asks(self, command: str, **given: str) -> str:
        """Run a command on Discord; return what is told directly."""
        before = len(self.direct.from_bot())
        await self.here.ada.command(self.direct, command, **given)
        return (await self.here.said(self.direct, before + 1))[-1]


@asynccontextmanager
async def on_both(folder: Path) -> AsyncIterator[Both]:
    """Run one bot on both platforms."""
    clock = LeapingClock(datetime.now(UTC))
    async with TelegramServer(clock) as telegram, scene(folder) as here:

        def build(intake: Intake, words: Translator, _packs: Packs) -> TelegramAdapter:
            settings = TelegramSettings(TOKEN, telegram.base_url)
            return TelegramAdapter(settings, intake, words, clock)

        async with here.bot(beside={TELEGRAM: build}):
            await telegram.world.until(lambda: bool(telegram.called("getUpdates")))
            yield Both(here, telegram.world.person(77), here.direct(here.ada.person))
        assert telegram.violations == []


def code_in(text: str) -> str:
    """Return the code that somebody was told."""
    found = _CODE.search(text)
    assert found, text
    return found[0]


async def test_an_interview_begun_on_discord_goes_on_on_telegram(tmp_path: Path) -> None:
    async with on_both(tmp_path) as both:
        thread = await both.here.asked()
        await both.here.answers(both.here.ada, thread, "right colour en 0")
        code = code_in(await both.asks("me link"))
        (linked,) = await both.say(f"/link {code.lower()}")
        assert linked.text.startswith("Linked!")
        (offer,) = await both.say("/start")
        assert offer.labels() == ["Carry on", "Start over"]
        assert "ask taste" in (await both.press("Carry on")).text
        (judged,) = await both.say("right taste en 0")
        assert judged.text.startswith("✔ taste")
        report, _file = await both.say("/report", replies=2)
        assert "covered 2" in report.text


async def test_history_and_what_is_due_are_shared_after_a_code_from_telegram(
    tmp_path: Path,
) -> None:
    async with on_both(tmp_path) as both:
        await both.say("/start")
        await both.say("Hello!")
        await both.say("right colour en 0")
        await both.say("/stop", replies=3)
        assert "nothing to review" in await both.asks("me review")
        (told,) = await both.say("/link")
        assert (await both.asks("me link", code=code_in(told.text))).startswith("Linked!")
        assert "Fruit English" in await both.asks("me history")
        assert "comes back on" in await both.asks("me review")


async def test_whoever_undoes_the_link_is_two_people_again(tmp_path: Path) -> None:
    async with on_both(tmp_path) as both:
        thread = await both.here.asked()
        await both.here.answers(both.here.ada, thread, "right colour en 0")
        code = code_in(await both.asks("me link"))
        await both.say(f"/link {code}")
        (shared,) = await both.say("/history")
        assert "Fruit English" in shared.text
        (undone,) = await both.say("/unlink")
        assert undone.text.startswith("The link is undone")
        (mine,) = await both.say("/history")
        assert "Fruit English" not in mine.text
        assert "Fruit English" in await both.asks("me history")
        (again,) = await both.say(f"/link {code}")
        assert "Linked!" not in again.text, "a code counts once"
