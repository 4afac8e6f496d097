"""Reads and validates the labelled rows that stages 1 and 2 learn from, and deals out the splits.

Three kinds of files lie below ``dataset/splits``; their columns are described in
``dataset/README.md``:

- ``answers/<topic>.csv``: answers to one topic with the points that they cover, touch or miss;
- ``intents.csv``: messages and what they are;
- ``choices.csv``: messages and the topic that they lead to.

Every reader lists all faults at once, each as ``file:line: column: what``.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from engine.contract import Intent
from engine.questions import QuestionPack, Topic
from training.errors import DataError

Split: TypeAlias = Literal["train", "validation", "test"]

LOCALES = ("ko", "en")
ANSWER_COLUMNS = ("family", "locale", "answer", "intent", "covered", "partial", "wrong", "kind")
INTENT_COLUMNS = ("family", "locale", "text", "intent", "kind")
CHOICE_COLUMNS = ("family", "locale", "topic", "text", "choice", "kind")

# Kinds of answers by what their labels must and may be.
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
# Answers that only look like something else, as ``intents.csv`` names them.
LIKE = "like_"

_FAMILY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_IGNORED = re.compile(r"[\s.,!?~…'\"“”‘’ㅋㅎㅠㅜ]+")


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
        kind: how it was written, for reporting by kind.
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
        family, locale, text, kind, place: as in `AnswerRow`.
        topic: id of the topic that the message replies to.
        choice: id of the topic to ask next: one of those that may follow `topic`.
    """

    family: str
    locale: str
    topic: str
    text: str
    choice: str
    kind: str
    place: str = field(default="", compare=False)

    @property
    def split(self) -> Split:
        """The split that it belongs to."""
        return split_of(self.family, self.topic)


def split_of(family: str, topic: str) -> Split:
    """Return the split of a family: 80 % train, 10 % validation, 10 % test, fixed for ever."""
    drawn = int.from_bytes(hashlib.sha256(f"{topic}/{family}".encode()).digest()[:4], "big") % 100
    return "train" if drawn < 80 else "validation" if drawn < 90 else "test"


def normalised(text: str) -> str:
    """Return a text as it counts for finding duplicates: without case, spaces and punctuation."""
    return _IGNORED.sub("", unicodedata.normalize("NFKC", text).casefold())


def read_answers(folder: Path) -> tuple[AnswerRow, ...]:
    """Read ``<topic>.csv`` of every topic.

    Args:
        folder: the folder of these files, ``dataset/splits/answers``.

    Raises:
        DataError: with every fault of every file.
    """
    faults: list[str] = []
    rows = [
        _answer_row(line, file.stem, faults)
        for file in sorted(folder.glob("*.csv"))
        for line in _lines(file, ANSWER_COLUMNS, faults)
    ]
    if not rows and not faults:
        faults.append(f"{folder}:1: : there are no labelled answers here")
    _note_duplicates(((f"{row.topic} {row.locale}", row.answer, row.place) for row in rows), faults)
    _raise(faults)
    return tuple(rows)


def read_intents(file: Path) -> tuple[IntentRow, ...]:
    """Read ``intents.csv``.

    Raises:
        DataError: with every fault of the file.
    """
    faults: list[str] = []
    rows = [_intent_row(line, faults) for line in _lines(file, INTENT_COLUMNS, faults)]
    _note_duplicates(((row.locale, row.text, row.place) for row in rows), faults)
    _raise(faults)
    return tuple(rows)


def read_choices(file: Path) -> tuple[ChoiceRow, ...]:
    """Read ``choices.csv``.

    Raises:
        DataError: with every fault of the file.
    """
    faults: list[str] = []
    rows = [
        ChoiceRow(
            line.family(),
            line.locale(),
            line.filled("topic"),
            line.filled("text"),
            line.filled("choice"),
            line.filled("kind"),
            line.place,
        )
        for line in _lines(file, CHOICE_COLUMNS, faults)
    ]
    _note_duplicates(((f"{row.topic} {row.locale}", row.text, row.place) for row in rows), faults)
    _raise(faults)
    return tuple(rows)


def check_answers(rows: Iterable[AnswerRow], pack: QuestionPack) -> None:
    """Check that answers name topics and points of their pack, and repeat none of its texts.

    Raises:
        DataError: with every fault.
    """
    faults: list[str] = []
    known = {topic.id: _written_answers(topic) for topic in pack if topic.kind.judged}
    for row in rows:
        if row.topic not in known:
            faults.append(f"{row.place}: topic: {row.topic!r} is no judged topic of {pack.id}")
            continue
        points = pack.topic(row.topic).point_ids
        for column, labels in _labels(row):
            for unknown in (point for point in labels if point not in points):
                faults.append(f"{row.place}: {column}: {unknown!r} is none of {', '.join(points)}")
        if normalised(row.answer) in known[row.topic]:
            faults.append(f"{row.place}: answer: the pack holds the same text")
    _raise(faults)


def check_choices(rows: Iterable[ChoiceRow], pack: QuestionPack) -> None:
    """Check that choices name topics of their pack that may follow one another.

    Raises:
        DataError: with every fault.
    """
    faults: list[str] = []
    for row in rows:
        if row.topic not in pack:
            faults.append(f"{row.place}: topic: {row.topic!r} is no topic of {pack.id}")
        elif row.choice not in pack.topic(row.topic).next:
            legal = ", ".join(pack.topic(row.topic).next)
            faults.append(f"{row.place}: choice: {row.choice!r} is none of {legal}")
    _raise(faults)


