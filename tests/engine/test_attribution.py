"""What is said of one thing is told apart from what is said of another."""

from __future__ import annotations

import pytest

from engine.attribution import own_part, read_apart
from engine.loading import PACKS
from engine.pack_reader import read_pack
from engine.questions import QuestionPack


@pytest.fixture(scope="module")
def pack() -> QuestionPack:
    return read_pack(PACKS / "ml-core")


@pytest.mark.parametrize(
    ("topic", "point", "text", "part"),
    [
        (
            "ai-ml-dl-difference",
            "machine-learning",
            "인공지능은 데이터에서 배우는 거고 머신러닝은 사람 지능을 흉내 내는 분야야",
            "머신러닝은 사람 지능을 흉내 내는 분야야",
        ),
        (
            "precision-recall",
            "recall",
            "Precision is about what was flagged, recall is about what is really there",
            "recall is about what is really there",
        ),
        (
            "bert-vs-gpt",
            "gpt",
            "BERT는 양방향으로 읽는 인코더 GPT는 왼쪽부터 읽는 디코더, 이 차이예요",
            "BERT는 양방향으로 읽는 인코더 GPT는 왼쪽부터 읽는 디코더, 이 차이예요",
        ),
        (
            "ai-ml-dl-difference",
            "artificial-intelligence",
            "AI is machines that act smart, ML learns from data instead of written rules, and deep "
            "learning is ML with many layers",
            "AI is machines that act smart",
        ),
        # What follows a name is about it until another one comes.
        (
            "bert-vs-gpt",
            "gpt",
            "BERT is an encoder, it sees both sides, and GPT sees the left only. It writes text",
            "and GPT sees the left only. It writes text",
        ),
        # What stands before any name, or names both, is about both.
        (
            "bert-vs-gpt",
            "bert",
            "both BERT and GPT are transformers. They predict words. GPT goes left to right",
            "both BERT and GPT are transformers. They predict words.",
        ),
        (
            "sampling-temperature",
            "low",
            "낮으면 뻔한 말만 하고 높이면 엉뚱한 말도 해",
            "낮으면 뻔한 말만 하고",
        ),
        # Nothing is said of it.
        ("bert-vs-gpt", "bert", "GPT reads from left to right", ""),
        ("precision-recall", "precision", "음, 재현율은 실제 양성 중에 찾은 비율이야", ""),
        # One thing may be told by another that it is a kind of.
        ("ai-ml-dl-difference", "machine-learning", "AI that learns from data", None),
        ("ai-ml-dl-difference", "deep-learning", "신경망을 깊게 쌓은 머신러닝 한 종류야", None),
        (
            "ai-ml-dl-difference",
            "deep-learning",
            "Multi-layer neural nets, a subset of ML",
            None,
        ),
        # Where names cannot tell the clauses apart, all of it may be meant: a name comes after what
        # is said of it, or is alluded to, or is too short to be a clause, or nothing else is said.
        (
            "precision-recall",
            "recall",
            "TP over TP+FP, that is precision. TP over all real positives, that is recall",
            None,
        ),
        (
            "precision-recall",
            "recall",
            "Precision asks how many flagged are right. The other, how many real ones were found",
            None,
        ),
        (
            "l1-l2-regularization",
            "l1-effect",
            "L1 and L2 both shrink the weights, but only the second never makes them zero",
            None,
        ),
        ("learning-rate", "too-large", "너무 크면, 발산. 너무 작으면, 느려", None),
        (
            "bert-vs-gpt",
            "gpt",
            "BERT sees both sides. " + "It is an encoder. " * 30 + "GPT reads left to right.",
            None,
        ),
        # Words for how much mean other things too.
        (
            "sampling-temperature",
            "high",
            "At high temperature, low probability tokens get a chance, so text is diverse",
            None,
        ),
        # No names, or points that have none.
        ("precision-recall", "recall", "what share of the real ones was found", None),
        ("dropout", "mechanism", "드롭아웃은 뉴런을 끄는 거고 과적합을 막아", None),
    ],
)
def test_the_part_about_a_point(
    pack: QuestionPack, topic: str, point: str, text: str, part: str | None
) -> None:
    assert own_part(text, pack.topic(topic), point) == (text if part is None else part)


def test_every_right_answer_of_the_pack_stands_by_its_own_point(pack: QuestionPack) -> None:
    cut = [
        f"{topic.id} {point.id}: {answer}"
        for topic in pack
        for point in topic.points
        for locale in pack.locales
        for answer in point.references[locale]
        if own_part(answer, topic, point.id) != answer
    ]

    assert cut == []


def test_each_text_is_encoded_once_and_the_message_first(pack: QuestionPack) -> None:
    text = "BERT is an encoder, it sees both sides, and GPT sees the left only"

    read = read_apart(text, pack.topic("bert-vs-gpt"), ("bert", "gpt"))

    assert read.all[0] == text
    assert len(read.all) == len(set(read.all))
    assert [read.all[place] for place in read.places["gpt"]] == ["and GPT sees the left only"]
    assert [read.all[place] for place in read.places["bert"]] == [
        "BERT is an encoder it sees both sides",
        "BERT is an encoder",
        "it sees both sides",
    ]
