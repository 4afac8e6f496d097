"""The append-only turn log, and its verdicts in columns that can be counted."""

from __future__ import annotations

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.interview.report import TurnRecord
from bot.storage.codec import RECORDS
from bot.storage.tables import PointResultRow, TurnRow


async def append_turn(
    connection: AsyncConnection, interview_id: str | None, record: TurnRecord
) -> None:
    """Append a line within a transaction that somebody else commits."""
    row = {
        "interview_id": interview_id,
        "turn": record.turn,
        "event_id": record.event_id,
        "topic_id": record.topic_id,
        "intent": record.intent,
        "text": record.text,
        "record": RECORDS.encode(record),
        "answered_at": record.answered_at,
    }
    await connection.execute(_LINE, row)
    results = [
        {
            "interview_id": interview_id,
            "turn": record.turn,
            "point_id": verdict.point_id,
            "topic_id": record.topic_id,
            "status": verdict.status.value,
            "similarity": verdict.similarity,
            "probability": verdict.probability,
            "evidence": verdict.evidence,
        }
        for verdict in record.verdicts
    ]
    if results:
        await connection.execute(_RESULTS, results)


# Made once: to put a statement together costs as much as to run it.
_LINE = insert(TurnRow)
_RESULTS = insert(PointResultRow)
