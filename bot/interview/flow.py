"""Which topics may come next: the pack's graph, cut to the level and length that were chosen.

```mermaid
flowchart LR
    greeting --> questions --> pause_[break] --> questions
    questions -- length reached, or nothing left --> closing --> end_[end] --> report
```
"""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from engine.questions import QuestionPack, Topic, TopicKind


class Level(StrEnum):
    """The hardest questions that an interview asks."""

    JUNIOR = "junior"
    MID = "mid"
    SENIOR = "senior"

    @property
    def highest(self) -> int:
        """Highest `Topic.level` that is asked."""
        return {Level.JUNIOR: 1, Level.MID: 2, Level.SENIOR: 3}[self]


class Length(StrEnum):
    """How many judged topics an interview asks."""

    SHORT = "short"
    STANDARD = "standard"
    FULL = "full"

    def topics(self, available: int) -> int:
        """Return the number of judged topics, given how many the pack has at this level.

        Even a full interview ends within about an hour, however large the pack is.
        """
        return min({Length.SHORT: 5, Length.STANDARD: 10, Length.FULL: 15}[self], available)


def eligible(pack: QuestionPack, level: Level) -> tuple[Topic, ...]:
    """Return the judged topics that an interview of this level may ask, in pack order."""
    return tuple(t for t in pack if t.kind.judged and t.level <= level.highest)


def total_topics(pack: QuestionPack, level: Level, length: Length) -> int:
    """Return how many judged topics an interview asks."""
    return length.topics(len(eligible(pack, level)))


def legal_next(  # noqa: PLR0913, PLR0917 - the whole of what an interview may choose from
    pack: QuestionPack,
    current: str,
    asked: Collection[str],
    level: Level,
    length: Length,
    only: Collection[str] = (),
) -> tuple[str, ...]:
    """Return the topics that may follow `current`, default first.

    A follower that was asked already, or is too hard, is replaced by its own followers. Where the
    graph leads nowhere new although topics are left, the first of them in pack order is taken, so
    that a detour never cuts an interview short.

    Args:
        pack: the pack.
        current: id of the topic being left.
        asked: ids of all topics asked so far, `current` included.
        level: hardest level to ask.
        length: how many judged topics to ask.
        only: the topics to ask whatever their level and number, as in a review; all where empty.
    """
    here = pack.topic(current)
    if here.kind in (TopicKind.CLOSING, TopicKind.END):
        return tuple(t for t in here.next if t not in asked)
    if only:
        left = tuple(t for t in only if t in pack and t not in asked)
        return left or _closing(pack, asked)
    open_topics = [t for t in eligible(pack, level) if t.id not in asked]
    judged_so_far = sum(1 for t in asked if pack.topic(t).kind.judged)
    if not open_topics or judged_so_far >= total_topics(pack, level, length):
        return _closing(pack, asked)
    found = _nearest_open(pack, here, asked, level)
    return found or (open_topics[0].id,)


def _nearest_open(
    pack: QuestionPack, here: Topic, asked: Collection[str], level: Level
) -> tuple[str, ...]:
    """Return the nearest followers that may still be asked; closing topics are left out."""
    waiting, walked, found = list(here.next), {here.id}, []
    while waiting:
        topic = pack.topic(waiting.pop(0))
        if topic.id in walked or topic.kind in (TopicKind.CLOSING, TopicKind.END):
            continue
        walked.add(topic.id)
        too_hard = topic.kind.judged and topic.level > level.highest
        if topic.id in asked or too_hard:
            waiting[:0] = topic.next
        else:
            found.append(topic.id)
    return tuple(found)


def _closing(pack: QuestionPack, asked: Collection[str]) -> tuple[str, ...]:
    """Return the closing topic, or the end where there is none or it has been."""
    for kind in (TopicKind.CLOSING, TopicKind.END):
        found = [t.id for t in pack if t.kind is kind and t.id not in asked]
        if found:
            return (found[0],)
    return ()
