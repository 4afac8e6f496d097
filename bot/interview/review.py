"""When a topic comes back: soon after it was missed, ever later the more often it was known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.interview.ports import TopicResult
from engine.questions import QuestionPack

DAYS = (1, 3, 7, 21, 60)
"""Days until a topic comes back, by how often in a row all its points were covered."""
LONGEST_REVIEW = 10  # topics


@dataclass(frozen=True, slots=True)
class Return:
    """A topic and the moment from which on it is due."""

    topic_id: str
    due_at: datetime


def returns(pack: QuestionPack, results: Iterable[TopicResult]) -> tuple[Return, ...]:
    """Return when each topic of a pack comes back, the longest due first.

    Args:
        pack: the pack; what it no longer has is left out.
        results: how its topics went, oldest first.
    """
    known: dict[str, int] = {}
    due: dict[str, datetime] = {}
    for result in results:
        if result.pack_id != pack.id or result.topic_id not in pack:
            continue
        if not pack.topic(result.topic_id).kind.judged:
            continue
        streak = known.get(result.topic_id, 0) + 1 if is_complete(pack, result) else 0
        known[result.topic_id] = streak
        days = DAYS[min(streak, len(DAYS) - 1)]
        due[result.topic_id] = result.at + timedelta(days=days)
    found = (Return(topic_id, moment) for topic_id, moment in due.items())
    return tuple(sorted(found, key=lambda entry: entry.due_at))


def is_complete(pack: QuestionPack, result: TopicResult) -> bool:
    """Whether every answer point of the topic was covered."""
    return result.covered.issuperset(pack.topic(result.topic_id).point_ids)
