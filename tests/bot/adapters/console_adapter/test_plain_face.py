"""The plain face: what it prints and when it keeps quiet."""

from __future__ import annotations

import io
import os
from dataclasses import replace

import pytest

from bot.adapters.commands import TypedCommands
from bot.adapters.console_adapter.core import ConsoleInput
from bot.adapters.console_adapter.lines import LineLoop, LineReader
from bot.adapters.console_adapter.output import LineOutput
from bot.adapters.console_adapter.plain_face import PlainFace
from bot.i18n import Translator
from bot.interview.messages import Action, Choice, Notice, Reply, Say, VerdictLine, Verdicts
from bot.presentation import Presenter
from engine.contract import VerdictStatus
from tests.support.clock import FakeClock
from tests.support.console import InstantBot
from tests.support.replies import KOREAN_TURN, korean_report

PAUSED = Reply("ko", (Notice("notice.paused"),), (Action.RESUME,))


class Plain:
    """A plain face over buffers."""

    def __init__(
        self, typed: bytes = b"", encoding: str = "utf-8", *, interactive: bool = False
    ) -> None:
        self._bytes = io.BytesIO()
        stream = io.TextIOWrapper(self._bytes, encoding=encoding)
        source, sink = os.pipe()
        os.write(sink, typed)
        os.close(sink)
        typist = ConsoleInput("ada", FakeClock())
        loop = LineLoop(LineReader(source), typist, interactive=interactive)
        presenter = Presenter(Translator.load(strict=True), TypedCommands())
        self.face = PlainFace(loop, LineOutput(stream), presenter)
        self._stream = stream

    @property
    def printed(self) -> str:
        return self._bytes.getvalue().decode(self._stream.encoding)


async def test_a_turn_is_printed_with_its_place_and_what_can_be_typed() -> None:
    plain = Plain()
    await plain.face.deliver("console", "1", KOREAN_TURN)
    lines = plain.printed.split("\n")
    assert lines[0] == "[손실 함수 ▸ 예시   7/20   ✔ 9  ✘ 2  ◐ 1]"
    assert lines[1] == "✔ 정의 — “모델이 틀린 정도를 숫자로 나타낸 거”"
    assert lines[-3] == "▸ /힌트 · /모름 (모르겠어) · /건너뛰기 · /이의 (판정에 이의 있어)"
    assert lines[-2:] == ["", ""]


SETTINGS = Reply(
    "ko",
    (Notice("notice.settings"),),
    choices=(
        (
            Choice(Action.SETTINGS, {"mode": "coach"}, Notice("choice.coach", {"mark": "✔ "})),
            Choice(Action.SETTINGS, {"mode": "exam"}, Notice("choice.exam", {"mark": ""})),
        ),
        (Choice(Action.SETTINGS, {"pack": "fruit"}, "과일"),),
    ),
)


async def test_choices_are_printed_row_by_row_with_what_picks_them() -> None:
    plain = Plain()
    await plain.face.deliver("console", "1", SETTINGS)
    assert plain.printed.rstrip("\n").split("\n")[-2:] == ["/1 ✔ 코치 · /2 시험", "/3 과일"]


async def test_a_number_in_a_script_waits_for_what_it_picks_from() -> None:
    plain = Plain(typed="/설정\n/2\n".encode())
    bot = InstantBot(plain.face, answer=lambda _: SETTINGS)
    await plain.face.run(bot.submit, bot.settled)
    assert [(i.action, i.options) for i in bot.inbounds] == [
        (Action.SETTINGS, {}),
        (Action.SETTINGS, {"mode": "exam"}),
    ]


async def test_what_can_be_typed_is_said_once() -> None:
    plain = Plain()
    await plain.face.deliver("console", "1", KOREAN_TURN)
    await plain.face.deliver("console", "2", KOREAN_TURN)
    assert plain.printed.count("▸ /힌트") == 1


async def test_it_prints_no_control_sequences() -> None:
    plain = Plain()
    for reply in (KOREAN_TURN, korean_report(), PAUSED):
        await plain.face.deliver("console", "1", reply)
    assert "\x1b" not in plain.printed


async def test_questions_and_answers_come_in_order() -> None:
    plain = Plain("하나\n/힌트\n둘".encode())
    bot = InstantBot(plain.face)
    await plain.face.run(bot.submit, bot.settled)
    assert plain.printed.split("\n\n")[:-1] == ["들었어: 하나", "들었어: hint", "들었어: 둘"]


class TestLeaving:
    @pytest.mark.parametrize("key", ["notice.paused", "notice.already_paused", "notice.ended"])
    async def test_the_pause_after_the_end_of_input_prints_nothing(self, key: str) -> None:
        plain = Plain()
        bot = InstantBot(plain.face)
        await plain.face.run(bot.submit, bot.settled)
        await plain.face.deliver("console", "1", replace(PAUSED, blocks=(Notice(key),)))
        assert plain.printed == ""

    async def test_a_pause_that_was_asked_for_is_confirmed(self) -> None:
        plain = Plain()
        await plain.face.deliver("console", "1", PAUSED)
        assert "쉬자" in plain.printed

    async def test_a_late_answer_is_still_printed(self) -> None:
        plain = Plain()
        bot = InstantBot(plain.face)
        await plain.face.run(bot.submit, bot.settled)
        await plain.face.deliver("console", "1", Reply("ko", (Say("늦었지만 답이야."),)))
        assert "늦었지만" in plain.printed


async def test_letters_that_the_terminal_lacks_become_question_marks() -> None:
    plain = Plain(encoding="ascii")
    await plain.face.deliver("console", "1", Reply("ko", (Say("MSE는 loss야 \udce2"),)))
    assert plain.printed == "MSE? loss? ?\n\n"


JUDGED = Reply("ko", KOREAN_TURN.blocks[:1])
WRONG = VerdictLine("정의", VerdictStatus.WRONG)
VERDICT = "✔ 정의 — “모델이 틀린 정도를 숫자로 나타낸 거”"


async def test_who_waits_sees_the_verdicts_ahead_of_the_words_and_once() -> None:
    plain = Plain(interactive=True)
    for text in ("", "좋아."):  # the words come whole, with the reply
        plain.face.preview("console", replace(JUDGED, blocks=(*JUDGED.blocks, Say(text))))
    assert plain.printed.startswith(VERDICT)
    assert "좋아" not in plain.printed
    await plain.face.deliver("console", "1", KOREAN_TURN)
    assert plain.printed.count(VERDICT) == 1
    assert plain.printed.index(VERDICT) < plain.printed.index("[손실 함수 ▸ 예시")
    await plain.face.deliver("console", "2", KOREAN_TURN)
    assert plain.printed.count(VERDICT) == 2


async def test_verdicts_that_turn_out_otherwise_are_printed_again() -> None:
    plain = Plain(interactive=True)
    plain.face.preview("console", Reply("ko", (Verdicts((WRONG,)),)))
    await plain.face.deliver("console", "1", KOREAN_TURN)
    assert plain.printed.startswith("✘ 정의")
    assert VERDICT in plain.printed


async def test_a_program_gets_each_reply_in_one_piece() -> None:
    plain, whole = Plain(), Plain()
    plain.face.preview("console", JUDGED)
    for face in (plain.face, whole.face):
        await face.deliver("console", "1", KOREAN_TURN)
    assert plain.printed == whole.printed
