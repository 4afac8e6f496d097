"""Linking accounts, parting them, and what is kept about a person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.app import new_code
from bot.interview.identity import CODE_LENGTH, CODE_LETTERS, CODE_MINUTES
from bot.interview.messages import Account, Action
from bot.interview.ports import AccountLeft, CodeMade, CodeUsed, PersonForgotten
from tests.support.interview import ACCOUNT, Conversation, notice_of


async def test_a_code_is_made_and_is_short_lived(talk: Conversation) -> None:
    told = await talk.send(action=Action.LINK)
    expires_at = talk.clock.now() + timedelta(minutes=CODE_MINUTES)
    assert talk.outcomes[-1].person == CodeMade("AB23CD", expires_at)
    assert notice_of(told).params == {"code": "AB23CD", "minutes": str(CODE_MINUTES)}


@pytest.mark.parametrize("typed", ["XY34ZW", " xy34zw ", "xy3-4zw"])
async def test_a_code_from_elsewhere_links_however_it_is_typed(
    talk: Conversation, typed: str
) -> None:
    talk.people.codes = {"XY34ZW": "user-2"}
    told = await talk.send(action=Action.LINK, options={"code": typed})
    assert talk.outcomes[-1].person == CodeUsed("XY34ZW", "user-2")
    assert notice_of(told).key == "notice.linked"


async def test_an_unknown_code_and_one_s_own_change_nothing(talk: Conversation) -> None:
    talk.people.codes = {"XY34ZW": "user-1"}
    unknown = await talk.send(action=Action.LINK, options={"code": "NOPE22"})
    own = await talk.send(action=Action.LINK, options={"code": "XY34ZW"})
    assert [notice_of(r).key for r in (unknown, own)] == ["notice.link_unknown", "notice.link_self"]
    assert [outcome.person for outcome in talk.outcomes] == [None, None]


async def test_only_a_linked_account_can_be_unlinked(talk: Conversation) -> None:
    alone = await talk.send(action=Action.UNLINK)
    assert notice_of(alone).key == "notice.nothing_to_unlink"
    talk.people.known = [ACCOUNT, Account("other", "ada")]
    linked = await talk.send(action=Action.UNLINK)
    assert notice_of(linked).key == "notice.unlinked"
    assert talk.outcomes[-1].person == AccountLeft()


async def test_everything_is_deleted_only_after_it_was_confirmed(talk: Conversation) -> None:
    reply = await talk.send(action=Action.PRIVACY)
    for expected in ("notice.forget_ask", "notice.forgotten"):
        assert talk.outcomes[-1].person is None
        ((choice,),) = reply.choices
        reply = await talk.send(action=choice.action, options=choice.options)
        assert notice_of(reply).key == expected
    assert talk.outcomes[-1].person == PersonForgotten()


def test_codes_are_random_and_easy_to_read() -> None:
    codes = {new_code() for _ in range(50)}
    assert len(codes) > 45
    assert all(len(code) == CODE_LENGTH and set(code) <= set(CODE_LETTERS) for code in codes)
    assert not set("IO01") & set(CODE_LETTERS)
