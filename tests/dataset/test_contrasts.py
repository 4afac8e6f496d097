"""Every right answer of a shipped pack has other words for it and near-misses of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.pack_reader import find_packs, read_pack
from engine.questions import AnswerPoint, QuestionPack, Topic
from training.rows import normalised, read_answers

DATASET = Path(__file__).parents[2] / "dataset"
PACKS = find_packs(DATASET / "packs")
STILL_NEAR = 0.25


@pytest.fixture(scope="module", params=sorted(PACKS))
def pack(request: pytest.FixtureRequest) -> QuestionPack:
    return read_pack(PACKS[request.param], contrasts=True)


def places(pack: QuestionPack) -> Iterator[tuple[Topic, AnswerPoint, str]]:
    for topic in pack:
        for point in topic.points:
            for locale in pack.locales:
                yield topic, point, locale


def test_every_right_answer_has_its_contrasts(pack: QuestionPack) -> None:
    faults = [
        f"{topic.id} {point.id} {locale}: {text}"
        for topic, point, locale in places(pack)
        for text in point.references[locale]
        if text not in {contrast.reference for contrast in point.contrasts.get(locale, ())}
    ]
    assert faults == []


def test_no_text_is_both_right_and_wrong(pack: QuestionPack) -> None:
    faults = []
    for topic, point, locale in places(pack):
        contrasts = point.contrasts.get(locale, ())
        right = {normalised(text) for text in point.references[locale]}
        right |= {normalised(text) for c in contrasts for text in c.rewordings}
        wrong = [text for c in contrasts for text in c.distortions]
        wrong += [answer.answer for answer in point.wrong[locale]]
        faults += [f"{topic.id} {point.id} {locale}: {t}" for t in wrong if normalised(t) in right]
    assert faults == []


def test_no_labelled_row_repeats_a_contrast(pack: QuestionPack) -> None:
    """What the verifier read while it learned would be judged by remembering."""
    written = {
        (topic.id, locale, normalised(text))
        for topic, point, locale in places(pack)
        for contrast in point.contrasts.get(locale, ())
        for text in (*contrast.rewordings, *contrast.distortions)
    }
    rows = read_answers(DATASET / "splits" / "answers")
    faults = [
        f"{row.place}: {row.answer}"
        for row in rows
        if (row.topic, row.locale, normalised(row.answer)) in written
    ]
    assert faults == []


def test_some_rewording_of_every_right_answer_stays_near_its_words(pack: QuestionPack) -> None:
    """Else a verifier learns that what is nearest to a right answer is always false."""
    far = [
        f"{topic.id} {point.id} {locale}: {contrast.reference}"
        for topic, point, locale in places(pack)
        for contrast in point.contrasts.get(locale, ())
        if max(likeness(contrast.reference, text) for text in contrast.rewordings) < STILL_NEAR
    ]
    assert far == []


def likeness(one: str, other: str) -> float:
    """Jaccard similarity of letter trigrams."""
    first, second = (
        {letters[i : i + 3] for i in range(len(letters) - 2)}
        for letters in (normalised(one), normalised(other))
    )
    return len(first & second) / len(first | second)
