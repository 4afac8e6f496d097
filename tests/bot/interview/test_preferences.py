"""What a person chooses for good: packs, language and settings."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.interview.flow import Level
from bot.interview.messages import Action, Choice, Notice, Reply, Say
from engine.contract import Mode
from engine.questions import QuestionPack
from tests.support.interview import Conversation, notice_of


def picked(reply: Reply, **options: str) -> Choice:
    """Return the choice with these options."""
    return next(c for row in reply.choices for c in row if c.options == options)


def is_marked(choice: Choice) -> bool:
    return isinstance(choice.label, Notice) and choice.label.params["mark"] == "✔ "


async def test_the_packs_are_listed_and_picking_one_opens_an_interview_on_it(
    talk: Conversation, pack: QuestionPack
) -> None:
    vegetables = replace(pack, id="vegetables", title={"en": "Vegetables"})
    talk.packs.packs[vegetables.id] = vegetables
    listed = await talk.send(action=Action.PACKS)
    notices = [block for block in listed.blocks if isinstance(block, Notice)]
    assert [n.params.get("title") for n in notices] == [None, "Fruit English", "Vegetables"]
    assert notices[1].params["count"] == "3", "only what is judged counts"
    choice = picked(listed, pack="vegetables", offer="yes")
    assert (choice.action, choice.label) == (Action.OPEN, "Vegetables")
    await talk.send(action=choice.action, options=choice.options)
    assert talk.state.pack.id == "vegetables"


async def test_a_language_is_kept_for_all_that_follows(talk: Conversation) -> None:
    asked = await talk.send(action=Action.LANGUAGE)
    assert [is_marked(picked(asked, locale=locale)) for locale in ("ko", "en")] == [False, True]
    told = await talk.send(action=Action.LANGUAGE, options={"locale": "ko"})
    assert (told.locale, notice_of(told).key) == ("ko", "notice.language_set")
    assert (await talk.send(action=Action.HELP)).locale == "ko"
    assert (await talk.open()).locale == "ko"


async def test_a_running_interview_goes_on_in_the_new_language(talk: Conversation) -> None:
    await talk.open(start_topic="apples")
    reply = await talk.send(action=Action.LANGUAGE, options={"locale": "ko"})
    asked = talk.pack.topic("apples").question["ko"][0]
    assert reply.blocks == (Notice("notice.language_set"), Say(asked))
    assert (talk.state.locale, talk.state.question, talk.state.topic_id) == ("ko", asked, "apples")
    assert (await talk.send(action=Action.OPEN)).locale == "ko", "and is shown so on coming back"


async def test_the_client_s_language_counts_only_where_nothing_was_chosen(
    talk: Conversation,
) -> None:
    client = {"default_locale": "ko"}
    assert (await talk.send(action=Action.HELP, options=client)).locale == "ko"
    await talk.send(action=Action.SETTINGS, options={"locale": "en"})
    assert (await talk.send(action=Action.HELP, options=client)).locale == "en"
    assert (await talk.send(action=Action.OPEN, options=client)).locale == "en"


async def test_settings_are_marked_and_count_from_the_next_interview_on(
    talk: Conversation,
) -> None:
    await talk.open()
    shown = await talk.send(action=Action.SETTINGS, options={"mode": "exam"})
    assert is_marked(picked(shown, mode="exam"))
    assert not is_marked(picked(shown, mode="coach"))
    await talk.send(action=Action.SETTINGS, options={"level": "junior"})
    assert talk.state.options.mode is Mode.COACH
    await talk.send(action=Action.NEW)
    assert (talk.state.options.mode, talk.state.options.level) == (Mode.EXAM, Level.JUNIOR)


async def test_what_is_asked_for_now_counts_more_than_the_settings(talk: Conversation) -> None:
    await talk.send(action=Action.SETTINGS, options={"mode": "exam"})
    await talk.open(mode="coach")
    assert talk.state.options.mode is Mode.COACH


@pytest.mark.parametrize(
    "options", [{"mode": "easy"}, {"level": "0"}, {"locale": "fr"}, {"pack": "nuts"}]
)
async def test_what_there_is_not_is_refused_and_not_kept(
    talk: Conversation, options: dict[str, str]
) -> None:
    told = await talk.send(action=Action.SETTINGS, options=options)
    assert notice_of(told) == Notice("notice.bad_option", {"what": next(iter(options.values()))})
    assert talk.store.snapshot.chosen == {}


async def test_the_place_s_pack_stands_in_where_none_was_chosen(
    talk: Conversation, pack: QuestionPack
) -> None:
    talk.packs.packs["nuts"] = replace(pack, id="nuts")
    await talk.open(default_pack="nuts")
    assert talk.state.pack.id == "nuts"
