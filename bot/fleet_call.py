"""One call to a fleet, from its first message to its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import structlog
from nats.js.api import Header

from bot.engine_answers import is_final
from engine.contract import Answer, Call
from engine.progress import ObserveTurn, TurnProgress

log = structlog.get_logger(__name__)


@dataclass(slots=True, eq=False)
class Asked:
    """A call on its way to whichever worker is free.

    Args:
        name: what names it.
        payload: what it asks.
        deadline: when its caller gives up, by the loop's clock, in seconds.
        answer: set when there is one.
        observe: told how far it has come.
        taken: whether the server took a message of this very call, not of an earlier one.
        outdated: set when an earlier call of the same name failed where this one need not.
        message_id: by which the server knows it again.
    """

    name: str
    payload: Mapping[str, Any]
    deadline: float
    answer: asyncio.Future[Answer]
    observe: ObserveTurn | None
    taken: bool = False
    outdated: asyncio.Event = field(default_factory=asyncio.Event)
    message_id: str = ""

    def __post_init__(self) -> None:
        self.message_id = self.name

    def line(self) -> bytes:
        """Return the call as it is sent now, with the time that is left to it."""
        left = self.deadline - self.answer.get_loop().time()
        deadline_ms, watched = max(0, int(left * 1000)), self.observe is not None
        return Call(self.name, "turn", self.payload, deadline_ms, watched).to_line()

    def accepts(self, answer: Answer, headers: Mapping[str, str] | None) -> bool:
        """Return whether an answer is one to this call, and not to an earlier one that failed."""
        mine = self.taken and (headers or {}).get(Header.MSG_ID.value) == self.message_id
        return mine or is_final(answer)

    def show(self, answer: Answer) -> None:
        """Tell the caller how far the call has come, if it watches."""
        if self.observe is None or self.answer.done():
            return
        try:
            self.observe(TurnProgress.from_dict(answer.payload))
        except Exception as error:  # nothing depends on it
            log.warning("engine.progress_lost", error=type(error).__qualname__)

    def rename(self) -> None:
        """Be another message to the server from now on."""
        self.message_id, self.taken = f"{self.name}-{uuid4().hex}", False
        self.outdated.clear()

    def fail(self, error: Exception) -> None:
        """End the call with an error."""
        if not self.answer.done():
            self.answer.set_exception(error)
