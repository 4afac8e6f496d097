"""Question packs as values: a pack, its topics, their answer points, and how they are looked up.

Texts are kept per locale (``{"ko": …, "en": …}``); what the interviewer says may be there in
another style, too (``"ko@jondaetmal"``, see `engine.outcomes.wording`). Reading and validating the
YAML that packs are written in is `engine.pack_reader`'s part.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from engine.outcomes import STYLES, Style

Text = Mapping[str, str]
Texts = Mapping[str, tuple[str, ...]]


class TopicKind(StrEnum):
    """What a topic is for. Only `QUESTION` and `EXPERIENCE` have answer points and are judged."""

    GREETING = "greeting"
    QUESTION = "question"
    EXPERIENCE = "experience"
    BREAK = "break"
    CLOSING = "closing"
    END = "end"

    @property
    def judged(self) -> bool:
        """Whether replies to topics of this kind are judged point by point."""
        return self in (TopicKind.QUESTION, TopicKind.EXPERIENCE)


@dataclass(frozen=True, slots=True)
class WrongAnswer:
    """A plausible wrong answer, and what to say to somebody who gives it.

    Args:
        answer: the wrong answer, as a user would say it.
        nudge: what is off about it, without giving the right answer away; None when unwritten.
    """

    answer: str
    nudge: str | None = None


@dataclass(frozen=True, slots=True)
class Contrast:
    """A right answer beside other words for it and near-misses of it, for training.

    Args:
        reference: one of the point's right answers.
        rewordings: other ways to say it, as right.
        distortions: the same with a word or three exchanged so that it is false.
    """

    reference: str
    rewordings: tuple[str, ...]
    distortions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AnswerPoint:
    """One thing that a good answer covers.

    Args:
        id: unique within its topic.
        name: what to call it in a verdict or a report.
        references: right answers, any of which would be accepted.
        wrong: plausible wrong answers.
        ask: follow-up questions aimed at this point alone.
        subject: names of what this point is about, where the topic's points are about things that
            have names of their own (`engine.attribution`).
        contrasts: of its right answers, where the pack has some; only training reads them.
    """

    id: str
    name: Text
    references: Texts
    wrong: Mapping[str, tuple[WrongAnswer, ...]]
    ask: Texts = field(default_factory=dict)
    subject: tuple[str, ...] = ()
    contrasts: Mapping[str, tuple[Contrast, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Source:
    """Where an explanation can be read up."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Topic:
    """One question of a pack, with all that is known about it.

    Args:
        id: unique within the pack.
        kind: what the topic is for.
        level: 1 junior, 2 mid, 3 senior.
        next: ids of the topics that may follow, default first.
        title: as shown in progress lines and reports.
        question: phrasings of the question.
        points: what a good answer covers; empty for topics that are not judged.
        hints: three per locale, more and more revealing.
        model_answer: two sentences that would earn every point.
        explanation: one paragraph for the report.
        source: where to read more.
        clarification: what the question is after, in plain words.
        subject: what the question is about, by the names that people begin an answer with.
        tags: for search and for the choice of what to study.
        reactions: outcome → first sentences written for this topic.
        leads: next topic id → sentences that bridge to it and ask its question.
    """

    id: str
    kind: TopicKind
    level: int
    next: tuple[str, ...]
    title: Text
    question: Texts
    points: tuple[AnswerPoint, ...] = ()
    hints: Texts = field(default_factory=dict)
    model_answer: Text = field(default_factory=dict)
    explanation: Text = field(default_factory=dict)
    source: Source | None = None
    clarification: Text = field(default_factory=dict)
    subject: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    reactions: Mapping[str, Texts] = field(default_factory=dict)
    leads: Mapping[str, Texts] = field(default_factory=dict)

    def point(self, point_id: str) -> AnswerPoint:
        """Return the answer point of this id.

        Raises:
            KeyError: the topic has no such point.
        """
        for point in self.points:
            if point.id == point_id:
                return point
        raise KeyError(point_id)

    @property
    def point_ids(self) -> tuple[str, ...]:
        """Ids of all answer points, in order."""
        return tuple(point.id for point in self.points)


@dataclass(frozen=True, slots=True)
class Term:
    """A glossary entry: what to say when somebody asks what a word means.

    Args:
        id: unique within the glossary.
        names: everything that people call it, lower case.
        explanation: one or two spoken sentences.
        spoils: ids of topics whose answer the explanation would give away.
    """

    id: str
    names: Texts
    explanation: Text
    spoils: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class QuestionPack:
    """A versioned set of questions in one subject.

    Args:
        id: the pack's name, as typed after ``--pack``.
        version: changes whenever the content does.
        locales: languages that every text is written in.
        title: as shown to people.
        description: one sentence about the pack.
        start: id of the first topic.
        topics: in pack order, which is the order of preference where several may come next.
        terms: the glossary.
        digest: sha256 of the files that it was read from, hex; keys caches of candidate vectors.
        styles: styles beside the usual ones in which all is written that the interviewer says.
    """

    id: str
    version: str
    locales: tuple[str, ...]
    title: Text
    description: Text
    start: str
    topics: tuple[Topic, ...]
    terms: tuple[Term, ...] = ()
    digest: str = ""
    styles: tuple[Style, ...] = ()
    _by_id: dict[str, Topic] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._by_id.update({topic.id: topic for topic in self.topics})

    def __iter__(self) -> Iterator[Topic]:
        return iter(self.topics)

    def __contains__(self, topic_id: object) -> bool:
        return topic_id in self._by_id

    def speaks(self, locale: str, style: Style) -> bool:
        """Whether an interview can be held in a language and a style."""
        styles = STYLES.get(locale, ())
        known = style in styles and (style is styles[0] or style in self.styles)
        return known and locale in self.locales

    def topic(self, topic_id: str) -> Topic:
        """Return the topic of this id.

        Raises:
            KeyError: the pack has no such topic.
        """
        return self._by_id[topic_id]
