"""The lines of the turn log: what a message was, what it earned, and what was said."""

from __future__ import annotations

from datetime import datetime

from bot.interview.report import TurnRecord
from bot.interview.state import InterviewState
from engine.contract import TurnResult


def record_turn(
    state: InterviewState, result: TurnResult, event_id: str, text: str, now: datetime
) -> TurnRecord:
    """Return the log line of a turn.

    Args:
        state: the state before it.
        result: what the engine decided and said.
        event_id: the inbound event that it answers.
        text: what the user wrote, cleaned.
        now: when the message arrived; one typed ahead of its question took no time.
    """
    return TurnRecord(
        turn=state.turn + 1,
        event_id=event_id,
        topic_id=state.topic_id,
        question=state.question,
        text=text,
        intent=result.intent.value,
        verdicts=result.verdicts,
        hedge=result.hedge,
        next_topic=result.next_topic,
        utterance=result.utterance.text,
        asked_at=state.asked_at,
        answered_at=max(now, state.asked_at),
        timings_ms=result.timings_ms,
    )


def record_action(
    state: InterviewState, action: str, event_id: str, text: str, now: datetime
) -> TurnRecord:
    """Return the log line of a command that the engine has no part in."""
    return TurnRecord(
        turn=state.turn + 1,
        event_id=event_id,
        topic_id=state.topic_id,
        question=state.question,
        text=text,
        intent=action,
        verdicts=(),
        hedge=None,
        next_topic=None if state.ended else state.topic_id,
        utterance="",
        asked_at=now,
        answered_at=now,
    )
