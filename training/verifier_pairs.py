"""The pairs that the answer verifier learns from: this field's rows, and the pack's own answers.

A pair is (context, message, class); the context names an answer point and gives a right answer to
it (`engine.verdicts.verifier_context`), the class says what the message is to it. Where a right
answer and one that is not stand in one paraphrase family they are a couple: both are read against
the same context, and the right one is to score higher. Public sets are `training.public_pairs`.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product

from engine.attribution import own_part
from engine.contract import Intent, VerdictStatus
from engine.ports import VERIFIER_CLASSES
from engine.questions import AnswerPoint, Contrast, QuestionPack, Topic
from engine.rhetorical_questions import as_statement
from engine.sentences import letter_trigrams
from engine.verdicts import REFERENCES_SHOWN, verifier_context
from training.near_misses import near_miss_of
from training.rows import AnswerRow, label_of
from training.voicing import voiced

# What somebody said, with its verdict.
_Said = tuple[str, VerdictStatus]

# Shares of answers that are also paired with a point of another topic, and of right answers that
# are taken from the other language.
ELSEWHERE = 0.1
OTHER_LANGUAGE = 0.1
# Share of the right answers without a written near-miss that one is made of.
NEAR_MISSES = 0.5
CLASS = {status: index for index, status in enumerate(VERIFIER_CLASSES)}


@dataclass(frozen=True, slots=True)
class VerifierPair:
    """One training pair.

    Args:
        context: the point with a right answer.
        message: what was said.
        label: index into `VERIFIER_CLASSES`.
        couple: shared by a right answer and another one that it is to score higher than; 0 where
            there is no such other.
    """

    context: str
    message: str
    label: int
    couple: int = 0


def couple(
    right: VerifierPair, other: VerifierPair, chance: random.Random
) -> tuple[VerifierPair, VerifierPair]:
    """Return both as a couple: the first is to score higher than the second."""
    number = chance.getrandbits(62) + 1
    return replace(right, couple=number), replace(other, couple=number)


def row_pairs(
    pack: QuestionPack, rows: Sequence[AnswerRow], chance: random.Random
) -> Iterator[VerifierPair]:
    """Yield a pair for every point of each answer, with right answers drawn at random.

    Right answers and wrong or partial ones of a family are coupled as far as they go. Now and then
    an answer is paired with a point of another topic, which it says nothing about.

    Args:
        pack: the pack that the rows belong to.
        rows: labelled answers; those that are no answers are passed over.
        chance: draws.
    """
    # As they will be served: what is asked for the sake of a nod is stated.
    answers = [
        replace(row, answer=as_statement(row.answer)) for row in rows if row.intent is Intent.ANSWER
    ]
    families: dict[tuple[str, str, str], list[AnswerRow]] = defaultdict(list)
    for row in answers:
        families[row.topic, row.family, row.locale].append(row)
    for family in families.values():
        topic = pack.topic(family[0].topic)
        for point in topic.points:
            yield from _family_pairs(topic, point, family, chance)
    judged = [topic for topic in pack if topic.kind.judged]
    for row in answers:
        other = chance.choice(judged)
        if chance.random() < ELSEWHERE and other.id != row.topic:
            context = _context(chance.choice(other.points), row.locale, chance)
            message = voiced(row.answer, row.locale, pack.topic(row.topic).subject, chance)
            yield VerifierPair(context, message, CLASS[VerdictStatus.MISSING])


def _family_pairs(
    topic: Topic, point: AnswerPoint, family: Sequence[AnswerRow], chance: random.Random
) -> Iterator[VerifierPair]:
    locale = family[0].locale
    said: dict[str, list[str]] = defaultdict(list)
    for row in chance.sample(family, len(family)):
        # As it will be served: nothing is asked about what a message does not speak of.
        if part := own_part(row.answer, topic, point.id):
            said[label_of(row, point.id)].append(part)
    right = [(text, VerdictStatus.COVERED) for text in said["covered"]]
    other = [(text, VerdictStatus(s)) for s in ("wrong", "partial") for text in said[s]]
    coupled = min(len(right), len(other))
    right, other = nearest_first(right, other)
    for couple_of in zip(right, other, strict=False):
        context = _context(point, locale, chance)
        yield from _couple(context, couple_of, locale, topic, chance)
    made = {
        part: near_miss
        for row in family
        if chance.random() < NEAR_MISSES
        and (part := own_part(row.answer, topic, point.id))
        and (near_miss := own_part(near_miss_of(row, chance) or "", topic, point.id))
        # What was changed may have been said of another point.
        and near_miss not in row.answer
    }
    for text, status in right[coupled:]:
        if text in made:
            said_of = ((text, status), (made[text], VerdictStatus.WRONG))
            yield from _couple(_context(point, locale, chance), said_of, locale, topic, chance)
        else:
            other.append((text, status))
    missing = [(text, VerdictStatus.MISSING) for text in said["missing"]]
    for text, status in (*other[coupled:], *missing):
        message = voiced(text, locale, topic.subject, chance)
        yield VerifierPair(_context(point, locale, chance), message, CLASS[status])


def nearest_first(
    right: Sequence[_Said], other: Sequence[_Said]
) -> tuple[list[_Said], list[_Said]]:
    """Return both lists so that those at the same place are as alike as can be.

    A near-miss is told best from the very answer that it was made from. Pairs are taken greedily
    by the letter trigrams that they share.

    Args:
        right: right answers of a family, with their verdicts.
        other: wrong and partial ones.
    """
    trigrams = {text: letter_trigrams([text]) for text, _ in (*right, *other)}

    def alike(pair: tuple[_Said, _Said]) -> float:
        first, second = (trigrams[text] for text, _ in pair)
        return len(first & second) / max(1, len(first | second))

    matched: dict[_Said, _Said] = {}
    for one, near in sorted(product(right, other), key=alike, reverse=True):
        if one not in matched and near not in matched.values():
            matched[one] = near
    return (
        [*matched, *(one for one in right if one not in matched)],
        [*matched.values(), *(one for one in other if one not in matched.values())],
    )


def _couple(
    context: str,
    said: tuple[tuple[str, VerdictStatus], tuple[str, VerdictStatus]],
    locale: str,
    topic: Topic,
    chance: random.Random,
) -> tuple[VerifierPair, VerifierPair]:
    """Return a couple whose answers are said in the same manner."""
    manner = chance.getrandbits(32)
    right, other = (
        VerifierPair(
            context,
            voiced(text, locale, topic.subject, random.Random(manner)),
            CLASS[status],
        )
        for text, status in said
    )
    return couple(right, other, chance)


def pack_pairs(pack: QuestionPack, chance: random.Random) -> Iterator[VerifierPair]:
    """Yield pairs of the pack's own answers: right, reworded, distorted and wrong ones."""
    for topic, point, locale in _points(pack):
        answers = [(text, VerdictStatus.COVERED) for text in point.references[locale]]
        answers += [(wrong.answer, VerdictStatus.WRONG) for wrong in point.wrong[locale]]
        for text, status in answers:
            # Half beside themselves: what is nearest to a right answer is not always a near-miss.
            itself = status is VerdictStatus.COVERED and chance.random() < 0.5
            context = (
                verifier_context(point.name[locale], _beside(text, point, locale, chance))
                if itself
                else _context(point, locale, chance, but=(text,))
            )
            message = voiced(text, locale, topic.subject, chance)
            yield VerifierPair(context, message, CLASS[status])
        for contrast in point.contrasts.get(locale, ()):
            yield from _contrast_pairs(topic, point, contrast, locale, chance)


