"""What crosses between adapters and the interview: `Inbound` in, `Reply` out.

A reply is made of blocks that say *what* is shown; each adapter draws them in its own way. Fixed
texts travel as catalogue keys with their parameters, so that the domain holds no wording.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from bot.interview.report import Report
from engine.contract import VerdictStatus


class Action(StrEnum):
    """What a command or a button asks for. A message without an action is read by stage 1."""

    OPEN = "open"
    NEW = "new"
    HINT = "hint"
    SKIP = "skip"
    DONT_KNOW = "dont_know"
    REPEAT = "repeat"
    DISAGREE = "disagree"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    REPORT = "report"
    HELP = "help"
    PACKS = "packs"
    LANGUAGE = "language"
    SETTINGS = "settings"
    HISTORY = "history"
    REVIEW = "review"
    LINK = "link"
    UNLINK = "unlink"
    PRIVACY = "privacy"


@dataclass(frozen=True, slots=True)
class Account:
    """A person as one platform knows them."""

    platform: str
    external_id: str


@dataclass(frozen=True, slots=True)
class Inbound:
    """One event of a platform, already translated.

    Args:
        event_id: unique per platform; the same event never counts twice.
        account: who sent it.
        conversation: where it was sent; turns of one conversation are handled one at a time.
        text: what was typed; empty for buttons and commands without text.
        received_at: when it arrived (timezone-aware).
        action: what a command or button asks for.
        options: settings that came with the action, for example ``{"locale": "ko"}``.
        edits: event id of the earlier message that this one replaces, where its writer edited it.
    """

    event_id: str
    account: Account
    conversation: str
    text: str
    received_at: datetime
    action: Action | None = None
    options: Mapping[str, str] = field(default_factory=dict)
    edits: str | None = None


@dataclass(frozen=True, slots=True)
class VerdictLine:
    """One answer point and what the answer did for it."""

    name: str
    status: VerdictStatus
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The verdicts of a turn, one line per answer point."""

    lines: tuple[VerdictLine, ...]
    kind: Literal["verdicts"] = "verdicts"


@dataclass(frozen=True, slots=True)
class ModelAnswer:
    """A model answer with its source, shown when a topic is left with points open."""

    text: str
    source_title: str = ""
    source_url: str = ""
    kind: Literal["model_answer"] = "model_answer"


@dataclass(frozen=True, slots=True)
class Say:
    """What the interviewer says."""

    text: str
    kind: Literal["say"] = "say"


@dataclass(frozen=True, slots=True)
class Notice:
    """A fixed text from the message catalogue.

    Args:
        key: its id there, for example ``notice.paused``.
        params: values of its placeholders.
    """

    key: str
    params: Mapping[str, str] = field(default_factory=dict)
    kind: Literal["notice"] = "notice"


@dataclass(frozen=True, slots=True)
class ReportCard:
    """The report of an interview."""

    report: Report
    kind: Literal["report"] = "report"


Block = Verdicts | ModelAnswer | Say | Notice | ReportCard


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that a person can pick with one press: a pack, a level, a language.

    Args:
        action: what picking it asks for.
        options: the `Inbound.options` that come with it.
        label: a text of the catalogue, or a name that is shown as it is, such as a pack's title.
    """

    action: Action
    options: Mapping[str, str]
    label: Notice | str


@dataclass(frozen=True, slots=True)
class Progress:
    """Where the interview stands, for a progress line.

    Args:
        topic: title of the topic being asked.
        points: names of its points still open.
        asked: judged topics asked so far, this one included.
        total: judged topics that the interview will have.
        covered, wrong, unsure: answer points with that status so far; empty numbers in exam mode.
    """

    topic: str
    points: tuple[str, ...]
    asked: int
    total: int
    covered: int | None = None
    wrong: int | None = None
    unsure: int | None = None


@dataclass(frozen=True, slots=True)
class VerdictFacts:
    """One verdict in the machine-readable account of a turn."""

    point: str
    status: VerdictStatus
    similarity: float
    evidence: str | None


@dataclass(frozen=True, slots=True)
class TurnFacts:
    """The machine-readable account of a turn, as ``chat --json`` prints it.

    Args:
        turn: number of the message in its interview; 0 is the opening.
        topic: the topic that the message replied to.
        intent: what the message was, or the action that it asked for.
        verdicts: the verdicts of an answer; empty in exam mode.
        answered: points that this message covered; empty in exam mode.
        remaining: points of the topic still open; empty in exam mode.
        next_topic: the topic asked next; None when nothing is asked.
        utterance: what was said.
        timings_ms: milliseconds per stage.
    """

    turn: int
    topic: str | None
    intent: str
    verdicts: tuple[VerdictFacts, ...] = ()
    answered: tuple[str, ...] = ()
    remaining: tuple[str, ...] = ()
    next_topic: str | None = None
    utterance: str = ""
    timings_ms: Mapping[str, float] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """What one message got back.

    Args:
        locale: the language to draw fixed texts in, with its style where that is not the usual
            one (`engine.outcomes.wording`).
        blocks: what to show, in order.
        buttons: the actions to offer, in order.
        progress: where the interview stands, if one is running.
        facts: the machine-readable account of the turn.
        choices: rows of choices, to be drawn under the text.
        replaces: the message whose choice was pressed (`Inbound.options`, ``under``); where the
            platform can, the reply takes its place.
    """

    locale: str
    blocks: tuple[Block, ...]
    buttons: tuple[Action, ...] = ()
    progress: Progress | None = None
    facts: TurnFacts | None = None
    choices: tuple[tuple[Choice, ...], ...] = ()
    replaces: str | None = None