@dataclass(frozen=True, slots=True)
class _Line:
    """One record of a file, with the list that its faults go to."""

    values: Mapping[str, str]
    place: str
    faults: list[str]

    def fault(self, column: str, what: str) -> None:
        self.faults.append(f"{self.place}: {column}: {what}")

    def filled(self, column: str) -> str:
        value = self.values[column]
        if not value.strip():
            self.fault(column, "is empty")
        return value

    def family(self) -> str:
        value = self.filled("family")
        if value and not _FAMILY.fullmatch(value):
            self.fault("family", f"{value!r} is no slug: lower-case letters, digits and hyphens")
        return value

    def locale(self) -> str:
        value = self.filled("locale")
        if value and value not in LOCALES:
            self.fault("locale", f"{value!r} is none of {', '.join(LOCALES)}")
        return value

    def intent(self) -> Intent:
        value = self.filled("intent")
        try:
            return Intent(value)
        except ValueError:
            self.fault("intent", f"{value!r} is none of {', '.join(Intent)}")
            return Intent.ANSWER

    def ids(self, column: str) -> tuple[str, ...]:
        found = tuple(part for part in self.values[column].split(";") if part)
        if len(set(found)) != len(found):
            self.fault(column, f"{self.values[column]!r} names a point twice")
        return found


def _lines(file: Path, columns: tuple[str, ...], faults: list[str]) -> Iterator[_Line]:
    """Yield the records of a file that have the right columns, noting all others as faults."""
    try:
        text = file.read_bytes().decode("utf-8")
    except OSError as error:
        faults.append(f"{file.name}:1: : cannot be read: {error.strerror}")
        return
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        faults.append(f"{file.name}:{line}: : is not UTF-8 text")
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    begins = 1
    try:
        for number, values in enumerate(reader):
            place = f"{file.name}:{begins}"
            begins = reader.line_num + 1
            if number == 0:
                if tuple(values) != columns:
                    faults.append(f"{place}: : the columns must be {','.join(columns)}")
                    return
            elif len(values) != len(columns):
                faults.append(f"{place}: : {len(columns)} columns are needed, not {len(values)}")
            else:
                yield _Line(dict(zip(columns, values, strict=True)), place, faults)
    except csv.Error as error:
        faults.append(f"{file.name}:{begins}: : is not valid CSV: {error}")


def _answer_row(line: _Line, topic: str, faults: list[str]) -> AnswerRow:
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
    faults.extend(f"{row.place}: {fault}" for fault in _label_faults(row))
    return row


def _label_faults(row: AnswerRow) -> Iterator[str]:
    """Yield what in the labels of an answer does not go with its kind."""
    named = [point for _, labels in _labels(row) for point in labels]
    if len(set(named)) != len(named):
        yield "covered, partial, wrong: a point stands in more than one of them"
    if row.kind in OTHER_KINDS:
        if row.intent is not OTHER_KINDS[row.kind]:
            yield f"intent: {row.intent.value!r} does not go with kind {row.kind!r}"
        if named:
            yield f"covered, partial, wrong: nothing is judged in a {row.kind!r}"
        return
    if row.kind not in ANSWER_KINDS:
        yield f"kind: {row.kind!r} is none of {', '.join(sorted(ANSWER_KINDS | OTHER_KINDS.keys()))}"
        return
    if row.intent is not Intent.ANSWER:
        yield f"intent: {row.intent.value!r} does not go with kind {row.kind!r}"
    if row.kind in RIGHT_KINDS and not row.covered:
        yield f"covered: is empty, but the kind is {row.kind!r}"
    if row.kind in RIGHT_KINDS - {"multi"} and row.wrong:
        yield f"wrong: must be empty in kind {row.kind!r}"
    if row.kind in PARTIAL_KINDS and not row.partial:
        yield f"partial: is empty, but the kind is {row.kind!r}"
    if row.kind in WRONG_KINDS and not row.wrong:
        yield f"wrong: is empty, but the kind is {row.kind!r}"
    if row.kind in EMPTY_KINDS and named:
        yield f"covered, partial, wrong: nothing is said in kind {row.kind!r}"


def _intent_row(line: _Line, faults: list[str]) -> IntentRow:
    row = IntentRow(
        line.family(),
        line.locale(),
        line.filled("text"),
        line.intent(),
        line.filled("kind"),
        line.place,
    )
    like = row.kind.removeprefix(LIKE)
    is_answer = row.kind.startswith(LIKE)
    if like not in OTHER_KINDS and not (is_answer and like in Intent):
        faults.append(f"{row.place}: kind: {row.kind!r} is not known")
    elif row.intent is not (Intent.ANSWER if is_answer else OTHER_KINDS[row.kind]):
        intent = row.intent.value
        faults.append(f"{row.place}: intent: {intent!r} does not go with kind {row.kind!r}")
    return row


def _labels(row: AnswerRow) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return (("covered", row.covered), ("partial", row.partial), ("wrong", row.wrong))


def _written_answers(topic: Topic) -> frozenset[str]:
    """Return the reference and wrong answers of a topic, normalised."""
    references = [a for p in topic.points for texts in p.references.values() for a in texts]
    wrong = [a.answer for p in topic.points for texts in p.wrong.values() for a in texts]
    return frozenset(normalised(answer) for answer in (*references, *wrong))


def _note_duplicates(texts: Iterable[tuple[str, str, str]], faults: list[str]) -> None:
    """Note every text that stands twice in one group of (group, text, place)."""
    first: dict[tuple[str, str], str] = {}
    for group, text, place in texts:
        key = (group, normalised(text))
        if key in first:
            faults.append(f"{place}: : the same text stands at {first[key]}")
        first.setdefault(key, place)


def _raise(faults: list[str]) -> None:
    if faults:
        raise DataError(tuple(faults))
