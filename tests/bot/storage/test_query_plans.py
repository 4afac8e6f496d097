"""A turn costs the same however much is stored: every statement of it finds rows by an index."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, event

from bot.storage.database import Database
from bot.storage.inbox import Inbox
from bot.storage.outbox import Outbox
from bot.storage.store import SqlInterviewStore
from tests.support.clock import NOON
from tests.support.handler import EchoHandler
from tests.support.messages import PLATFORM, inbound

Statement = tuple[str, Any]


@contextmanager
def listening(database: Database) -> Iterator[list[Statement]]:
    """Collect every statement that is run."""
    heard: list[Statement] = []

    def hear(
        _connection: Connection,
        _cursor: object,
        statement: str,
        parameters: Any,
        _context: object,
        many: bool,
    ) -> None:
        if statement.startswith(("SELECT", "UPDATE")):
            heard.append((statement, parameters[0] if many else parameters))

    engine = database._engine.sync_engine
    event.listen(engine, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(engine, "before_cursor_execute", hear)


async def take_turns(inbox: Inbox, outbox: Outbox, store: SqlInterviewStore) -> None:
    """Run every statement that belongs to answering a message."""
    handler = EchoHandler(store)
    for number in ("1", "2"):
        await inbox.accept(inbound(number))
        pending = await inbox.oldest(PLATFORM, "room")
        assert pending is not None
        await inbox.defer(pending, NOON)
        outcome = await handler.handle(pending.inbound)
        await store.commit(pending.inbox_id, pending.inbound, outcome)
        reply = await outbox.oldest(PLATFORM, "room")
        assert reply is not None
        await outbox.retry_at(reply.outbox_id, NOON + timedelta(seconds=1), "flood")
        await outbox.mark_sent(reply.outbox_id)


async def test_no_statement_of_a_turn_reads_a_whole_table(
    database: Database, inbox: Inbox, outbox: Outbox, store: SqlInterviewStore
) -> None:
    with listening(database) as heard:
        await take_turns(inbox, outbox, store)
    assert len({statement for statement, _ in heard}) >= 8
    is_sqlite = database.url.get_backend_name() == "sqlite"
    async with database.reading() as connection:
        if not is_sqlite:  # tables this small would be read whole where that is allowed
            await connection.exec_driver_sql("SET enable_seqscan = off")
        for statement, parameters in heard:
            explain = "EXPLAIN QUERY PLAN " if is_sqlite else "EXPLAIN "
            plan = (await connection.exec_driver_sql(explain + statement, parameters)).all()
            steps = [str(row[-1]) for row in plan]
            whole = [step for step in steps if step.startswith("SCAN") or "Seq Scan" in step]
            assert whole == [], f"{statement}\n{steps}"
