"""Gathers texts of people that read as sentences: utterances, what packs say, what people type."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from engine.outcomes import language_of
from engine.questions import QuestionPack
from training.rows import AnswerRow, IntentRow
from training.utterance_rows import UtteranceRow

UTTERANCE, PACK, TYPED = "utterance", "pack", "typed"
# Texts are judged by what was learnt from those of the other folds.
FOLDS = 3
# Answers of these kinds are no sentences.
_NO_SENTENCES = frozenset({"keyword_soup", "formula", "code_switch", "terse"})


@dataclass(frozen=True, slots=True)
class GoodText:
    """A text of people.

    Args:
        locale: its language.
        kind: `UTTERANCE`, `PACK` or `TYPED`.
        text: the text.
        family: texts that are alike share it.
    """

    locale: str
    kind: str
    text: str
    family: str

    @property
    def fold(self) -> int:
        """The fold that it falls into, with all of its family."""
        return int(hashlib.sha256(self.family.encode()).hexdigest(), 16) % FOLDS


def good_texts(
    utterances: Iterable[UtteranceRow],
    pack: QuestionPack,
    answers: Iterable[AnswerRow],
    intents: Iterable[IntentRow],
) -> list[GoodText]:
    """Return all texts of some rows and of a pack, in every language."""
    found = [
        GoodText(row.locale, UTTERANCE, row.utterance, f"{row.topic}/{row.family}")
        for row in utterances
    ]
    found += [GoodText(locale, PACK, text, text) for locale, text in _said(pack)]
    found += [
        GoodText(row.locale, TYPED, row.answer, f"{row.topic}/{row.family}")
        for row in answers
        if row.kind not in _NO_SENTENCES
    ]
    found += [GoodText(row.locale, TYPED, row.text, row.family) for row in intents]
    return found


def _said(pack: QuestionPack) -> Iterator[tuple[str, str]]:
    """Yield what a pack says in sentences, each with its language."""
    for topic in pack:
        points = [part for p in topic.points for part in (p.ask, p.references)]
        nudges = (
            (spoken, text)
            for point in topic.points
            for spoken, wrong in point.wrong.items()
            for each in wrong
            for text in (each.answer, each.nudge)
        )
        told = (topic.hints, topic.model_answer, topic.explanation, topic.clarification)
        talk = (topic.question, *topic.reactions.values(), *topic.leads.values())
        for texts in (*told, *talk, *points):
            yield from _by_language(texts)
        yield from ((language_of(spoken), text) for spoken, text in nudges if text)


def _by_language(texts: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for spoken, said in texts.items():
        lines: Sequence[str] = (said,) if isinstance(said, str) else said
        yield from ((language_of(spoken), line) for line in lines if line)
