"""The words for a message that could not be answered."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.errors import StorageError
from bot.interview.messages import Account, Notice
from bot.interview.ports import Snapshot
from bot.trouble import TroubleWords
from engine.contract import VerdictStatus
from tests.support.handler import opened
from tests.support.interview import MemoryStore
from tests.support.messages import inbound

MESSAGE = inbound("e1")


class BrokenStore(MemoryStore):
    """Raises what it is given instead of reading."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self._error = error

    async def load(self, account: Account, conversation: str) -> Snapshot:
        raise self._error


@pytest.fixture
def store() -> MemoryStore:
    """An interview in English at its third turn."""
    found = MemoryStore()
    state = replace(opened(found.snapshot, MESSAGE), turn=3)
    found.snapshot = replace(found.snapshot, interview=state)
    return found


@pytest.mark.parametrize("permanent", [True, False])
async def test_it_speaks_the_language_of_the_interview(store: MemoryStore, permanent: bool) -> None:
    other = replace(MESSAGE, options={"locale": "ko"})
    assert (await TroubleWords(store, "ko")(other, permanent=permanent)).locale == "en"


async def test_what_will_not_be_answered_leaves_the_interview_where_it_stands(
    store: MemoryStore,
) -> None:
    reply = await TroubleWords(store, "ko")(MESSAGE, permanent=True)
    assert reply.blocks == (Notice("notice.engine_failed"),)
    assert reply.facts is not None
    assert (reply.facts.turn, reply.facts.topic, reply.facts.intent) == (3, "loss", "failed")
    assert store.snapshot.interview is not None
    statuses = store.snapshot.interview.current.statuses
    assert statuses == (("definition", VerdictStatus.MISSING),)
    assert (reply.facts.remaining, reply.facts.next_topic) == (("definition",), "loss")


async def test_without_an_interview_it_speaks_as_it_was_told_to() -> None:
    reply = await TroubleWords(MemoryStore(), "ko")(MESSAGE, permanent=True)
    assert reply.locale == "ko"
    assert reply.facts is not None
    assert (reply.facts.turn, reply.facts.topic) == (0, None)


async def test_an_interview_that_cannot_be_read_has_its_message_settled_all_the_same() -> None:
    words = TroubleWords(BrokenStore(ValueError("no snapshot")), "en")
    assert (await words(MESSAGE, permanent=True)).locale == "en"


async def test_a_database_that_fails_is_tried_again() -> None:
    with pytest.raises(StorageError):
        await TroubleWords(BrokenStore(StorageError("locked")), "en")(MESSAGE, permanent=True)
