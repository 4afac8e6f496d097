"""Messages and replies in the shortest form that tests need."""

from __future__ import annotations

from datetime import datetime

from bot.interview.messages import Account, Inbound, Notice, Reply, Say
from tests.support.clock import NOON

PLATFORM = "test"


def inbound(
    event_id: str,
    text: str = "hello",
    *,
    conversation: str = "room",
    person: str = "ada",
    received_at: datetime = NOON,
) -> Inbound:
    """Return a typed message."""
    return Inbound(event_id, Account(PLATFORM, person), conversation, text, received_at)


def say(text: str) -> Reply:
    """Return a reply that says something."""
    return Reply("en", (Say(text),))


async def trouble(message: Inbound, *, permanent: bool) -> Reply:
    """Return the notice on a message that could not be answered."""
    key = "trouble.permanent" if permanent else "trouble.passing"
    return Reply("en", (Notice(key, {"event": message.event_id}),))
