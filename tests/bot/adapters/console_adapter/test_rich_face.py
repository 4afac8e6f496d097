"""The rich face: keys, commands, drafts, the spinner, and leaving."""

from __future__ import annotations

import asyncio
import io
import os
import re
import signal
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.data_structures import Size
from prompt_toolkit.document import Document
from prompt_toolkit.input import PipeInput, create_pipe_input
from prompt_toolkit.output.vt100 import Vt100_Output

from bot.adapters.commands import TypedCommands
from bot.adapters.console_adapter.core import ConsoleInput
from bot.adapters.console_adapter.rich_face import CommandCompleter, RichFace
from bot.i18n import Translator
from bot.interview.messages import Action, Choice, Notice, Reply, Say
from bot.presentation import Presenter
from tests.support.clock import FakeClock
from tests.support.console import InstantBot
from tests.support.replies import KOREAN_TURN

_CONTROL = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07]*\x07|[@-_])")
PAUSED = Reply("ko", (Notice("notice.paused"),), (Action.RESUME,))
PRESENTER = Presenter(Translator.load(strict=True), TypedCommands())


class Screen(io.StringIO):
    """Everything that was ever drawn, by a terminal that says where its cursor is when asked."""

    def __init__(self, keys: PipeInput) -> None:
        super().__init__()
        self._keys = keys
        self._drawn = asyncio.Event()

    def isatty(self) -> bool:
        return True

    def write(self, drawn: str) -> int:
        if "\x1b[6n" in drawn:
            self._keys.send_text("\x1b[1;1R")
        return super().write(drawn)

    def flush(self) -> None:
        self._drawn.set()

    @property
    def text(self) -> str:
        return _CONTROL.sub("", self.getvalue())

    async def shows(self, text: str) -> None:
        """Return once a text has been drawn."""
        async with asyncio.timeout(10):
            while text not in self.text:
                self._drawn.clear()
                await self._drawn.wait()


class Terminal:
    """A rich face at a terminal of its own, with a bot behind it."""

    def __init__(self, keys: PipeInput, columns: int = 80) -> None:
        self.keys = keys
        self.screen = Screen(keys)
        output = Vt100_Output(self.screen, lambda: Size(rows=24, columns=columns), term="xterm")
        typed = ConsoleInput("ada", FakeClock())
        self.face = RichFace(typed, PRESENTER, "ko", (keys, output), colour=None)
        self.bot = InstantBot(self.face)

    def start(self) -> asyncio.Task[None]:
        return asyncio.create_task(self.face.run(self.bot.submit, self.bot.settled))

    async def run(self, keys: str) -> None:
        """Type, leave with Ctrl-D, and wait for the end."""
        self.keys.send_text(keys + "\x04")
        async with asyncio.timeout(20):
            await self.start()


@pytest_asyncio.fixture
async def terminal() -> AsyncIterator[Terminal]:
    with create_pipe_input() as keys:
        yield Terminal(keys)


class TestTyping:
    async def test_a_message_is_sent_and_stays_to_be_read(self, terminal: Terminal) -> None:
        await terminal.run("손실은 오차야\r")
        assert terminal.bot.texts == ["손실은 오차야"]
        assert "나      손실은 오차야" in terminal.screen.text

    async def test_several_pasted_lines_are_one_message(self, terminal: Terminal) -> None:
        await terminal.run("\x1b[200~첫 줄\n둘째 줄\x1b[201~\r")
        assert terminal.bot.texts == ["첫 줄\n둘째 줄"]

    async def test_enter_alone_sends_nothing(self, terminal: Terminal) -> None:
        await terminal.run("\r  \rMSE\r")
        assert terminal.bot.texts == ["MSE"]

    async def test_commands_are_understood_in_both_languages(self, terminal: Terminal) -> None:
        await terminal.run("/힌트\r/skip\r/뭐지\r")
        actions = [inbound.action for inbound in terminal.bot.inbounds]
        assert actions == [Action.HINT, Action.SKIP, Action.HELP]

    async def test_choices_are_shown_with_their_numbers_and_picked_by_them(
        self, terminal: Terminal
    ) -> None:
        languages = (
            Choice(Action.LANGUAGE, {"locale": "ko"}, Notice("choice.korean", {"mark": "✔ "})),
            Choice(Action.LANGUAGE, {"locale": "en"}, Notice("choice.english", {"mark": ""})),
        )
        asking = Reply("ko", (Notice("notice.language"),), choices=(languages,))
        await terminal.face.deliver("console", "1", asking)
        assert "/1 ✔ 한국어 · /2 English" in terminal.screen.text
        await terminal.run("/2\r")
        (picked,) = terminal.bot.inbounds
        assert (picked.action, picked.options) == (Action.LANGUAGE, {"locale": "en"})

    async def test_quit_ends_it(self, terminal: Terminal) -> None:
        terminal.keys.send_text("/끝\r")
        async with asyncio.timeout(20):
            await terminal.start()
        assert terminal.bot.inbounds == []

    async def test_control_characters_never_reach_the_screen_again(
        self, terminal: Terminal
    ) -> None:
        await terminal.run("\x1b[200~a\x07b\u202ec\x1b[201~\r")
        assert "나      abc" in terminal.screen.text


