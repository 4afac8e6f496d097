"""What the interview needs from outside, in its own words. Implementations live elsewhere."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from bot.interview.messages import Account, Inbound, Reply
from bot.interview.report import TurnRecord
from bot.interview.state import InterviewState
from engine.contract import TurnRequest, TurnResult
from engine.progress import ObserveTurn
from engine.questions import QuestionPack


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is stored about a person and their latest interview in one conversation.

    Args:
        user_id: the person; made on first contact.
        interview: the latest interview of the conversation, ended or not; None before the first.
        version: its version, 0 before the first; a commit must name it.
        last_reply: its standing reply, to be shown again on coming back.
        earlier_interviews: how many interviews the person has begun in all.
        chosen: the person's settings, by option name.
        elsewhere: whether the interview is of another conversation; a commit moves it here.
    """

    user_id: str
    interview: InterviewState | None
    version: int
    last_reply: Reply | None
    earlier_interviews: int
    chosen: Mapping[str, str] = field(default_factory=dict)
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class CodeMade:
    """The person gets a code that links another account to them; it replaces an earlier one."""

    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class CodeUsed:
    """The person who asks and the person who made the code become one."""

    code: str
    made_by: str


@dataclass(frozen=True, slots=True)
class AccountLeft:
    """The account becomes a person of its own, with the interviews held on its platform."""


@dataclass(frozen=True, slots=True)
class PersonForgotten:
    """Everything that is stored about the person is deleted."""


PersonChange = CodeMade | CodeUsed | AccountLeft | PersonForgotten


@dataclass(frozen=True, slots=True)
class TurnOutcome:
    """Everything that one message changes, written in one transaction.

    Args:
        snapshot: what the outcome was decided on; its version must still be current.
        interview: the new state; None where nothing changed.
        record: the line for the turn log, if any.
        replies: what to send, in order.
        standing: the reply to show again on coming back (`Snapshot.last_reply` from now on); None
            keeps the one before, so that a pause or a help text never takes its place.
        chosen: settings of the person to keep from now on, by option name.
        person: what changes about who the person is, if anything.
    """

    snapshot: Snapshot
    interview: InterviewState | None
    record: TurnRecord | None
    replies: tuple[Reply, ...]
    standing: Reply | None = None
    chosen: Mapping[str, str] = field(default_factory=dict)
    person: PersonChange | None = None


@dataclass(frozen=True, slots=True)
class PastInterview:
    """An interview as the history lists it, with its whole turn log."""

    state: InterviewState
    log: tuple[TurnRecord, ...]


@dataclass(frozen=True, slots=True)
class TopicResult:
    """How a topic went in one interview.

    Args:
        pack_id: the pack that it is of.
        topic_id: the topic.
        covered: ids of the answer points that were covered.
        at: when the last answer to it came.
    """

    pack_id: str
    topic_id: str
    covered: frozenset[str]
    at: datetime


class InterviewStore(Protocol):
    """Where interviews are kept."""

    async def load(self, account: Account, conversation: str) -> Snapshot:
        """Return what is stored, making the user on first contact."""

    async def turn_log(self, interview_id: str) -> Sequence[TurnRecord]:
        """Return the whole turn log of an interview, oldest first."""


class People(Protocol):
    """What is known about people beyond the conversation that they are in."""

    async def open_elsewhere(self, account: Account, conversation: str) -> Snapshot | None:
        """Return the person's latest interview of another conversation, if one is open."""

    async def history(self, user_id: str, limit: int) -> Sequence[PastInterview]:
        """Return the person's latest interviews, latest first."""

    async def interview(self, user_id: str, interview_id: str) -> PastInterview | None:
        """Return one interview of the person; None where it is not theirs."""

    async def topic_results(self, user_id: str) -> Sequence[TopicResult]:
        """Return how every topic went that the person was asked, oldest first."""

    async def code_owner(self, code: str) -> str | None:
        """Return who made a linking code that is still good."""

    async def accounts(self, user_id: str) -> Sequence[Account]:
        """Return every account of the person."""


class EngineClient(Protocol):
    """The way to the engine."""

    async def run_turn(
        self, request: TurnRequest, observe: ObserveTurn | None = None
    ) -> TurnResult:
        """Judge and answer one message.

        Args:
            request: the message.
            observe: told how far the turn has come; None where nobody watches.

        Raises:
            EngineUnavailableError: there was no answer in time; asking again later may help.
        """


class Packs(Protocol):
    """The question packs at hand."""

    def get(self, pack_id: str) -> QuestionPack:
        """Return a pack.

        Raises:
            UnknownPackError: there is none of this name.
        """

    def ids(self) -> tuple[str, ...]:
        """Return the names of all packs."""


class Clock(Protocol):
    """The time, so that tests can set it."""

    def now(self) -> datetime:
        """Return the present moment, timezone-aware."""


class Messenger(Protocol):
    """Delivers replies on one platform."""

    async def deliver(self, conversation: str, key: str, reply: Reply) -> None:
        """Show a reply to the person in a conversation.

        Args:
            conversation: where.
            key: unique per reply and stable over retries, for platforms that drop duplicates.
            reply: what.

        Raises:
            DeliveryError: it could not be delivered; `permanent` says whether a retry can help.
        """


class Previewer(Protocol):
    """Shows on one platform what is known of a reply that is still being made.

    Nothing depends on it: the whole reply is delivered by the `Messenger`, whatever was shown.
    """

    def preview(self, conversation: str, reply: Reply) -> None:
        """Show the beginning of a reply in place of what was shown before; returns at once.

        Args:
            conversation: where.
            reply: as much of it as is known; it may still turn out otherwise.
        """


class TurnHandler(Protocol):
    """Decides what one message does (the service; a fake in tests of the dispatcher)."""

    async def handle(self, inbound: Inbound) -> TurnOutcome:
        """Return the outcome of a message; nothing is written yet.

        Raises:
            EngineUnavailableError: the engine gave no answer in time.
        """
