"""What is known of a turn before its result is there; standard library only.

On the wire it is the payload of an `engine.contract.Answer` that is not the last one to its call,
sent only to callers that asked for it. Nothing depends on it: the `TurnResult` that follows says
all of it again, and is the only thing that counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from engine.contract import Intent, PointVerdict
from engine.fields import FieldReader


@dataclass(frozen=True, slots=True)
class TurnProgress:
    """How far a turn has come: stages 1 and 2 are done, stage 3 is speaking.

    Args:
        request_id: that of the request.
        intent: what the message was.
        verdicts: one per open answer point for an answer; empty for anything else.
        next_topic: the topic that the utterance will ask about.
        text: the beginning of the utterance, whole sentences; empty until there is one. The
            utterance may still turn out otherwise.
    """

    request_id: str
    intent: Intent
    verdicts: tuple[PointVerdict, ...]
    next_topic: str
    text: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready form."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> TurnProgress:
        """Read what `to_dict` wrote.

        Raises:
            ContractError: a field is missing or of the wrong kind.
        """
        read = FieldReader(data, "progress")
        return cls(
            request_id=read.text("request_id"),
            intent=read.member(Intent, "intent"),
            verdicts=tuple(PointVerdict.from_dict(v) for v in read.mappings("verdicts")),
            next_topic=read.text("next_topic"),
            text=read.text("text"),
        )


ObserveTurn = Callable[[TurnProgress], None]
"""Told how far a turn has come, each time that more is known."""
