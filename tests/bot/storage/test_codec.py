"""Whatever the domain holds comes back from its JSON form unchanged."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.interview.messages import (
    Account,
    Inbound,
    ModelAnswer,
    Notice,
    Progress,
    Reply,
    ReportCard,
    Say,
    TurnFacts,
    VerdictFacts,
    Verdicts,
)
from bot.interview.report import PointReport, Report, StudyItem, TopicReport, TurnRecord
from bot.interview.state import InterviewState
from bot.storage.codec import INBOUNDS, RECORDS, REPLIES, STATES, Codec, storable
from engine.contract import PointVerdict
from engine.outcomes import Style

moments = st.datetimes(timezones=st.just(UTC))
numbers = st.floats(allow_nan=False, allow_infinity=False)
timings = st.dictionaries(st.text(), numbers, max_size=3)
verdicts = st.builds(PointVerdict, similarity=numbers, probability=numbers)


def tuples(of: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(of, max_size=3).map(tuple)


inbounds = st.builds(Inbound, received_at=moments)
states = st.builds(InterviewState, started_at=moments, asked_at=moments)
records = st.builds(
    TurnRecord,
    verdicts=tuples(verdicts),
    asked_at=moments,
    answered_at=moments,
    timings_ms=timings,
)
topic_reports = st.builds(
    TopicReport, points=tuples(st.builds(PointReport)), seconds=st.none() | numbers
)
reports = st.builds(
    Report, topics=tuples(topic_reports), study=tuples(st.builds(StudyItem)), minutes=numbers
)
blocks = st.one_of(
    st.builds(Verdicts, kind=st.just("verdicts")),
    st.builds(ModelAnswer, kind=st.just("model_answer")),
    st.builds(Say, kind=st.just("say")),
    st.builds(Notice, kind=st.just("notice")),
    st.builds(ReportCard, report=reports, kind=st.just("report")),
)
facts = st.builds(
    TurnFacts,
    verdicts=tuples(st.builds(VerdictFacts, similarity=numbers)),
    timings_ms=timings,
)
replies = st.builds(
    Reply,
    blocks=tuples(blocks),
    progress=st.none() | st.builds(Progress),
    facts=st.none() | facts,
)


def assert_survives(codec: Codec[Any], value: Any) -> None:
    back = codec.decode(json.loads(json.dumps(codec.encode(value), allow_nan=False)))
    assert back == value
    assert asdict(back) == asdict(value)  # diagnostics, too, although they never compare


@given(inbounds)
def test_messages_survive(value: Inbound) -> None:
    assert_survives(INBOUNDS, value)


@given(states)
def test_states_survive(value: InterviewState) -> None:
    assert_survives(STATES, value)


@given(states)
def test_an_interview_from_before_there_were_styles_is_in_banmal(value: InterviewState) -> None:
    kept = STATES.encode(replace(value, wanted=None))
    del kept["options"]["style"]
    assert STATES.decode(kept).options == replace(value.options, style=Style.BANMAL)


@given(records)
def test_log_lines_survive(value: TurnRecord) -> None:
    assert_survives(RECORDS, value)


@given(replies)
def test_replies_survive(value: Reply) -> None:
    assert_survives(REPLIES, value)


def test_what_is_no_reply_is_refused() -> None:
    with pytest.raises(ValueError, match="locale"):
        REPLIES.decode({"blocks": []})


@given(st.text(st.characters(codec=None), max_size=20))
def test_every_text_becomes_storable(text: str) -> None:
    message = Inbound(
        text, Account("test", text), text, text, datetime.now(UTC), options={text: text}
    )
    cleaned = storable(message)
    for part in (
        cleaned.event_id,
        cleaned.account.external_id,
        cleaned.conversation,
        cleaned.text,
        *cleaned.options,
        *cleaned.options.values(),
    ):
        assert "\x00" not in part.encode().decode()
        assert len(part) == len(text)


def test_only_the_unstorable_is_replaced() -> None:
    message = Inbound(
        "e", Account("test", "ada"), "room", "손실\x00 \ud800함수 🙂\t", datetime.now(UTC)
    )
    assert storable(message).text == "손실\ufffd \ufffd함수 🙂\t"
