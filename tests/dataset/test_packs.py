"""The shipped question packs: valid, complete, and written in one voice."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.curated_lines import load_reactions
from engine.outcomes import Style
from engine.pack_reader import find_packs, read_pack
from engine.questions import QuestionPack, Topic, TopicKind
from tests.support.wording import format_faults, polite_endings, spoken_lines
from training.rows import normalised

PACKS = find_packs(Path(__file__).parents[2] / "dataset" / "packs")

# Topic → Korean title, followed by answer point → Korean name.
ML_CORE: dict[str, tuple[str, dict[str, str]]] = {
    "greeting": ("면접 시작 인사", {}),
    "ai-ml-dl-difference": (
        "인공지능, 머신러닝, 딥러닝 차이",
        {
            "artificial-intelligence": "인공지능",
            "machine-learning": "머신러닝",
            "deep-learning": "딥러닝",
        },
    ),
    "large-language-model": ("거대 언어 모델 정의", {"definition": "거대 언어 모델 정의"}),
    "loss-function-definition": ("Loss Function 정의", {"definition": "Loss Function 정의"}),
    "loss-function-examples": ("Loss Function 예시", {"examples": "Loss Function 예시"}),
    "mse-loss-meaning": ("MSE Loss 설명", {"meaning": "MSE Loss 설명"}),
    "mse-loss-use": ("MSE Loss 용도", {"use": "MSE Loss 용도"}),
    "mse-not-for-probability": (
        "확률 예측에서 MSE Loss 미 사용 이유",
        {"reason": "확률 예측에서 MSE Loss 미 사용 이유"},
    ),
    "bce-loss": ("BCE Loss 설명", {"formula": "수식", "key-idea": "핵심 아이디어"}),
    "bce-task": (
        "Multi-Class, Multi-Label 중 BCE 가 좋은 task",
        {"task": "BCE 가 좋은 task", "reason": "BCE 가 좋은 이유"},
    ),
    "multi-label-softmax-problem": (
        "Multi-Label 에서 CE + Softmax 적용 문제점",
        {"problem": "Multi-Label 에서 CE + Softmax 적용 문제점"},
    ),
    "loss-function-experience": (
        "Loss Function 관련 실무 경험",
        {"basic": "기본 경험", "detailed": "상세 경험"},
    ),
    "small-talk": ("MBTI / 좋아하는 아이돌", {}),
    "break": ("잠시 휴식", {}),
    "peft": ("LLM Fine-Tuning 의 PEFT", {"definition": "LLM Fine-Tuning 의 PEFT"}),
    "peft-methods": ("PEFT 방법 5가지", {"five-methods": "PEFT 방법 5가지"}),
    "lora": ("LoRA", {"mechanism": "LoRA"}),
    "lora-vs-qlora": ("LoRA 와 QLoRA 의 차이", {"difference": "LoRA 와 QLoRA 의 차이"}),
    "last-words": ("마지막 할 말", {}),
    "end": ("면접 종료", {}),
}
NEXT = {
    "greeting": ("ai-ml-dl-difference", "loss-function-definition", "peft"),
    "ai-ml-dl-difference": ("large-language-model", "loss-function-definition"),
    "large-language-model": ("loss-function-definition",),
    "loss-function-definition": ("loss-function-examples",),
    "loss-function-examples": ("mse-loss-meaning", "bce-loss"),
    "mse-loss-meaning": ("mse-loss-use",),
    "mse-loss-use": ("mse-not-for-probability",),
    "mse-not-for-probability": ("bce-loss",),
    "bce-loss": ("bce-task",),
    "bce-task": ("multi-label-softmax-problem",),
    "multi-label-softmax-problem": ("loss-function-experience",),
    "loss-function-experience": ("small-talk", "break"),
    "small-talk": ("break",),
    "break": ("peft",),
    "peft": ("peft-methods", "lora"),
    "peft-methods": ("lora",),
    "lora": ("lora-vs-qlora",),
    "lora-vs-qlora": ("last-words",),
    "last-words": ("end",),
    "end": (),
}
# Praise, thanks for what was said, and claims of how far one has come.
_PRESUMED = re.compile(
    r"절반|막바지|후반전|반환점|고생|수고|재밌었|재미있었|잘 들었|잘 왔|열심히|잘했"
    r"|\b(?:half|halfway|close to the end|long way|worked hard|earned|well done|great answer|"
    r"thanks for (?:the story|all|telling|staying)|last stretch|second half|made it through)\b",
    re.IGNORECASE,
)
JUDGED_OUTCOMES = ("covered", "partial", "wrong", "unsure", "missing")
LONGEST_REACTION = 60
LONGEST_LINE = 320
# How many lines a pool needs; the topics of the reference flow are met by everybody and have more.
_LINES_NEEDED = {True: {"leads": 4}, False: {"question": 4, "leads": 3, "reactions": 0}}


@pytest.fixture(scope="module", params=sorted(PACKS))
def pack(request: pytest.FixtureRequest) -> QuestionPack:
    return read_pack(PACKS[request.param])


@pytest.fixture(scope="module")
def ml_core() -> QuestionPack:
    return read_pack(PACKS["ml-core"])


def test_ml_core_is_shipped_in_korean_and_english(ml_core: QuestionPack) -> None:
    assert "ml-core" in PACKS
    assert ml_core.id == "ml-core"
    assert set(ml_core.locales) == {"ko", "en"}
    assert ml_core.start == "greeting"


def test_ml_core_has_the_topics_and_points_of_the_reference_flow(ml_core: QuestionPack) -> None:
    found = {
        topic.id: (topic.title["ko"], {p.id: p.name["ko"] for p in topic.points})
        for topic in ml_core
    }
    assert {topic_id: found[topic_id] for topic_id in ML_CORE} == ML_CORE
    following = {topic.id: topic.next[: len(NEXT.get(topic.id, ()))] for topic in ml_core}
    assert {topic_id: following[topic_id] for topic_id in NEXT} == NEXT


def test_ml_core_asks_about_the_whole_field(ml_core: QuestionPack) -> None:
    judged = [topic for topic in ml_core if topic.kind.judged]
    assert len(judged) >= 60
    assert {topic.level for topic in judged} == {1, 2, 3}
    # Whoever greets may name the field to begin with.
    assert len(ml_core.topic("greeting").next) >= 15


def test_every_line_may_be_spoken_as_it_stands(pack: QuestionPack) -> None:
    faults = [
        f"{line.place} {line.locale}: {fault}: {line.text}"
        for line in spoken_lines(pack)
        for fault in format_faults(line.text)
    ]
    assert faults == []


def test_no_line_is_too_long_to_say(pack: QuestionPack) -> None:
    faults = [
        f"{line.place} {line.locale}: {len(line.text)} characters: {line.text}"
        for line in spoken_lines(pack)
        if len(line.text) > (LONGEST_REACTION if "reactions" in line.place else LONGEST_LINE)
    ]
    assert faults == []


def test_korean_lines_keep_to_one_register(pack: QuestionPack) -> None:
    written = [
        *((line.place, line.text) for line in spoken_lines(pack) if line.locale == "ko"),
        *((f"{t.id} model_answer", t.model_answer.get("ko", "")) for t in pack),
        *((f"{t.id} explanation", t.explanation.get("ko", "")) for t in pack),
        ("description", pack.description["ko"]),
    ]
    faults = [
        f"{place}: {', '.join(endings)}: {text}"
        for place, text in written
        if (endings := polite_endings(text))
    ]
    assert faults == []


def test_ml_core_says_everything_in_jondaetmal_too(ml_core: QuestionPack) -> None:
    """Line by line beside the 반말: what reads a pack refuses gaps and 반말 among it."""
    assert ml_core.speaks("ko", Style.JONDAETMAL)
    said = Counter(line.locale for line in spoken_lines(ml_core))
    assert said["ko@jondaetmal"] == said["ko"] > 2_500


def test_leads_and_questions_ask(pack: QuestionPack) -> None:
    faults = [
        f"{line.place} {line.locale}: does not end in a question mark: {line.text}"
        for line in spoken_lines(pack)
        if " leads " in line.place
        and not line.text.endswith("?")
        and pack.topic(line.place.rpartition(" ")[2]).kind is not TopicKind.END
    ]
    assert faults == []


def test_leads_hold_true_whatever_was_answered_and_wherever_one_began(pack: QuestionPack) -> None:
    """A lead follows a don't-know and a skip too, and an interview may begin at any topic."""
    faults = [
        f"{line.place} {line.locale}: {word[0]!r}: {line.text}"
        for line in spoken_lines(pack)
        if " leads " in line.place
        for word in [_PRESUMED.search(line.text)]
        if word
    ]
    assert faults == []


