"""What an engine is to the bot, and what its answers mean, whichever way they come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from bot.errors import EngineRejectedError, EngineUnavailableError
from bot.interview.ports import EngineClient
from engine.contract import Answer, TurnResult
from engine.errors import ContractError, PackError

TIMEOUT_SECONDS = 30.0
FIRST_TIMEOUT_SECONDS = 120.0
# Codes of answers that would be the same if asked again.
_REJECTED = frozenset({ContractError.code, PackError.code})


@dataclass(frozen=True, slots=True)
class QueueFacts:
    """How the queue between bots and workers stands.

    Args:
        waiting: turns that no worker has begun.
        in_work: turns that workers hold.
        redelivered: turns among those that an earlier worker had held.
        redeliveries: answers that came so far from another worker than the first one.
    """

    waiting: int
    in_work: int
    redelivered: int
    redeliveries: int


class Engine(EngineClient, Protocol):
    """The way to the engine, with what its owner needs of it."""

    async def health(self, within: float | None = None) -> Mapping[str, Any]:
        """Return what a worker tells about itself.

        Args:
            within: seconds to wait; as for a turn when not given.

        Raises:
            EngineUnavailableError: there was no answer in time.
        """

    async def queue(self) -> QueueFacts | None:
        """Return how the queue stands; None where there is none, or it cannot be asked."""

    async def close(self) -> None:
        """Hang up; calls still waiting end as unavailable."""


def is_final(answer: Answer) -> bool:
    """Return whether asking the same again would bring the same answer."""
    return answer.error is None or answer.error in _REJECTED


def payload_of(answer: Answer, address: object) -> Mapping[str, Any]:
    """Return what an answer brings.

    Raises:
        EngineRejectedError: the engine refused the request.
        EngineUnavailableError: the engine could not do it now.
    """
    if answer.error is None:
        return answer.payload
    kind = EngineRejectedError if answer.error in _REJECTED else EngineUnavailableError
    raise kind(f"the engine at {address}: {answer.error}: {answer.message}")


def read_result(payload: Mapping[str, Any], address: object) -> TurnResult:
    """Return the result of a turn.

    Raises:
        EngineRejectedError: it is in another form.
    """
    try:
        return TurnResult.from_dict(payload)
    except ContractError as error:
        raise EngineRejectedError(
            f"the engine at {address} answers in another form ({error}); "
            "run the same version of bot and engine"
        ) from error
