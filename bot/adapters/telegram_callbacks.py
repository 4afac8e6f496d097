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
from bot.interview.messages import Action

VERSION = "1"
LONGEST_DATA = 64  # bytes


@dataclass(frozen=True, slots=True)
class Press:
    """What a pressed button asks for."""

    action: Action
    options: Mapping[str, str] = field(default_factory=dict)


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
            if stored is None:
                return None
            action, options = json.loads(stored)
            return Press(Action(action), options)
        version, _, rest = data.partition(":")
        action, _, options = rest.partition(":")
        if version != VERSION or action not in tuple(Action):
            return None
        return Press(Action(action), dict(parse_qsl(options, keep_blank_values=True)))


def _place(name: str) -> str:
    return f"telegram:button:{name}"
