"""Reads the labelled rows that stages 1 and 2 learn from, and deals out the splits.

Three kinds of files lie below ``dataset/splits``; they are described in ``dataset/README.md``:

- ``answers/<topic>.csv``: answers to one topic with the points that they cover, touch or deny;
- ``intents.csv``: messages and what they are;
- ``choices.csv``: messages and the topic that they lead to.

Every reader lists all faults at once, each as ``file:line: column: what``. Whether the rows go with
their question pack is `training.row_checks`' part.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from engine.contract import Intent
from training.csv_lines import Line, read_lines
from training.errors import DataError

Split: TypeAlias = Literal["train", "validation", "test"]

ANSWER_COLUMNS = ("family", "locale", "answer", "intent", "covered", "partial", "wrong", "kind")
INTENT_COLUMNS = ("family", "locale", "text", "intent", "kind")
CHOICE_COLUMNS = ("family", "locale", "topic", "answer", "next_topic", "kind")

# Kinds of answers, by what their labels must and may be.
RIGHT_KINDS = frozenset(
    {"right", "terse", "rambling", "typo", "code_switch", "formula", "hedged_right", "multi"}
)
PARTIAL_KINDS = frozenset({"partial"})
WRONG_KINDS = frozenset({"misconception", "near_miss", "swapped", "hedged_wrong"})
EMPTY_KINDS = frozenset({"off_topic", "circular", "keyword_soup", "vague"})
ANSWER_KINDS = RIGHT_KINDS | PARTIAL_KINDS | WRONG_KINDS | EMPTY_KINDS
# Kinds of messages that are no answers, with what they are instead.
OTHER_KINDS: Mapping[str, Intent] = {
    "dont_know": Intent.DONT_KNOW,
    "term_question": Intent.TERM_QUESTION,
    "clarification": Intent.TERM_QUESTION,
    "hint": Intent.HINT,
    "skip": Intent.SKIP,
    "repeat": Intent.REPEAT,
    "small_talk": Intent.SMALL_TALK,
    "insult": Intent.SMALL_TALK,
    "injection": Intent.MANIPULATION,
}
# Answers that only look like something else.
LIKE_KINDS = frozenset(f"like_{name}" for name in (*OTHER_KINDS, Intent.MANIPULATION.value))
CHOICE_KINDS = frozenset({"wish", "interest", "default"})

_IGNORED = re.compile(r"[\s.,!?~…'\"“”‘’]+")


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One labelled answer.

    Args:
        topic: id of the topic that it replies to.
        family: paraphrases of one another share it; splits are drawn per family.
        locale: ``ko`` or ``en``.
        answer: what was typed.
        intent: what the message is.
        covered, partial, wrong: ids of the points that it covers, touches or contradicts.
        kind: how it was written, for figures by kind.
        place: ``file:line`` that it was read from.
    """

    topic: str
    family: str
    locale: str
    answer: str
    intent: Intent
    covered: tuple[str, ...]
    partial: tuple[str, ...]
    wrong: tuple[str, ...]
    kind: str
    place: str = field(default="", compare=False)

    @property
    def labels(self) -> dict[str, tuple[str, ...]]:
        """Column → ids of points, for the three columns that label points."""
        return {"covered": self.covered, "partial": self.partial, "wrong": self.wrong}

    @property
    def split(self) -> Split:
        """The split that it belongs to."""
        return split_of(self.family, self.topic)


@dataclass(frozen=True, slots=True)
class IntentRow:
    """One message, labelled with what it is; fields as in `AnswerRow`."""

    family: str
    locale: str
    text: str
    intent: Intent
    kind: str
    place: str = field(default="", compare=False)

    @property
    def split(self) -> Split:
        """The split that it belongs to."""
        return split_of(self.family, "intents")


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """One message, labelled with the topic to ask next.

    Args:
        family, locale, answer, kind, place: as in `AnswerRow`.
        topic: id of the topic that the message replies to.
        next_topic: id of the topic to ask next: one of those that may follow `topic`.
    """

    family: str
    locale: str
    topic: str
    answer: str
    next_topic: str
    kind: str
    place: str = field(default="", compare=False)

    @property
    def split(self) -> Split:
        """The split that it belongs to."""
        return split_of(self.family, self.topic)


def label_of(row: AnswerRow, point_id: str) -> str:
    """Return what a row did for a point: covered, partial, wrong or missing."""
    for label, points in row.labels.items():
        if point_id in points:
            return label
    return "missing"


def split_of(family: str, topic: str) -> Split:
    """Return the split of a family: 80 % train, 10 % validation, 10 % test, fixed for ever."""
    drawn = int.from_bytes(hashlib.sha256(f"{topic}/{family}".encode()).digest()[:4], "big") % 100
    return "train" if drawn < 80 else "validation" if drawn < 90 else "test"


def of_split(rows: Iterable[AnswerRow], split: Split) -> list[AnswerRow]:
    """Return the answers of one split."""
    return [row for row in rows if row.split == split]


def normalised(text: str) -> str:
    """Return a text as it counts for finding duplicates: without case, spaces and punctuation."""
    return _IGNORED.sub("", unicodedata.normalize("NFC", text).casefold())