def test_leads_of_ml_core_give_no_later_answer_away(ml_core: QuestionPack) -> None:
    """What is asked one or two topics on must not stand in the sentence that leads there."""
    told = {
        "mse-loss-meaning": ("회귀", "regression", "제곱", "square"),
        "mse-loss-use": ("회귀", "regression", "연속", "continuous"),
        "bce-loss": ("예, 아니요", "yes/no", "이진", "log"),
        "lora-vs-qlora": ("4비트", "4-bit", "양자화", "quanti", "GPU"),
        "lora": ("저랭크", "low-rank", "얼리", "freez"),
    }
    faults = [
        f"{line.place} {line.locale}: {word!r}: {line.text}"
        for line in spoken_lines(ml_core)
        if " leads " in line.place
        for word in told.get(line.place.rpartition(" ")[2], ())
        if word in line.text
    ]
    assert faults == []


def test_no_line_stands_in_two_places(pack: QuestionPack) -> None:
    first: dict[tuple[str, str], str] = {
        (locale, normalised(text)): f"curated {key}"
        for locale, reactions in load_reactions().items()
        for key, texts in reactions.items()
        for text in texts
    }
    faults = []
    for line in spoken_lines(pack):
        key = (line.locale, normalised(line.text))
        if key in first:
            faults.append(f"{line.place} {line.locale}: also at {first[key]}: {line.text}")
        first.setdefault(key, line.place)
    assert faults == []


