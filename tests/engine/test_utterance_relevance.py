"""A question is told to be about the topic that was chosen, or about another one."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.artifacts import UTTERANCE_JUDGE, Manifest, write_manifest
from engine.errors import ArtifactError
from engine.open_answers import OpenAnswers
from engine.outcomes import Outcome, Style
from engine.pack_reader import read_pack
from engine.prompts import SpokenTurn
from engine.questions import QuestionPack
from engine.utterance_relevance import WordedRelevance, load_relevance
from tests.support.packs import SHIPPED


@pytest.fixture(scope="module")
def pack() -> QuestionPack:
    return read_pack(SHIPPED / "ml-core")


@pytest.fixture(scope="module")
def relevance(pack: QuestionPack) -> WordedRelevance:
    return load_relevance({pack.id: pack})


def turn(
    pack: QuestionPack,
    asked: str,
    then: str,
    outcome: Outcome = Outcome.WRONG,
    locale: str = "en",
) -> SpokenTurn:
    topic, following = pack.topic(asked), pack.topic(then)
    return SpokenTurn(
        locale=locale,
        style=Style.PLAIN if locale == "en" else Style.BANMAL,
        outcome=outcome,
        question=topic.question[locale][0],
        answer="no idea, something with weights",
        credited=(),
        still_open=tuple(point.name[locale] for point in topic.points),
        next_title=following.title[locale],
        next_question=following.question[locale][0],
    )


@pytest.mark.parametrize(
    ("asked", "then", "text", "expected"),
    [
        ("peft", "lora", "Right. How does LoRA adapt a model?", True),
        ("peft", "lora", "Right. Next comes LoRA. How would you describe it?", True),
        ("peft", "lora", "Right. How does a random forest average its trees?", False),
        ("peft", "lora", "Right. In your words, what is PEFT?", False),
        ("peft", "lora", "Right, LoRA is next.", False),
        ("peft", "peft", "Not yet. Which parameters are trained, and which stay frozen?", True),
        ("peft", "peft", "Not yet. And why would you do it like that?", True),
        ("logistic-regression", "logistic-regression", "Log-odds, yes. And which loss?", True),
        ("peft", "peft", "Not yet. What does the KV cache of a transformer store?", False),
        ("loss-function-experience", "break", "Nice. Shall we rest for a moment?", True),
    ],
)
def test_english_questions(  # noqa: PLR0917 - four of them are what is tried
    pack: QuestionPack,
    relevance: WordedRelevance,
    asked: str,
    then: str,
    text: str,
    expected: bool,
) -> None:
    (score,) = relevance.scores(turn(pack, asked, then), [text])
    assert bool(score >= 0) is expected


@pytest.mark.parametrize(
    ("then", "text", "expected"),
    [
        ("dropout", "아니야. 드롭아웃은 뉴런을 언제 끄는 걸까?", True),
        ("dropout", "아니야. 배치 정규화는 추론 때 어떤 통계를 쓸까?", False),
        ("dropout", "아니야. 그건 왜 그럴까?", True),
        ("batch-normalization", "넘어갈게. 배치 정규화가 무슨 일을 하는지 들려줘.", True),
        ("batch-normalization", "넘어갈게. 드롭아웃이 뭐였는지 들려줘.", False),
    ],
)
def test_korean_questions(
    pack: QuestionPack, relevance: WordedRelevance, then: str, text: str, expected: bool
) -> None:
    (score,) = relevance.scores(turn(pack, "dropout", then, locale="ko"), [text])
    assert bool(score >= 0) is expected


def test_a_topic_of_no_pack_is_compared_with_itself_alone(relevance: WordedRelevance) -> None:
    other = SpokenTurn(
        "en", Style.PLAIN, Outcome.COVERED, "", "", (), (), "Apples", "How do apples taste?"
    )
    on, off = relevance.scores(other, ["Yes. How do red apples taste?", "Yes. Who rules Spain?"])
    assert on >= 0 > off


def test_an_answer_is_given_away_by_who_states_it(pack: QuestionPack) -> None:
    answers = OpenAnswers([pack])
    reference = pack.topic("loss-function-definition").points[0].references["en"][1]
    stays = turn(pack, "loss-function-definition", "loss-function-definition")
    assert answers.given_away(stays, f"Not quite. {reference} So what is a loss function?")
    assert not answers.given_away(stays, "Not quite. So what does a loss function measure?")


def test_what_the_pack_itself_asks_is_on_topic(
    pack: QuestionPack, relevance: WordedRelevance
) -> None:
    missed = [
        (topic.id, then, line)
        for topic in pack
        for then, texts in topic.leads.items()
        for line in texts.get("en", ())
        if pack.topic(then).kind.judged
        and relevance.scores(turn(pack, topic.id, then), [f"I see. {line}"])[0] < 0
    ]
    assert missed == []


def test_what_the_pack_says_on_the_way_to_a_topic_gives_nothing_away(pack: QuestionPack) -> None:
    answers = OpenAnswers([pack])
    led = [
        (topic.id, then, line)
        for topic in pack
        for then, texts in topic.leads.items()
        for line in texts.get("en", ())
        if pack.topic(then).kind.judged
    ]
    told = [line for asked, then, line in led if answers.given_away(turn(pack, asked, then), line)]
    assert len(led) > 100
    assert told == []


def test_layers_that_do_not_fit_are_refused(tmp_path: Path, pack: QuestionPack) -> None:
    for broken in ({}, {"relevance": {"en": {"stay": {"weights": {}, "bias": 0}}}}):
        write_manifest(tmp_path, Manifest(UTTERANCE_JUDGE, {}, broken, {}, {}, 0))
        with pytest.raises(ArtifactError, match="relevance"):
            load_relevance({pack.id: pack}, tmp_path)


def test_what_the_user_said_gives_nothing_away(pack: QuestionPack) -> None:
    answers = OpenAnswers([pack])
    reference = pack.topic("loss-function-definition").points[0].references["en"][1]
    stays = turn(pack, "loss-function-definition", "loss-function-definition", Outcome.UNSURE)
    said = SpokenTurn(
        stays.locale,
        stays.style,
        stays.outcome,
        stays.question,
        reference,
        stays.credited,
        stays.still_open,
        stays.next_title,
        stays.next_question,
    )
    assert not answers.given_away(said, f"You say: {reference} How so?")