class TestKeys:
    @pytest.mark.parametrize(
        ("key", "action"),
        [
            ("\x1bOP", Action.HELP),
            ("\x1bOQ", Action.HINT),
            ("\x1bOR", Action.SKIP),
            ("\x1bOS", Action.DONT_KNOW),
            ("\x1b[15~", Action.REPEAT),
            ("\x1b[17~", Action.DISAGREE),
        ],
    )
    async def test_function_keys_are_commands(
        self, terminal: Terminal, key: str, action: Action
    ) -> None:
        await terminal.run(key)
        assert [inbound.action for inbound in terminal.bot.inbounds] == [action]

    async def test_a_half_written_answer_outlives_a_hint(self, terminal: Terminal) -> None:
        await terminal.run("쓰다 만\x1bOQ 답\r")
        assert terminal.bot.texts == ["", "쓰다 만 답"]

    async def test_the_toolbar_names_the_keys_that_help_now(self, terminal: Terminal) -> None:
        running = terminal.start()
        await terminal.face.deliver("console", "1", KOREAN_TURN)
        keys = "F2 힌트  F3 건너뛰기  F4 모르겠어  F6 판정에 이의 있어  F1 도움말  Ctrl-C 쉬기"
        await terminal.screen.shows(keys)
        terminal.keys.send_text("\x04")
        await running

    async def test_the_toolbar_names_commands_that_have_no_key(self, terminal: Terminal) -> None:
        running = terminal.start()
        offer = Notice("notice.resume_offer", {"topic": "손실 함수"})
        reply = Reply("ko", (offer,), (Action.RESUME, Action.NEW))
        await terminal.face.deliver("console", "1", reply)
        await terminal.screen.shows("/이어서  /새로 (새로 시작)  F1 도움말")
        terminal.keys.send_text("\x04")
        await running

    async def test_a_narrow_toolbar_drops_what_does_not_fit(self) -> None:
        with create_pipe_input() as keys:
            terminal = Terminal(keys, columns=40)
            running = terminal.start()
            await terminal.face.deliver("console", "1", KOREAN_TURN)
            await terminal.screen.shows("F2 힌트  F3 건너뛰기  F4 모르겠어")
            terminal.keys.send_text("\x04")
            await running
        assert "F6" not in terminal.screen.text


