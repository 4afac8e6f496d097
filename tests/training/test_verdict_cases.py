"""Answers to questions outside of every pack: which are calibrated on, and which are scored."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import yaml

from engine.contract import VerdictStatus
from engine.questions import QuestionPack
from engine.verdicts import FEATURES
from training.question_sets import FURTHER, UNSEEN, is_calibrating
from training.rows import AnswerRow, split_of
from training.verdict_cases import Case, Strangers, find_strangers

TOPICS = [f"t{number}" for number in range(30)]


def question(topic: str) -> dict[str, object]:
    said = {
        "question": "?",
        "references": [f"{topic} one", f"{topic} two"],
        "wrong": ["three", "four"],
        "answers": {"right": [f"{topic} is so"]},
    }
    return {"id": topic, "ko": said, "en": said}


def judged(_: QuestionPack, rows: Sequence[AnswerRow]) -> list[Case]:
    features = np.zeros(FEATURES, dtype=np.float32)
    return [Case(row, "point", VerdictStatus.COVERED, features) for row in rows]


def topics(cases: Sequence[Case]) -> set[str]:
    return {case.row.topic for case in cases}


def test_half_of_the_unseen_and_the_validation_split_of_the_further_ones_are_calibrated_on(
    tmp_path: Path,
) -> None:
    questions = yaml.safe_dump([question(topic) for topic in TOPICS])
    (tmp_path / UNSEEN).write_text(questions, encoding="utf-8")
    found = find_strangers(tmp_path, judged)
    assert topics(found.tuned) == {topic for topic in TOPICS if is_calibrating(topic)}
    assert topics(found.unseen) == set(TOPICS) - topics(found.tuned)
    assert found.further == []

    (tmp_path / FURTHER).mkdir()
    (tmp_path / UNSEEN).rename(tmp_path / FURTHER / "field.yaml")
    found = find_strangers(tmp_path, judged)
    splits = {topic: split_of(topic, topic) for topic in TOPICS}
    assert topics(found.tuned) == {topic for topic in TOPICS if splits[topic] == "validation"}
    assert topics(found.further) == {topic for topic in TOPICS if splits[topic] == "test"}
    assert found.unseen == []


def test_without_such_questions_there_are_no_strangers(tmp_path: Path) -> None:
    assert find_strangers(tmp_path, judged) == Strangers()