def test_no_answer_is_both_right_and_wrong(pack: QuestionPack) -> None:
    faults = [
        f"{topic.id} {point.id} {locale}: {answer.answer}"
        for topic in pack
        for point in topic.points
        for locale in pack.locales
        for answer in point.wrong[locale]
        if normalised(answer.answer) in {normalised(text) for text in point.references[locale]}
    ]
    assert faults == []


def test_judged_topics_of_ml_core_are_written_out_in_full(ml_core: QuestionPack) -> None:
    faults = [
        f"{topic.id} {fault}"
        for topic in ml_core
        for locale in ml_core.locales
        for fault in _gaps(topic, locale)
    ]
    assert faults == []


def _gaps(topic: Topic, locale: str) -> Iterator[str]:
    """Yield what a topic lacks of the richness that ml-core promises."""
    pools = {"question": topic.question.get(locale, ())}
    pools |= {f"leads {t}": topic.leads.get(t, {}).get(locale, ()) for t in topic.next}
    if topic.kind.judged:
        pools |= {
            f"reactions {o}": topic.reactions.get(o, {}).get(locale, ()) for o in JUDGED_OUTCOMES
        }
        if not topic.clarification.get(locale):
            yield f"clarification {locale}: missing"
    elif topic.kind is not TopicKind.END:
        pools["reactions small_talk"] = topic.reactions.get("small_talk", {}).get(locale, ())
    for name, texts in pools.items():
        needed = _LINES_NEEDED[topic.id in ML_CORE].get(name.split()[0], 6)
        if len(texts) < needed:
            yield f"{name} {locale}: {len(texts)} lines, {needed} are needed"
    for point in topic.points:
        counts = {
            "ask": (len(point.ask.get(locale, ())), 3 if topic.id in ML_CORE else 2),
            "references": (len(point.references[locale]), 8 if topic.id in ML_CORE else 6),
            "wrong": (len(point.wrong[locale]), 6),
            "nudge": (sum(w.nudge is not None for w in point.wrong[locale]), 6),
        }
        for name, (count, needed) in counts.items():
            if count < needed:
                yield f"{point.id} {name} {locale}: {count}, {needed} are needed"


def test_every_source_of_ml_core_is_a_secure_link(ml_core: QuestionPack) -> None:
    sources = {topic.id: topic.source for topic in ml_core if topic.kind.judged}
    assert [t for t, s in sources.items() if s is None or not s.url.startswith("https://")] == []


def test_the_glossary_of_ml_core_never_explains_what_is_being_asked(ml_core: QuestionPack) -> None:
    """A term that is the subject of a judged question must be marked as spoiling it."""
    subjects = {
        "bce-loss": ("bce",),
        "lora": ("lora",),
        "lora-vs-qlora": ("qlora",),
        "peft": ("peft",),
        "loss-function-definition": ("loss function", "손실 함수"),
        "large-language-model": ("llm",),
        "mse-loss-meaning": ("mse",),
    }
    faults = [
        f"{term.id} explains {name!r} while {topic_id} asks for it"
        for topic_id, names in subjects.items()
        for name in names
        for term in ml_core.terms
        if name in {n for texts in term.names.values() for n in texts}
        and topic_id not in term.spoils
    ]
    assert faults == []
