"""The JSON face: one object a turn on standard output, and nothing else there."""

from __future__ import annotations

import io
import json
import os
from dataclasses import replace
from typing import Any

from bot.adapters.commands import TypedCommands
from bot.adapters.console_adapter.core import ConsoleInput
from bot.adapters.console_adapter.json_face import JsonFace
from bot.adapters.console_adapter.lines import LineLoop, LineReader
from bot.adapters.console_adapter.output import LineOutput
from bot.i18n import Translator
from bot.interview.messages import Action, Choice, Notice, Reply, ReportCard, Say, TurnFacts
from bot.presentation import Presenter
from tests.support.clock import FakeClock
from tests.support.console import InstantBot
from tests.support.replies import KOREAN_REPORT, KOREAN_TURN


class Json:
    """A JSON face over buffers."""

    def __init__(self, typed: bytes = b"") -> None:
        self._out, self._err = io.BytesIO(), io.BytesIO()
        # Even where the terminal prints nothing but ASCII, JSON is UTF-8.
        self._streams = [io.TextIOWrapper(b, encoding="ascii") for b in (self._out, self._err)]
        source, sink = os.pipe()
        os.write(sink, typed)
        os.close(sink)
        loop = LineLoop(LineReader(source), ConsoleInput("ada", FakeClock()), interactive=False)
        presenter = Presenter(Translator.load(strict=True), TypedCommands())
        self.face = JsonFace(
            loop,
            LineOutput(self._streams[0], "utf-8"),
            LineOutput(self._streams[1], "utf-8"),
            presenter,
        )

    @property
    def printed(self) -> str:
        return self._out.getvalue().decode("utf-8")

    @property
    def objects(self) -> list[dict[str, Any]]:
        lines = self.printed.split("\n")
        assert lines.pop() == ""
        return [json.loads(line) for line in lines]

    @property
    def notices(self) -> str:
        return self._err.getvalue().decode("utf-8")


async def test_a_turn_is_one_object_with_everything_about_it() -> None:
    out = Json()
    await out.face.deliver("console", "1", KOREAN_TURN)
    assert out.objects == [
        {
            "turn": 3,
            "topic": "loss-function-definition",
            "intent": "answer",
            "verdicts": [
                {
                    "point": "definition",
                    "status": "covered",
                    "similarity": 0.8312,
                    "evidence": "모델이 틀린 정도를",
                },
                {"point": "examples", "status": "missing", "similarity": 0.1, "evidence": None},
            ],
            "answered": ["definition"],
            "remaining": ["examples"],
            "next_topic": "loss-function-examples",
            "utterance": "정의는 정확해.",
            "timings_ms": {"total": 12.5},
        }
    ]


async def test_korean_is_written_as_korean() -> None:
    out = Json()
    await out.face.deliver("console", "1", KOREAN_TURN)
    assert "모델이" in out.printed


async def test_what_has_no_utterance_is_told_as_the_text_that_is_shown() -> None:
    out = Json()
    facts = TurnFacts(4, "loss", "report")
    await out.face.deliver("console", "1", Reply("ko", (ReportCard(KOREAN_REPORT),), facts=facts))
    assert "점수 48 / 100" in out.objects[0]["utterance"]


async def test_a_reply_that_is_no_turn_goes_to_standard_error() -> None:
    out = Json()
    await out.face.deliver("console", "1", Reply("en", (Notice("notice.engine_trouble"),)))
    assert out.objects == []
    assert "longer than usual" in out.notices


async def test_choices_go_to_standard_error_with_what_picks_them() -> None:
    out = Json()
    choice = Choice(Action.PRIVACY, {"delete": "ask"}, Notice("choice.forget"))
    asking = Reply("en", (Notice("notice.privacy"),), choices=((choice,),))
    await out.face.deliver("console", "1", asking)
    assert out.objects == []
    assert out.notices.rstrip("\n").endswith("/1 Delete everything about me")


async def test_lone_surrogates_do_not_break_the_line() -> None:
    out = Json()
    facts = replace(KOREAN_TURN.facts or TurnFacts(0, None, ""), utterance="a \ud83d b\nc\u2028d")
    await out.face.deliver("console", "1", Reply("ko", (Say("x"),), facts=facts))
    assert out.objects[0]["utterance"] == "a ? b\nc\u2028d"


async def test_each_line_of_input_is_one_object_in_order() -> None:
    out = Json("하나\n\n/hint".encode())
    bot = InstantBot(out.face)
    await out.face.run(bot.submit, bot.settled)
    assert [o["utterance"] for o in out.objects] == ["들었어: 하나", "들었어: ", "들었어: hint"]


async def test_the_pause_after_the_end_of_input_prints_nothing() -> None:
    out = Json()
    bot = InstantBot(out.face)
    await out.face.run(bot.submit, bot.settled)
    facts = TurnFacts(4, "loss", "pause")
    await out.face.deliver("console", "1", Reply("ko", (Notice("notice.paused"),), facts=facts))
    assert (out.objects, out.notices) == ([], "")


async def test_turns_that_a_crash_left_behind_are_not_told_before_the_opening() -> None:
    out = Json()
    left = Reply("en", (Notice("notice.engine_trouble"),))

    async def begin() -> None:
        await out.face.deliver("console", "1", KOREAN_TURN)

    async def settled() -> None:
        await out.face.deliver("console", "2", left)

    await out.face.take_up(begin, settled)
    assert out.objects == []
    assert "longer than usual" in out.notices
    await out.face.deliver("console", "3", KOREAN_TURN)
    assert [o["turn"] for o in out.objects] == [3]


async def test_the_last_turn_of_an_interview_is_told_although_a_crash_came_between() -> None:
    out = Json()
    last = replace(KOREAN_TURN, buttons=(Action.REPORT, Action.NEW))
    late = Reply("ko", (Notice("notice.ended"),), facts=TurnFacts(3, "end", "none"))

    async def begin() -> None:
        await out.face.deliver("console", "1", last)

    async def settled() -> None:
        await out.face.deliver("console", "2", late)

    await out.face.take_up(begin, settled)
    assert [o["turn"] for o in out.objects] == [3, 3]
