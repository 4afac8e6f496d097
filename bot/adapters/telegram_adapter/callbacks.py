"""What a button carries: at most 64 bytes, versioned, and good for ever.

``1:hint`` asks for an action, ``1:settings:mode=exam`` for one with options. Options that do not
fit are kept under a name made from themselves, and the button carries the name (``1#…``), so that
it works after any number of restarts and the same options are kept only once.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlencode

from bot.adapters.intake import Intake
from bot.interview.messages import Action, Reply

VERSION = "1"
LONGEST_DATA = 64  # bytes

_ABOUT_A_QUESTION = frozenset({Action.HINT, Action.SKIP, Action.DONT_KNOW, Action.REPEAT})
_TIES = frozenset({"topic", "turn"})


@dataclass(frozen=True, slots=True)
class Press:
    """What a pressed button asks for.

    Args:
        action: the action.
        options: what goes with it (`Inbound.options`).
    """

    action: Action
    options: Mapping[str, str] = field(default_factory=dict)

    @property
    def chooses(self) -> bool:
        """Whether it sets something, and may be pressed again; what it is tied to is no choice."""
        return bool(self.options.keys() - _TIES)


def press_under(reply: Reply, action: Action) -> Press:
    """Return what a button under a reply asks for, tied to the question or verdict shown there.

    It may be pressed while another message is being answered; it must not hit what comes next.
    """
    facts = reply.facts
    if facts is not None and action in _ABOUT_A_QUESTION and facts.next_topic is not None:
        return Press(action, {"topic": facts.next_topic})
    if facts is not None and action is Action.DISAGREE:
        return Press(action, {"turn": str(facts.turn)})
    return Press(action)


class Buttons:
    """Writes and reads what buttons carry.

    Args:
        intake: keeps what does not fit.
    """

    def __init__(self, intake: Intake) -> None:
        self._intake = intake

    async def data(self, press: Press) -> str:
        """Return what the button is to carry.

        Raises:
            StorageError: it does not fit and cannot be kept.
        """
        options = urlencode(sorted(press.options.items()))
        written = ":".join(filter(None, (VERSION, press.action.value, options)))
        if len(written.encode()) <= LONGEST_DATA:
            return written
        name = hashlib.sha256(written.encode()).hexdigest()[:32]
        kept = json.dumps([press.action.value, dict(press.options)], ensure_ascii=False)
        await self._intake.keep_cursor(_place(name), kept)
        return f"{VERSION}#{name}"

    async def read(self, data: str) -> Press | None:
        """Return what a button asks for; None where this version does not know it.

        Raises:
            StorageError: what it stands for cannot be looked up.
        """
        kept = data.removeprefix(f"{VERSION}#")
        if kept != data:
            stored = await self._intake.cursor(_place(kept))
            return None if stored is None else _press(*json.loads(stored))
        version, _, rest = data.partition(":")
        action, _, options = rest.partition(":")
        if version != VERSION:
            return None
        return _press(action, dict(parse_qsl(options, keep_blank_values=True)))


def _press(action: str, options: Mapping[str, str]) -> Press | None:
    """Return what is asked for; None where another version had an action that this one has not."""
    return Press(Action(action), options) if action in tuple(Action) else None


def _place(name: str) -> str:
    return f"telegram:button:{name}"
