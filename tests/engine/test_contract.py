"""The contract survives the wire, and says what does not fit."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.contract import (
    Answer,
    Call,
    Intent,
    Mode,
    PackRef,
    PointVerdict,
    TurnRequest,
    TurnResult,
    Utterance,
    VerdictStatus,
)
from engine.errors import ContractError
from engine.outcomes import Style

REQUEST = TurnRequest(
    request_id="i:3",
    seed="0:3",
    pack=PackRef("ml-core", "1.0.0"),
    locale="ko",
    mode=Mode.EXAM,
    topic_id="bce-loss",
    question="BCE가 뭐야?",
    answer="로그 손실의 평균",
    open_points=("formula", "key-idea"),
    next_topics=("bce-task",),
    may_retry=True,
    hints_given=2,
    intent=Intent.HINT,
    truncated=True,
    spoken=("curated/hint/1",),
    dont_know_streak=1,
    style=Style.JONDAETMAL,
)
RESULT = TurnResult(
    request_id="i:3",
    intent=Intent.ANSWER,
    verdicts=(
        PointVerdict("formula", VerdictStatus.COVERED, "로그 손실", 0.8, 0.9),
        PointVerdict("key-idea", VerdictStatus.WRONG, None, 0.1, 0.2, 3),
    ),
    next_topic="bce-task",
    utterance=Utterance("맞았어. 그럼 다음은?", "그럼 다음은?", ("curated/covered/0",)),
    hedge="아마",
    timings_ms={"total": 12.5},
)

texts = st.text(st.characters(exclude_categories=["Cs"]))
ids = st.tuples() | st.lists(texts, max_size=3).map(tuple)
requests = st.builds(
    TurnRequest,
    request_id=texts,
    seed=texts,
    pack=st.builds(PackRef, texts, texts),
    locale=texts,
    mode=st.sampled_from(Mode),
    topic_id=texts,
    question=texts,
    answer=texts,
    open_points=ids,
    next_topics=ids,
    may_retry=st.booleans(),
    hints_given=st.integers(0, 3),
    intent=st.none() | st.sampled_from(Intent),
    truncated=st.booleans(),
    spoken=ids,
    dont_know_streak=st.integers(0, 9),
    style=st.none() | st.sampled_from(Style),
)
numbers = st.floats(allow_nan=False, allow_infinity=False)
verdicts = st.builds(
    PointVerdict,
    point_id=texts,
    status=st.sampled_from(VerdictStatus),
    evidence=st.none() | texts,
    similarity=numbers,
    probability=numbers,
    misconception=st.none() | st.integers(0, 9),
)
results = st.builds(
    TurnResult,
    request_id=texts,
    intent=st.sampled_from(Intent),
    verdicts=st.lists(verdicts, max_size=3).map(tuple),
    next_topic=st.none() | texts,
    utterance=st.builds(Utterance, texts, texts, ids),
    hedge=st.none() | texts,
    timings_ms=st.dictionaries(texts, numbers, max_size=3),
)


@given(requests)
def test_a_request_survives_the_wire(request_: TurnRequest) -> None:
    assert TurnRequest.from_dict(json.loads(json.dumps(request_.to_dict()))) == request_


@given(results)
def test_a_result_survives_the_wire_with_its_diagnostics(result: TurnResult) -> None:
    read = TurnResult.from_dict(json.loads(json.dumps(result.to_dict())))
    assert read == result
    assert read.to_dict() == result.to_dict()


@given(texts, st.dictionaries(texts, texts), st.integers(), st.booleans())
def test_a_call_is_one_line_whatever_it_carries(
    text: str, payload: dict[str, str], deadline: int, progress: bool
) -> None:
    call = Call(text, "turn", payload, deadline, progress)
    line = call.to_line()
    assert line.count(b"\n") == 1
    assert Call.from_line(line) == call


@given(texts, st.dictionaries(texts, texts), st.none() | texts, texts, st.booleans())
def test_an_answer_is_one_line_whatever_it_carries(
    id_: str, payload: dict[str, str], error: str | None, message: str, partial: bool
) -> None:
    answer = Answer(id_, payload, error, message, partial)
    line = answer.to_line()
    assert line.count(b"\n") == 1
    assert Answer.from_line(line) == answer


def test_a_lone_surrogate_is_replaced_rather_than_crashing_the_wire() -> None:
    assert Call.from_line(Call("a", "turn", {"answer": "x\ud800y"}).to_line()).payload == {
        "answer": "x?y"
    }


def test_what_may_be_left_out_has_defaults() -> None:
    full = REQUEST.to_dict()
    optional = ("hints_given", "intent", "truncated", "spoken", "dont_know_streak")
    read = TurnRequest.from_dict({k: v for k, v in full.items() if k not in optional})
    assert (read.hints_given, read.intent, read.truncated) == (0, None, False)
    assert (read.spoken, read.dont_know_streak) == ((), 0)


@pytest.mark.parametrize(("locale", "usual"), [("ko", Style.BANMAL), ("en", Style.PLAIN)])
def test_a_bot_that_names_no_style_means_the_usual_one(locale: str, usual: Style) -> None:
    older = {k: v for k, v in REQUEST.to_dict().items() if k != "style"}
    read = TurnRequest.from_dict({**older, "locale": locale})
    assert (read.spoken_style, read.wording) == (usual, locale)


def test_a_style_beside_the_usual_one_has_texts_of_its_own() -> None:
    assert REQUEST.wording == "ko@jondaetmal"


def test_diagnostics_never_make_two_verdicts_differ() -> None:
    verdict = PointVerdict("p", VerdictStatus.COVERED, "x", 0.5, 0.5)
    assert verdict == PointVerdict("p", VerdictStatus.COVERED, "x", 0.6, 0.7, 1)
    assert verdict != PointVerdict("p", VerdictStatus.PARTIAL, "x", 0.5, 0.5)


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("request_id", 3, "request.request_id: a text is needed, not 3"),
        ("answer", None, "request.answer: a text is needed, not None"),
        ("pack", "ml-core", "request.pack: a mapping is needed, not 'ml-core'"),
        ("pack", {"id": "ml-core"}, "pack.version: a text is needed, not None"),
        ("mode", "sudden-death", "request.mode: 'sudden-death' is none of coach, exam"),
        ("intent", "mischief", "request.intent: 'mischief' is none of answer, dont_know"),
        ("open_points", "formula", "request.open_points: a list is needed, not 'formula'"),
        ("next_topics", [1], r"request.next_topics: a list of texts is needed, not \(1,\)"),
        ("may_retry", "no", "request.may_retry: true or false is needed, not 'no'"),
        ("hints_given", "2", "request.hints_given: a whole number is needed, not '2'"),
        ("hints_given", True, "request.hints_given: a whole number is needed, not True"),
        ("dont_know_streak", 1.5, "request.dont_know_streak: a whole number is needed, not 1.5"),
    ],
)
def test_a_request_that_does_not_fit_names_the_field(
    field: str, value: object, message: str
) -> None:
    with pytest.raises(ContractError, match=message):
        TurnRequest.from_dict({**REQUEST.to_dict(), field: value})


def _without(path: str) -> Callable[[dict[str, Any]], None]:
    return lambda data: data.pop(path)


def _with(field: str, value: object) -> Callable[[dict[str, Any]], None]:
    return lambda data: data.update({field: value})


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (_without("request_id"), "result.request_id: a text is needed"),
        (_without("intent"), "result.intent: a text is needed"),
        (_without("utterance"), "utterance.text: a text is needed"),
        (_with("utterance", "hello"), "result.utterance: a mapping is needed"),
        (_with("verdicts", ["good"]), "result.verdicts: a list of mappings is needed"),
        (_with("verdicts", [{"point_id": "p"}]), "verdict.status: a text is needed"),
        (
            _with("verdicts", [{"point_id": "p", "status": "great"}]),
            "verdict.status: 'great' is none of covered",
        ),
        (
            _with("verdicts", [{"point_id": "p", "status": "wrong", "similarity": "high"}]),
            "verdict.similarity: a number is needed, not 'high'",
        ),
        (
            _with("verdicts", [{"point_id": "p", "status": "wrong", "misconception": 0.5}]),
            "verdict.misconception: a whole number is needed",
        ),
        (_with("next_topic", 5), "result.next_topic: a text is needed, not 5"),
        (_with("hedge", []), "result.hedge: a text is needed"),
        (_with("timings_ms", {"total": "fast"}), "result.timings_ms.total: a number is needed"),
    ],
)
def test_a_result_that_does_not_fit_names_the_field(
    spoil: Callable[[dict[str, Any]], None], message: str
) -> None:
    data = RESULT.to_dict()
    spoil(data)
    with pytest.raises(ContractError, match=message):
        TurnResult.from_dict(data)


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"not json\n",
        b"\xff\xfe{}\n",
        b"[]\n",
        b"null\n",
        b'{"id": 1, "method": "turn"}\n',
        b'{"id": "1"}\n',
        b'{"id": "1", "method": "turn", "deadline_ms": "soon"}\n',
        b'{"id": "1", "method": "turn", "payload": []}\n',
        b"[" * 200_000,
        b'{"id": ' + b"9" * 10_000 + b"}",
    ],
)
def test_a_line_that_is_no_call_is_a_contract_error(line: bytes) -> None:
    with pytest.raises(ContractError):
        Call.from_line(line)


@pytest.mark.parametrize("line", [b"{}\n", b'{"id": "1", "error": 5, "message": ""}\n', b"[1]\n"])
def test_a_line_that_is_no_answer_is_a_contract_error(line: bytes) -> None:
    with pytest.raises(ContractError):
        Answer.from_line(line)
