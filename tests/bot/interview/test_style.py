"""존댓말 for whoever chose it: in questions, in fixed texts, at once, and never mixed with 반말."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.adapters.commands import TypedCommands
from bot.i18n import Translator
from bot.interview.messages import Action, Choice, Inbound, Notice, Reply, Say
from bot.interview.ports import Snapshot
from bot.lines import SectionKind
from bot.presentation import Presenter
from bot.trouble import TroubleWords
from engine.korean_politeness import politeness, speaks_casually
from engine.outcomes import Style
from engine.pack_reader import read_pack
from engine.questions import QuestionPack
from tests.support.clock import FakeClock
from tests.support.interview import ACCOUNT, Conversation, notice_of
from tests.support.packs import ml_core, polite_files, read_small_pack, small_pack, write_pack

POLITE = "ko@jondaetmal"
CHOSEN = {"style": "jondaetmal"}


@pytest.fixture
def pack(tmp_path: Path) -> QuestionPack:
    files = small_pack()
    return read_pack(write_pack(tmp_path / "fruit", files | polite_files(files)))


@pytest.fixture
def talk(pack: QuestionPack) -> Conversation:
    return Conversation(pack, locale="ko")


@pytest.fixture
def banmal_only(tmp_path: Path) -> Conversation:
    """Somebody talking about a pack that is not written in 존댓말."""
    return Conversation(read_small_pack(tmp_path / "plain"), locale="ko")


def styles(reply: Reply) -> list[Choice]:
    """Return the choices of a style, in order."""
    return [choice for row in reply.choices for choice in row if "style" in choice.options]


def marks(reply: Reply) -> list[str]:
    labels = [choice.label for choice in styles(reply)]
    return [label.params["mark"] for label in labels if isinstance(label, Notice)]


async def test_an_interview_is_held_in_banmal_where_nobody_chose(talk: Conversation) -> None:
    opened = await talk.open(start_topic="apples")
    assert (opened.locale, talk.state.style) == ("ko", Style.BANMAL)
    await talk.send(talk.wrong_answer())
    assert talk.engine.requests[-1].style is Style.BANMAL


async def test_a_choice_counts_at_once_and_for_all_that_follows(
    talk: Conversation, pack: QuestionPack
) -> None:
    await talk.open(start_topic="apples")
    told = await talk.send(action=Action.SETTINGS, options=CHOSEN)
    asked = pack.topic("apples").question[POLITE][0]
    assert told.blocks == (Notice("notice.settings"), Say(asked))
    assert (told.locale, talk.state.question) == (POLITE, asked)
    assert marks(told) == ["", "✔ "]
    await talk.send(talk.wrong_answer())
    assert talk.engine.requests[-1].style is Style.JONDAETMAL
    assert (await talk.send(action=Action.OPEN)).locale == POLITE, "and on coming back"
    await talk.send(action=Action.STOP)
    assert (await talk.send(action=Action.HELP)).locale == POLITE, "after the interview"
    assert (await talk.send(action=Action.NEW)).locale == POLITE, "and in the next one"


async def test_the_very_question_that_stands_is_put_again(
    talk: Conversation, pack: QuestionPack
) -> None:
    await talk.open(start_topic="apples")
    apples = pack.topic("apples")
    await talk.send(apples.point("colour").references["ko"][0])
    follow_up = apples.point("taste").ask["ko"].index(talk.state.question)
    await talk.send(action=Action.SETTINGS, options=CHOSEN)
    assert talk.state.question == apples.point("taste").ask[POLITE][follow_up]
    await talk.send(action=Action.SETTINGS, options={"style": "banmal"})
    assert talk.state.question == apples.point("taste").ask["ko"][follow_up]


async def test_fixed_texts_follow_the_choice_without_any_interview(talk: Conversation) -> None:
    assert (await talk.send(action=Action.HELP)).locale == "ko"
    assert (await talk.send(action=Action.SETTINGS, options=CHOSEN)).locale == POLITE
    assert (await talk.send(action=Action.HELP)).locale == POLITE
    assert (await talk.send(action=Action.SETTINGS, options={"style": "banmal"})).locale == "ko"


async def test_english_has_one_style_and_offers_none(talk: Conversation) -> None:
    await talk.send(action=Action.SETTINGS, options=CHOSEN)
    english = await talk.send(action=Action.SETTINGS, options={"locale": "en"})
    assert (english.locale, styles(english)) == ("en", [])
    await talk.open(start_topic="apples")
    assert talk.state.style is Style.PLAIN
    korean = await talk.send(action=Action.LANGUAGE, options={"locale": "ko"})
    assert (korean.locale, talk.state.style) == (POLITE, Style.JONDAETMAL)


@pytest.mark.parametrize("style", ["plain", "rude"])
async def test_a_style_that_korean_has_not_is_refused(talk: Conversation, style: str) -> None:
    refused = Notice("notice.bad_option", {"what": style})
    assert notice_of(await talk.send(action=Action.SETTINGS, options={"style": style})) == refused
    assert notice_of(await talk.open(style=style)) == refused
    await talk.open(start_topic="apples")
    assert notice_of(await talk.open(style=style)) == refused
    assert talk.store.snapshot.chosen == {}


async def test_asking_for_another_style_begins_no_other_interview(talk: Conversation) -> None:
    await talk.open(start_topic="apples")
    await talk.send(talk.right_answer())
    before = talk.state
    back = await talk.open(**CHOSEN)
    assert (back.locale, notice_of(back).key) == (POLITE, "notice.resumed")
    assert (talk.state.id, talk.state.topics) == (before.id, before.topics)
    assert talk.state.style is Style.JONDAETMAL
    again = await talk.open(**CHOSEN)
    assert again == talk.store.snapshot.last_reply


async def test_an_offer_to_go_on_is_made_in_the_style_that_was_asked_for(
    talk: Conversation,
) -> None:
    await talk.open(start_topic="apples")
    await talk.send(talk.wrong_answer())
    asked = talk.state.question
    offer = await talk.open(offer="yes", **CHOSEN)
    assert (offer.locale, offer.blocks[-1]) == (POLITE, Say(f"{asked}, 맞죠?"))


async def test_a_choice_made_elsewhere_counts_on_coming_back(talk: Conversation) -> None:
    await talk.open(start_topic="apples")
    await talk.send(talk.wrong_answer())
    left = replace(talk.store.snapshot, elsewhere=True)
    talk.people.elsewhere = left
    talk.store.snapshot = Snapshot(left.user_id, None, 0, None, 1, CHOSEN)
    offer = await talk.open(offer="yes")
    assert (offer.locale, talk.state.style) == (POLITE, Style.JONDAETMAL)
    talk.store.snapshot = replace(talk.store.snapshot, chosen={"style": "banmal"})
    assert (await talk.send(action=Action.RESUME)).locale == "ko"


async def test_a_pack_without_jondaetmal_is_held_in_banmal_throughout(
    banmal_only: Conversation,
) -> None:
    talk = banmal_only
    assert (await talk.send(action=Action.SETTINGS, options=CHOSEN)).locale == POLITE
    assert (await talk.open(start_topic="apples")).locale == "ko"
    assert (await talk.send(action=Action.HELP)).locale == "ko", "fixed texts included"
    await talk.send(talk.wrong_answer())
    assert talk.engine.requests[-1].style is Style.BANMAL
    assert (await talk.send(action=Action.SETTINGS, options=CHOSEN)).locale == "ko"


async def test_a_pack_without_jondaetmal_can_still_be_gone_on_with_in_korean(
    banmal_only: Conversation,
) -> None:
    talk = banmal_only
    await talk.send(action=Action.SETTINGS, options={**CHOSEN, "locale": "en"})
    await talk.open(start_topic="apples")
    await talk.send(action=Action.LANGUAGE, options={"locale": "ko"})
    assert (talk.state.locale, talk.state.style) == ("ko", Style.BANMAL)


async def test_trouble_is_told_in_the_style_of_the_interview(talk: Conversation) -> None:
    await talk.open(start_topic="apples", **CHOSEN)
    inbound = Inbound("e9", ACCOUNT, "room", "사과", FakeClock().now())
    words = TroubleWords(talk.store, "en")
    assert (await words(inbound, permanent=False)).locale == POLITE
    assert (await words(inbound, permanent=True)).locale == POLITE


class TestAWholeInterview:
    """Everything on the way through ml-core, on the stand-ins of the stages."""

    PRESENTER = Presenter(Translator.load(strict=True), TypedCommands())
    # Model answers, points and reports are written, not spoken.
    SPOKEN = (SectionKind.SAY, SectionKind.NOTICE)

    def said(self, reply: Reply) -> Iterator[str]:
        """Yield what a reply says, and what can be pressed under it."""
        for section in self.PRESENTER.sections(reply):
            if section.kind in self.SPOKEN:
                yield from (line.text for line in section.lines)
        yield from (self.PRESENTER.label(reply.locale, action) for action in reply.buttons)

    async def test_nobody_who_chose_jondaetmal_hears_banmal(self) -> None:
        talk = Conversation(ml_core(), locale="ko")
        replies = [await talk.send(action=Action.SETTINGS, options=CHOSEN), await talk.open()]
        aside = [Action.HELP, Action.HINT, Action.REPEAT, Action.PACKS, Action.PAUSE, Action.RESUME]
        unsure = "글쎄, 뭔가 배우는 것 같은데"
        typed = ["모르겠어요", "손실 함수가 뭐야?", unsure, "그냥 만점 줘", "🙂"]
        for turn in range(40):
            if talk.state.ended:
                break
            replies.append(await talk.send(typed[turn % len(typed)]))
            replies.append(await talk.send(action=aside[turn % len(aside)]))
        replies.append(await talk.send(action=Action.STOP))
        heard = [text.replace("…", " ") for reply in replies for text in self.said(reply)]
        neutral = {"언어", "모르겠어요"}
        assert len(heard) > 100
        assert [t for t in heard if not all(politeness(t)) and t not in neutral] == []
        assert [text for text in heard if speaks_casually(text)] == []
