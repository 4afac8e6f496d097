"""A small bot that is made to be killed: the real message path around a handler without an engine.

It accepts a script of messages (those that it knows already are dropped), answers them all and
ends. What it delivers goes to a file, one line per delivery.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from multiprocessing.connection import Connection
from pathlib import Path

from bot.clock import SystemClock
from bot.delivery import Delivery
from bot.dispatch import Dispatcher
from bot.interview.messages import Inbound, Reply
from bot.storage.database import Database
from bot.storage.inbox import Inbox
from bot.storage.outbox import Outbox
from bot.storage.store import SqlInterviewStore
from tests.support.handler import EchoHandler
from tests.support.messages import PLATFORM, trouble


class FileMessenger:
    """Appends a line per delivery: conversation and key."""

    def __init__(self, path: Path) -> None:
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    async def deliver(self, conversation: str, key: str, reply: Reply) -> None:
        os.write(self._file, f"{conversation} {key}\n".encode())


def run(url: str, delivered: Path, script: Sequence[Inbound], at_work: Connection) -> None:
    """Be the bot until every message of the script is answered; say so once work begins."""
    asyncio.run(_serve(url, delivered, script, at_work))


async def _serve(url: str, delivered: Path, script: Sequence[Inbound], at_work: Connection) -> None:
    database, clock = Database(url), SystemClock()
    inbox, outbox = Inbox(database, clock), Outbox(database, clock)
    store = SqlInterviewStore(database, clock)
    delivery = Delivery(outbox, {PLATFORM: FileMessenger(delivered)}, clock)
    dispatcher = Dispatcher(
        inbox=inbox,
        handler=EchoHandler(store),
        store=store,
        clock=clock,
        trouble_notice=trouble,
        on_commit=delivery.ring,
    )
    await dispatcher.start({PLATFORM})
    await delivery.start()
    at_work.send(True)
    for message in script:
        await inbox.accept(message)
        dispatcher.ring(PLATFORM, message.conversation)
    for conversation in {message.conversation for message in script}:
        await dispatcher.idle(PLATFORM, conversation)
        await delivery.idle(PLATFORM, conversation)
    await dispatcher.stop()
    await delivery.stop()
    await database.close()