class TestAnswers:
    async def test_a_reply_is_shown_while_the_person_types(self, terminal: Terminal) -> None:
        running = terminal.start()
        terminal.keys.send_text("아직 쓰는 중")
        await terminal.screen.shows("아직 쓰는 중")
        await terminal.face.deliver("console", "1", KOREAN_TURN)
        await terminal.screen.shows("✔ 정의 — “모델이 틀린 정도를 숫자로 나타낸 거”")
        terminal.keys.send_text("\r")
        await terminal.bot.has(1)
        terminal.keys.send_text("\x04")
        await running
        assert terminal.bot.texts == ["아직 쓰는 중"]

    async def test_the_progress_line_stands_above_the_prompt(self, terminal: Terminal) -> None:
        running = terminal.start()
        await terminal.face.deliver("console", "1", KOREAN_TURN)
        await terminal.screen.shows("손실 함수 ▸ 예시   7/20   ✔ 9  ✘ 2  ◐ 1")
        terminal.keys.send_text("\x04")
        await running

    async def test_on_a_narrow_terminal_the_topic_is_cut_and_not_what_is_counted(self) -> None:
        with create_pipe_input() as keys:
            narrow = Terminal(keys, columns=34)
            running = narrow.start()
            await narrow.face.deliver("console", "1", KOREAN_TURN)
            await narrow.screen.shows("손실 함수…   7/20   ✔ 9  ✘ 2  ◐ 1")
            keys.send_text("\x04")
            await running

    async def test_a_spinner_turns_until_the_answer_is_there(self, terminal: Terminal) -> None:
        terminal.bot.may_answer.clear()
        running = terminal.start()
        terminal.keys.send_text("MSE\r")
        await terminal.bot.has(1)
        await terminal.screen.shows("곰곰이 읽는 중…")
        assert "들었어" not in terminal.screen.text
        terminal.bot.may_answer.set()
        await terminal.screen.shows("들었어: MSE")
        terminal.keys.send_text("\x04")
        await running

    async def test_what_is_known_of_a_reply_stands_at_the_prompt_until_it_is_there(
        self, terminal: Terminal
    ) -> None:
        terminal.bot.may_answer.clear()
        running = terminal.start()
        terminal.keys.send_text("MSE\r")
        await terminal.bot.has(1)
        known = Reply("ko", (KOREAN_TURN.blocks[0], Say("좋은 시작이야.")))
        terminal.face.preview("console", known)
        await terminal.screen.shows("✔ 정의")
        await terminal.screen.shows("좋은 시작이야.")
        terminal.bot.may_answer.set()
        await terminal.screen.shows("들었어: MSE")
        drawn = len(terminal.screen.text)
        terminal.keys.send_text("RMSE\r")
        await terminal.screen.shows("들었어: RMSE")
        assert "좋은 시작이야." not in terminal.screen.text[drawn:]
        terminal.keys.send_text("\x04")
        await running

    async def test_one_may_go_on_typing_while_the_answer_is_awaited(
        self, terminal: Terminal
    ) -> None:
        terminal.bot.may_answer.clear()
        running = terminal.start()
        terminal.keys.send_text("하나\r둘\r")
        await terminal.bot.has(2)
        terminal.bot.may_answer.set()
        await terminal.screen.shows("들었어: 둘")
        terminal.keys.send_text("\x04")
        await running
        assert terminal.bot.texts == ["하나", "둘"]

    async def test_commands_without_a_key_are_offered_in_the_text(self, terminal: Terminal) -> None:
        offer = Notice("notice.resume_offer", {"topic": "손실 함수"})
        reply = Reply("ko", (offer,), (Action.RESUME, Action.NEW))
        await terminal.face.deliver("console", "1", reply)
        assert "/이어서 · /새로 (새로 시작)" in terminal.screen.text


class TestLeaving:
    @pytest.mark.parametrize("key", ["\x03", "\x04"])
    async def test_it_ends_and_tells_how_to_come_back(self, terminal: Terminal, key: str) -> None:
        terminal.keys.send_text(key)
        async with asyncio.timeout(20):
            await terminal.start()
        await terminal.face.deliver("console", "1", PAUSED)
        assert "같은 명령으로 다시 켜면" in terminal.screen.text

    async def test_ctrl_c_does_not_wait_for_an_answer(self, terminal: Terminal) -> None:
        terminal.bot.may_answer.clear()
        running = terminal.start()
        terminal.keys.send_text("MSE\r")
        await terminal.bot.has(1)
        terminal.keys.send_text("\x03")
        async with asyncio.timeout(20):
            await running
        assert "들었어" not in terminal.screen.text

    async def test_an_interrupt_from_outside_ends_it_too(self, terminal: Terminal) -> None:
        running = terminal.start()
        await terminal.screen.shows("나 ▸")
        os.kill(os.getpid(), signal.SIGINT)
        async with asyncio.timeout(20):
            await running

    async def test_a_pause_on_the_way_says_nothing_of_starting_again(
        self, terminal: Terminal
    ) -> None:
        await terminal.face.deliver("console", "1", PAUSED)
        assert "잠깐 쉬자" in terminal.screen.text
        assert "다시 켜면" not in terminal.screen.text

    async def test_leaving_after_the_end_says_nothing_more(self, terminal: Terminal) -> None:
        await terminal.run("")
        await terminal.face.deliver("console", "1", Reply("ko", (Notice("notice.ended"),)))
        assert "끝났어" not in terminal.screen.text


class TestCompletion:
    @pytest.mark.parametrize(
        ("typed", "offered"),
        [
            ("/h", ["/힌트", "/기록", "/도움말"]),
            ("/보", ["/보고서"]),
            ("/Q", ["/끝"]),
            ("/hint ", []),
            ("손실", []),
        ],
    )
    async def test_commands_are_completed_by_either_name(
        self, terminal: Terminal, typed: str, offered: list[str]
    ) -> None:
        completer = CommandCompleter(terminal.face, PRESENTER)
        found = completer.get_completions(Document(typed), CompleteEvent())
        assert [completion.text for completion in found] == offered