def _contrast_pairs(
    topic: Topic, point: AnswerPoint, contrast: Contrast, locale: str, chance: random.Random
) -> Iterator[VerifierPair]:
    """Yield rewordings coupled with distortions, then what is left of either."""
    right, other = (
        [(text, status) for text in chance.sample(texts, len(texts))]
        for texts, status in (
            (contrast.rewordings, VerdictStatus.COVERED),
            (contrast.distortions, VerdictStatus.WRONG),
        )
    )

    def beside(*texts: str) -> str:
        # Half of them beside the very answer that they differ from by a word.
        if chance.random() < 0.5:
            shown = _beside(contrast.reference, point, locale, chance)
            return verifier_context(point.name[locale], shown)
        return _context(point, locale, chance, but=texts)

    coupled = min(len(right), len(other))
    for couple_of in zip(right, other, strict=False):
        context = beside(*(text for text, _ in couple_of))
        yield from _couple(context, couple_of, locale, topic, chance)
    for text, status in (*right[coupled:], *other[coupled:]):
        message = voiced(text, locale, topic.subject, chance)
        yield VerifierPair(beside(text), message, CLASS[status])


def _points(pack: QuestionPack) -> Iterator[tuple[Topic, AnswerPoint, str]]:
    for topic in pack:
        for point in topic.points:
            for locale in pack.locales:
                yield topic, point, locale


def _context(
    point: AnswerPoint, locale: str, chance: random.Random, but: Sequence[str] = ()
) -> str:
    """Return the point with right answers, or rewordings of them, none of them this one."""
    contrasts = point.contrasts.get(locale, ())
    known = [*point.references[locale], *(text for c in contrasts for text in c.rewordings)]
    if chance.random() < OTHER_LANGUAGE:
        known = [text for texts in point.references.values() for text in texts]
    shown = chance.sample([text for text in known if text not in but], shown_references(chance))
    return verifier_context(point.name[locale], shown)


def _beside(text: str, point: AnswerPoint, locale: str, chance: random.Random) -> list[str]:
    """Return this right answer, mostly with another one, in either order."""
    others = [other for other in point.references[locale] if other != text]
    shown = [text, *chance.sample(others, min(len(others), shown_references(chance) - 1))]
    chance.shuffle(shown)
    return shown


def shown_references(chance: random.Random) -> int:
    """Return how many right answers to show: mostly as many as in serving, sometimes one."""
    return 1 if chance.random() < 0.25 else REFERENCES_SHOWN
