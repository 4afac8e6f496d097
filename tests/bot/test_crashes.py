"""`kill -9` at any moment: nothing is lost, nothing counts twice, the end is as if undisturbed."""

from __future__ import annotations

import itertools
import random
import shutil
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from bot.interview.messages import Account, Inbound
from bot.interview.ports import Snapshot
from bot.storage.database import Database
from bot.storage.store import SqlInterviewStore
from bot.storage.tables import InboxRow, OutboxRow, TurnRow
from tests.support import crash_child
from tests.support.clock import NOON, FakeClock
from tests.support.forks import processes
from tests.support.messages import PLATFORM, inbound
from tests.support.tables import rows

KILLS = 50
LONGEST_LIFE = 0.3  # seconds of work before a kill; a life answers a handful of messages
CONVERSATIONS = 3
MESSAGES = 12


@dataclass(frozen=True)
class Place:
    """Where a bot keeps its things."""

    url: str
    delivered: Path


def scripts() -> Iterator[list[Inbound]]:
    """Yield scripts of new conversations, their messages shuffled into each other, for ever."""
    for number in itertools.count():
        yield [
            inbound(
                f"{number}/{room}/{message}",
                f"message {message} of {number}/{room}",
                conversation=f"{number}/{room}",
                person=f"person {room}",
                received_at=NOON + timedelta(seconds=message),
            )
            for message in range(MESSAGES)
            for room in range(CONVERSATIONS)
        ]


def live(place: Place, script: Sequence[Inbound], seconds: float | None) -> bool:
    """Let a bot live for so long after it began to work, then kill it.

    Returns:
        Whether it was killed; False when it had answered everything before.
    """
    here, there = processes.Pipe()
    bot = processes.Process(
        target=crash_child.run, args=(place.url, place.delivered, script, there)
    )
    bot.start()
    there.close()
    here.recv()
    bot.join(seconds)
    killed = bot.is_alive()
    bot.kill()
    bot.join()
    here.close()
    assert killed or bot.exitcode == 0
    bot.close()
    return killed


def live_through(place: Place, chances: random.Random) -> list[list[Inbound]]:
    """Have scripts answered by bots that are killed, until there were enough kills."""
    told: list[list[Inbound]] = []
    kills = 0
    for script in scripts():
        told.append(script)
        while live(place, script, chances.uniform(0, LONGEST_LIFE) if kills < KILLS else None):
            kills += 1
        if kills >= KILLS:
            return told
    raise AssertionError("scripts never end")


async def final_snapshots(place: Place, told: list[list[Inbound]]) -> dict[str, Snapshot]:
    """Return the last snapshot of every conversation, without the random name of its person."""
    database = Database(place.url)
    store = SqlInterviewStore(database, FakeClock())
    found = {}
    for message in itertools.chain.from_iterable(told):
        account = Account(PLATFORM, message.account.external_id)
        snapshot = await store.load(account, message.conversation)
        assert snapshot.interview is not None
        anonymous = replace(snapshot.interview, user_id="somebody")
        found[message.conversation] = replace(snapshot, user_id="somebody", interview=anonymous)
    await database.close()
    return found


def by_conversation(told: list[list[Inbound]]) -> dict[str, list[str]]:
    """Return the events of every conversation, in order."""
    events: dict[str, list[str]] = defaultdict(list)
    for message in itertools.chain.from_iterable(told):
        events[message.conversation].append(message.event_id)
    return events


async def assert_everything_counted_once(place: Place, told: list[list[Inbound]]) -> None:
    database = Database(place.url)
    logged: dict[str, list[str]] = defaultdict(list)
    for row in sorted(await rows(database, TurnRow), key=lambda row: row["turn"]):
        logged[row["interview_id"].removeprefix("interview of ")].append(row["event_id"])
    inbox, outbox = await rows(database, InboxRow), await rows(database, OutboxRow)
    await database.close()
    events = by_conversation(told)
    assert logged == {room: happened[1:] for room, happened in events.items()}
    assert sorted(row["event_id"] for row in inbox) == sorted(
        m.event_id for m in itertools.chain(*told)
    )
    assert all(row["done_at"] for row in inbox)
    assert len(outbox) == len(inbox)
    assert all(row["sent_at"] for row in outbox)
    assert_delivered_in_order(place, {f"outbox-{row['id']}" for row in outbox})


def assert_delivered_in_order(place: Place, keys: set[str]) -> None:
    """Every reply arrived; a repeated one repeats the one just before it in its conversation."""
    numbers: dict[str, list[int]] = defaultdict(list)
    for line in place.delivered.read_text().splitlines():
        room, key = line.split(" ")
        assert key in keys
        keys_seen = numbers[room]
        keys_seen.append(int(key.removeprefix("outbox-")))
    assert all(seen == sorted(seen) for seen in numbers.values())
    assert {f"outbox-{n}" for seen in numbers.values() for n in seen} == keys


async def test_fifty_kills_change_nothing(sqlite_template: Path, tmp_path: Path) -> None:
    disturbed, quiet = (
        Place(f"sqlite:///{tmp_path / name}.db", tmp_path / f"{name}.txt")
        for name in ("disturbed", "quiet")
    )
    for name in ("disturbed", "quiet"):
        shutil.copy(sqlite_template, tmp_path / f"{name}.db")
    told = live_through(disturbed, random.Random(20261122))
    for script in told:
        assert not live(quiet, script, None)
    await assert_everything_counted_once(quiet, told)
    await assert_everything_counted_once(disturbed, told)
    assert await final_snapshots(disturbed, told) == await final_snapshots(quiet, told)
