"""Progress survives the wire, and says what does not fit."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.contract import Answer, Call, Intent, PointVerdict, VerdictStatus
from engine.errors import ContractError
from engine.progress import TurnProgress

VERDICTS = (
    PointVerdict("formula", VerdictStatus.COVERED, "로그 손실", 0.8, 0.9),
    PointVerdict("key-idea", VerdictStatus.WRONG, None, 0.1, 0.2, 3),
)
PROGRESS = TurnProgress("i:3", Intent.ANSWER, VERDICTS, "bce-task", "맞았어.")
texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(texts, st.sampled_from(Intent), texts, texts)
def test_progress_survives_the_wire(
    request_id: str, intent: Intent, next_topic: str, text: str
) -> None:
    progress = TurnProgress(request_id, intent, VERDICTS, next_topic, text)
    line = Answer("7", progress.to_dict(), partial=True).to_line()
    answer = Answer.from_line(line)
    assert answer.partial
    assert TurnProgress.from_dict(answer.payload) == progress


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("request_id", None, "progress.request_id: a text is needed"),
        ("intent", "mischief", "progress.intent: 'mischief' is none of answer"),
        ("verdicts", "good", "progress.verdicts: a list is needed"),
        ("next_topic", None, "progress.next_topic: a text is needed"),
        ("text", 3, "progress.text: a text is needed"),
    ],
)
def test_progress_that_does_not_fit_names_the_field(field: str, value: Any, message: str) -> None:
    with pytest.raises(ContractError, match=message):
        TurnProgress.from_dict({**PROGRESS.to_dict(), field: value})


def test_a_side_that_knows_of_no_progress_is_told_of_none() -> None:
    assert not Call.from_line(b'{"id": "1", "method": "turn"}\n').progress
    assert not Answer.from_line(b'{"id": "1", "message": ""}\n').partial
