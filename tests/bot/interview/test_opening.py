"""Coming back on another platform, and edits of what has been answered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.interview.messages import Action, Inbound
from bot.interview.ports import Snapshot
from tests.support.interview import ACCOUNT, Conversation, notice_of


@pytest.fixture
async def left_open(talk: Conversation) -> Snapshot:
    """An interview that was begun in another conversation."""
    await talk.open(start_topic="apples")
    await talk.send(talk.wrong_answer())
    left = replace(talk.store.snapshot, elsewhere=True)
    talk.people.elsewhere = left
    talk.store.snapshot = Snapshot(left.user_id, None, 0, None, 1)
    return left


async def test_what_was_left_open_elsewhere_is_offered_and_gone_on_with_here(
    talk: Conversation, left_open: Snapshot
) -> None:
    offer = await talk.open(offer="yes")
    assert (notice_of(offer).key, offer.buttons) == (
        "notice.resume_offer",
        (Action.RESUME, Action.NEW),
    )
    assert talk.outcomes[-1].snapshot.elsewhere, "so that the commit moves it here"
    assert left_open.interview is not None
    await talk.send(action=Action.RESUME)
    assert (talk.state.id, talk.state.topic_id) == (left_open.interview.id, "apples")


async def test_whoever_does_not_ask_for_an_offer_begins_anew(
    talk: Conversation, left_open: Snapshot
) -> None:
    await talk.open()
    assert left_open.interview is not None
    assert talk.state.id != left_open.interview.id


async def test_whoever_wants_another_interview_gets_it_instead(
    talk: Conversation, left_open: Snapshot
) -> None:
    await talk.open(offer="yes", mode="exam")
    await talk.send(action=Action.NEW)
    assert left_open.interview is not None
    assert talk.state.id != left_open.interview.id
    assert talk.state.options.mode == "exam"


async def test_one_on_a_pack_that_is_gone_is_not_offered(
    talk: Conversation, left_open: Snapshot
) -> None:
    assert left_open.interview is not None
    lost = replace(left_open.interview, pack=replace(left_open.interview.pack, id="gone"))
    talk.people.elsewhere = replace(left_open, interview=lost)
    await talk.open(offer="yes")
    assert talk.state.turn == 0


async def test_an_edit_of_what_has_been_answered_changes_nothing(talk: Conversation) -> None:
    await talk.open(start_topic="apples")
    await talk.send(talk.wrong_answer())
    before = talk.store.snapshot
    edit = Inbound("e9", ACCOUNT, "room", talk.right_answer(), talk.clock.now(), edits="e1")
    outcome = await talk.service.handle(edit)
    assert (outcome.interview, outcome.record) == (None, None)
    assert outcome.snapshot == before
    assert notice_of(outcome.replies[0]).key == "notice.edit_ignored"
