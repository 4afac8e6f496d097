"""Interviews that were asked for in a server and whose thread may not be open yet."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import count

from bot.adapters.discord_adapter.places import conversation_of
from bot.adapters.discord_adapter.settings import PLATFORM
from bot.adapters.intake import Intake
from bot.interview.messages import Account, Action, Inbound

_SCOPE = "discord:starts"


@dataclass(frozen=True, slots=True)
class Start:
    """One interview that was asked for.

    Args:
        interaction_id: the command.
        guild_id: its server.
        channel_id: where it was given.
        person_id: who gave it.
        name: what the thread is to be called.
        locale: the language that it is opened in.
        private: whether only the person sees it.
        options: what was chosen, and what the place suggests (`Inbound.options`).
    """

    interaction_id: int
    guild_id: int
    channel_id: int
    person_id: int
    name: str
    locale: str
    private: bool
    options: Mapping[str, str]

    def inbound(self, thread_id: int, now: datetime) -> Inbound:
        """Return what is asked of the interview, once there is a thread for it."""
        return Inbound(
            event_id=f"interaction:{self.interaction_id}",
            account=Account(PLATFORM, str(self.person_id)),
            conversation=conversation_of(thread_id),
            text="",
            received_at=now,
            action=Action.OPEN,
            options=self.options,
        )


class Starts:
    """Keeps them until the interview has been taken in.

    Between the command and the thread lie calls of Discord; what was acknowledged must not be
    lost if the program ends among them. What is over leaves an empty slot for the next one, which
    names nobody.

    Args:
        intake: where they are stored.
    """

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._slots: dict[int, str] = {}

    @property
    def under_way(self) -> bool:
        """Whether the thread of an interview is being opened, or may have been."""
        return bool(self._slots)

    async def begun(self, start: Start) -> None:
        """Remember that an interview was asked for.

        Raises:
            StorageError: it cannot be kept.
        """
        used = set(self._slots.values())
        slot = next(name for name in map(str, count()) if name not in used)
        self._slots[start.interaction_id] = slot
        await self._intake.keep_settings(_SCOPE, {slot: json.dumps(asdict(start))})

    async def over(self, start: Start) -> None:
        """Note that nothing is left to be done.

        Raises:
            StorageError: that cannot be kept.
        """
        await self._intake.keep_settings(_SCOPE, {self._slots[start.interaction_id]: ""})
        del self._slots[start.interaction_id]

    async def unfinished(self) -> tuple[Start, ...]:
        """Return what the program was at when it last ended.

        Raises:
            StorageError: the database cannot be used.
        """
        kept = await self._intake.settings(_SCOPE)
        found = {slot: Start(**json.loads(value)) for slot, value in kept.items() if value}
        self._slots |= {start.interaction_id: slot for slot, start in found.items()}
        return tuple(found.values())
