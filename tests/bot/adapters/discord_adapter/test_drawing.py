"""Replies as Discord messages: what is framed, what is written, and what can be pressed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bot.adapters.discord_adapter.buttons import LONGEST_ID, Press, read_id, write_id
from bot.adapters.discord_adapter.drawing import Drawing, Part
from bot.adapters.discord_adapter.markdown import plain, spoken
from bot.adapters.discord_adapter.words import SlashWords
from bot.i18n import Translator
from bot.interview.messages import Action, Choice, Notice, Reply, Say, VerdictLine, Verdicts
from bot.presentation import Presenter
from engine.contract import VerdictStatus
from tests.support.replies import KOREAN_TURN, korean_report

WORDS = Translator.load(strict=True)


def parts(reply: Reply, *, by_form: bool = False) -> tuple[Part, ...]:
    slash = SlashWords(WORDS)
    slash.registered({"interview": 7})
    drawing = Drawing(Presenter(WORDS, slash), Presenter(WORDS, SlashWords(WORDS)))
    return drawing.parts(reply, by_form=by_form)


def rows(part: Part) -> list[list[dict[str, Any]]]:
    """Return the rows of what can be pressed under a message."""
    return [row["components"] for row in part.view.to_components()] if part.view else []


async def test_verdicts_come_framed_and_silent_before_the_words() -> None:
    verdicts, words = parts(KOREAN_TURN)
    assert verdicts.embed is not None
    assert verdicts.silent
    assert (verdicts.embed.description or "").startswith("✔ 정의 — “모델이 틀린 정도를")
    assert words.content == (
        "-# 손실 함수 ▸ 예시   7/20   ✔ 9  ✘ 2  ◐ 1\n"
        "정의는 *정확해*. 그럼 `MSE`는 y\\*log(p)랑 뭐가 다를까?"
    )
    assert not words.silent
    assert [item["label"] for item in rows(words)[0]] == [
        "힌트",
        "모르겠어",
        "건너뛰기",
        "판정에 이의 있어",
    ]


@pytest.mark.parametrize(
    ("statuses", "colour"),
    [
        ([VerdictStatus.COVERED], 0x2EA043),
        ([VerdictStatus.COVERED, VerdictStatus.MISSING], 0xD29922),
        ([VerdictStatus.UNSURE], 0xD29922),
        ([VerdictStatus.COVERED, VerdictStatus.WRONG], 0xDA3633),
        ([VerdictStatus.MISSING], 0x808080),
    ],
)
async def test_the_frame_has_the_colour_of_the_verdicts(
    statuses: list[VerdictStatus], colour: int
) -> None:
    lines = tuple(VerdictLine("point", status) for status in statuses)
    [part] = parts(Reply("en", (Verdicts(lines),)))
    assert part.embed is not None
    assert part.embed.colour is not None
    assert part.embed.colour.value == colour


async def test_a_report_is_framed_with_the_whole_of_it_attached() -> None:
    [part] = parts(korean_report())
    assert part.embed is not None
    assert "**점수 48 / 100**" in (part.embed.description or "")
    assert "</interview disagree:7>" in (part.embed.description or "")
    assert part.file is not None
    assert "/면접 이의" in part.file.content.decode()


async def test_a_long_utterance_becomes_several_messages_with_buttons_under_the_last() -> None:
    long = replace(KOREAN_TURN, blocks=(Say("한 문장이야. " * 500),))
    drawn = parts(long)
    assert len(drawn) > 1
    assert [bool(rows(part)) for part in drawn] == [False] * (len(drawn) - 1) + [True]
    assert [part.silent for part in drawn] == [True] * (len(drawn) - 1) + [False]


async def test_the_form_has_a_button_where_answers_come_by_it() -> None:
    *_, last = parts(KOREAN_TURN, by_form=True)
    assert rows(last)[0][0]["label"] == "답하기"


async def test_choices_below_each_other_are_a_menu() -> None:
    packs = tuple((Choice(Action.OPEN, {"pack": f"p{n}"}, f"Pack {n}"),) for n in range(30))
    modes = (
        Choice(Action.SETTINGS, {"mode": "coach"}, Notice("choice.coach", {"mark": "✔ "})),
        Choice(Action.SETTINGS, {"mode": "exam"}, Notice("choice.exam", {"mark": ""})),
    )
    [part] = parts(Reply("en", (Say("Choose"),), choices=(modes, *packs)))
    buttons, [menu] = rows(part)
    assert [button["label"] for button in buttons] == ["✔ Coach", "Exam"]
    assert len(menu["options"]) == 25
    assert menu["options"][0]["label"] == "Pack 0"


async def test_more_rows_than_discord_shows_end_in_a_menu() -> None:
    row = (Choice(Action.OPEN, {"pack": "a"}, "A"), Choice(Action.OPEN, {"pack": "b"}, "B"))
    many = tuple(
        tuple(replace(choice, options={**choice.options, "n": str(n)}) for choice in row)
        for n in range(8)
    )
    [part] = parts(Reply("en", (Say("Choose"),), (Action.NEW,), choices=many))
    drawn = rows(part)
    assert [len(items) for items in drawn] == [2, 2, 2, 1, 1]
    assert len(drawn[3][0]["options"]) == 10


async def test_a_choice_that_no_button_can_carry_is_left_out() -> None:
    choices = ((Choice(Action.OPEN, {"pack": "p" * LONGEST_ID}, "Too long"),),)
    [part] = parts(Reply("en", (Say("Choose"),), choices=choices))
    assert rows(part) == []


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a*b_c~d|e`f\\g", r"a\*b\_c\~d\|e\`f\\g"),
        ("# no heading", r"\# no heading"),
        ("> no quote", r"\> no quote"),
        ("-# not small", r"\-# not small"),
        ("- a list", "- a list"),
        ("see https://a.b/c_d_e", "see https://a.b/c_d_e"),
        ("use </interview start:12>", "use </interview start:12>"),
    ],
)
def test_what_is_no_markdown_shows_as_it_is(text: str, written: str) -> None:
    assert plain(text) == written


def test_an_utterance_keeps_its_emphasis_and_its_code() -> None:
    assert spoken("**Yes**, *that* is `x*y`, not a*b") == r"**Yes**, *that* is `x*y`, not a\*b"
    assert spoken("So:\n```py\na_b = c*d\n```\nok_?") == "So:\n```py\na_b = c*d\n```\nok\\_?"


def test_a_button_says_what_it_asks_for_in_its_id() -> None:
    options = {"pack": "ml-core", "offer": "yes", "q": "a&b=c 한글"}
    assert read_id(write_id("open", options)) == Press(Action.OPEN, options)
    assert read_id("aurora:1:hint") == Press(Action.HINT)
    assert read_id("aurora:9:hint") == Press(None)
    assert read_id("aurora:1:dance") == Press(None)