def read_answers(place: Path) -> tuple[AnswerRow, ...]:
    """Read ``<topic>.csv`` of every topic.

    Args:
        place: the folder of these files, ``dataset/splits/answers``, or one of them.

    Raises:
        DataError: with every fault of every file.
    """
    faults: list[str] = []
    rows = [
        _answer_row(line, file.stem)
        for file in ([place] if place.is_file() else sorted(place.glob("*.csv")))
        for line in read_lines(file, ANSWER_COLUMNS, faults)
    ]
    if not rows and not faults:
        faults.append(f"{place}:1: : there are no labelled answers here")
    _note_duplicates(((f"{row.topic} {row.locale}", row.answer, row.place) for row in rows), faults)
    _raise(faults)
    return tuple(rows)


def read_intents(file: Path) -> tuple[IntentRow, ...]:
    """Read ``intents.csv``.

    Raises:
        DataError: with every fault of the file.
    """
    faults: list[str] = []
    rows = [_intent_row(line) for line in read_lines(file, INTENT_COLUMNS, faults)]
    _note_duplicates(((row.locale, row.text, row.place) for row in rows), faults)
    _raise(faults)
    return tuple(rows)


def read_choices(file: Path) -> tuple[ChoiceRow, ...]:
    """Read ``choices.csv``.

    Raises:
        DataError: with every fault of the file.
    """
    faults: list[str] = []
    rows = [_choice_row(line) for line in read_lines(file, CHOICE_COLUMNS, faults)]
    _note_duplicates(((f"{row.topic} {row.locale}", row.answer, row.place) for row in rows), faults)
    _raise(faults)
    return tuple(rows)


def _answer_row(line: Line, topic: str) -> AnswerRow:
    row = AnswerRow(
        topic=topic,
        family=line.family(),
        locale=line.locale(),
        answer=line.filled("answer"),
        intent=line.intent(),
        covered=line.ids("covered"),
        partial=line.ids("partial"),
        wrong=line.ids("wrong"),
        kind=line.filled("kind"),
        place=line.place,
    )
    for column, what in _label_faults(row):
        line.fault(column, what)
    return row


def _label_faults(row: AnswerRow) -> Iterator[tuple[str, str]]:
    """Yield what in the labels of an answer does not go with its kind: (column, what)."""
    kind, named = row.kind, [point for labels in row.labels.values() for point in labels]
    if kind not in ANSWER_KINDS and kind not in OTHER_KINDS:
        yield "kind", f"{kind!r} is none of {', '.join(sorted(ANSWER_KINDS | {*OTHER_KINDS}))}"
        return
    if row.intent is not OTHER_KINDS.get(kind, Intent.ANSWER):
        yield "intent", f"{row.intent.value!r} does not go with kind {kind!r}"
    for point in dict.fromkeys(point for point in named if named.count(point) > 1):
        yield "covered, partial, wrong", f"{point!r} stands in more than one of them"
    needed = {RIGHT_KINDS: "covered", PARTIAL_KINDS: "partial", WRONG_KINDS: "wrong"}
    for kinds, column in needed.items():
        if kind in kinds and not row.labels[column]:
            yield column, f"is empty, but the kind is {kind!r}"
    if kind in RIGHT_KINDS - {"multi"} and row.wrong:
        yield "wrong", f"must be empty in kind {kind!r}"
    if (kind in EMPTY_KINDS or kind in OTHER_KINDS) and named:
        yield "covered, partial, wrong", f"must be empty in kind {kind!r}"


def _intent_row(line: Line) -> IntentRow:
    row = IntentRow(
        line.family(),
        line.locale(),
        line.filled("text"),
        line.intent(),
        line.filled("kind"),
        line.place,
    )
    if row.kind not in OTHER_KINDS and row.kind not in LIKE_KINDS:
        line.fault(
            "kind", f"{row.kind!r} is none of {', '.join(sorted({*OTHER_KINDS, *LIKE_KINDS}))}"
        )
    elif row.intent is not OTHER_KINDS.get(row.kind, Intent.ANSWER):
        line.fault("intent", f"{row.intent.value!r} does not go with kind {row.kind!r}")
    return row


def _choice_row(line: Line) -> ChoiceRow:
    row = ChoiceRow(
        line.family(),
        line.locale(),
        line.filled("topic"),
        line.filled("answer"),
        line.filled("next_topic"),
        line.filled("kind"),
        line.place,
    )
    if row.kind not in CHOICE_KINDS:
        line.fault("kind", f"{row.kind!r} is none of {', '.join(sorted(CHOICE_KINDS))}")
    return row


def _note_duplicates(texts: Iterable[tuple[str, str, str]], faults: list[str]) -> None:
    """Note every text that stands twice in its group; `texts` are (group, text, place)."""
    first: dict[tuple[str, str], str] = {}
    for group, text, place in texts:
        key = (group, normalised(text))
        if key in first:
            faults.append(f"{place}: : the same text stands at {first[key]}")
        first.setdefault(key, place)


def _raise(faults: list[str]) -> None:
    if faults:
        raise DataError(tuple(faults))
