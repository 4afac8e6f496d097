"""Who a person is on several platforms, and what is known about them: link, unlink, privacy."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from bot.interview.messages import Action, Choice, Inbound, Notice
from bot.interview.ports import (
    AccountLeft,
    Clock,
    CodeMade,
    CodeUsed,
    People,
    PersonChange,
    PersonForgotten,
    Snapshot,
    TurnOutcome,
)
from bot.interview.telling import Teller

CODE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
"""What codes are made of: nothing that looks like something else."""
CODE_LENGTH = 6
CODE_MINUTES = 10
"""So short-lived that guessing one of a thousand million is hopeless."""

_BETWEEN = re.compile(r"[\s-]+")


class Identity:
    """Joins and parts accounts, and forgets people who ask for it.

    Args:
        people: knows codes and accounts.
        clock: the time.
        new_code: makes a random code.
        teller: answers with fixed texts.
    """

    def __init__(
        self, people: People, clock: Clock, new_code: Callable[[], str], teller: Teller
    ) -> None:
        self._people = people
        self._clock = clock
        self._new_code = new_code
        self._teller = teller

    async def link(self, snapshot: Snapshot, inbound: Inbound) -> TurnOutcome:
        """Make a code, or use one that was made on another platform."""
        code = _BETWEEN.sub("", inbound.options.get("code", "")).upper()
        if not code:
            made = CodeMade(self._new_code(), self._clock.now() + timedelta(minutes=CODE_MINUTES))
            params = {"code": made.code, "minutes": str(CODE_MINUTES)}
            return self._change(snapshot, inbound, Notice("notice.link_code", params), made)
        owner = await self._people.code_owner(code)
        if owner is None:
            return self._tell(snapshot, inbound, "notice.link_unknown")
        if owner == snapshot.user_id:
            return self._tell(snapshot, inbound, "notice.link_self")
        change = CodeUsed(code, owner)
        return self._change(snapshot, inbound, Notice("notice.linked"), change)

    async def unlink(self, snapshot: Snapshot, inbound: Inbound) -> TurnOutcome:
        """Make the account a person of its own again."""
        if len(await self._people.accounts(snapshot.user_id)) < 2:
            return self._tell(snapshot, inbound, "notice.nothing_to_unlink")
        return self._change(snapshot, inbound, Notice("notice.unlinked"), AccountLeft())

    def privacy(self, snapshot: Snapshot, inbound: Inbound) -> TurnOutcome:
        """Say what is kept, and delete it where that is wanted and confirmed."""
        step = inbound.options.get("delete")
        if step == "yes":
            forgotten = PersonForgotten()
            return self._change(snapshot, inbound, Notice("notice.forgotten"), forgotten)
        if step == "ask":
            text, following, label = "notice.forget_ask", "yes", "choice.forget_yes"
        else:
            text, following, label = "notice.privacy", "ask", "choice.forget"
        rows = ((Choice(Action.PRIVACY, {"delete": following}, Notice(label)),),)
        return self._teller.tell(snapshot, inbound, Notice(text), choices=rows)

    def _change(
        self, snapshot: Snapshot, inbound: Inbound, notice: Notice, change: PersonChange
    ) -> TurnOutcome:
        reply = self._teller.reply(snapshot, inbound, notice)
        return TurnOutcome(snapshot, None, None, (reply,), person=change)

    def _tell(self, snapshot: Snapshot, inbound: Inbound, key: str) -> TurnOutcome:
        return self._teller.tell(snapshot, inbound, Notice(key))
