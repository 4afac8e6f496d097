"""What crosses between the bot and the engine: frozen, JSON-ready, standard library only.

A `TurnRequest` carries all that the engine needs for one turn (the engine keeps no state between
turns); a `TurnResult` carries all that was decided and said. Both sides import this module and
nothing else of each other.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from engine.errors import ContractError
from engine.fields import FieldReader
from engine.outcomes import Style, style_in, wording


class Mode(StrEnum):
    """How an interview treats verdicts: shown at once (coach) or only in the report (exam)."""

    COACH = "coach"
    EXAM = "exam"


class Intent(StrEnum):
    """What a message is. Only an `ANSWER` is ever judged."""

    ANSWER = "answer"
    DONT_KNOW = "dont_know"
    TERM_QUESTION = "term_question"
    HINT = "hint"
    SKIP = "skip"
    REPEAT = "repeat"
    SMALL_TALK = "small_talk"
    INSULT = "insult"
    MANIPULATION = "manipulation"
    OTHER_LANGUAGE = "other_language"
    UNREADABLE = "unreadable"


class VerdictStatus(StrEnum):
    """What an answer did for one answer point."""

    COVERED = "covered"
    PARTIAL = "partial"
    MISSING = "missing"
    WRONG = "wrong"
    UNSURE = "unsure"


@dataclass(frozen=True, slots=True)
class PackRef:
    """Names one version of a question pack."""

    id: str
    version: str

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> PackRef:
        """Read what `dataclasses.asdict` wrote.

        Raises:
            ContractError: a field is missing or of the wrong kind.
        """
        read = FieldReader(data, "pack")
        return cls(read.text("id"), read.text("version"))


@dataclass(frozen=True, slots=True)
class TurnRequest:
    """One message of a user, with all that the engine needs to judge and answer it.

    Args:
        request_id: unique per turn; ties result, log lines and retries together.
        seed: fixes the choice among equally good utterances, so that the same request always
            gets the same result.
        pack: the pack that the interview runs on.
        locale: the language of the interview, ``ko`` or ``en``.
        mode: coach or exam.
        topic_id: the topic that the message replies to.
        question: the question as it was asked.
        answer: the message, already cleaned; may be empty when `intent` is known.
        open_points: ids of the topic's answer points not yet covered, in pack order.
        next_topics: ids of the topics that may follow if this one is left, default first; empty
            when the interview ends with this topic.
        may_retry: whether the topic may be asked once more after a turn without progress.
        hints_given: how many hints this topic has had, 0 to 3.
        intent: what the message is, where a command or button already says so.
        truncated: whether the message was cut because it was too long.
        spoken: ids of the lines already said in this interview; they are not said again.
        dont_know_streak: how many don't-knows in a row came before this message.
        style: how the interviewer speaks; None for the usual style of the language, which is what
            bots mean that name none.
    """

    request_id: str
    seed: str
    pack: PackRef
    locale: str
    mode: Mode
    topic_id: str
    question: str
    answer: str
    open_points: tuple[str, ...]
    next_topics: tuple[str, ...]
    may_retry: bool
    hints_given: int = 0
    intent: Intent | None = None
    truncated: bool = False
    spoken: tuple[str, ...] = ()
    dont_know_streak: int = 0
    style: Style | None = None

    @property
    def spoken_style(self) -> Style:
        """How the interviewer speaks, named or not."""
        return style_in(self.locale, self.style)

    @property
    def wording(self) -> str:
        """The key of the texts that the interviewer speaks in (`engine.outcomes.wording`)."""
        return wording(self.locale, self.spoken_style)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready form."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> TurnRequest:
        """Read what `to_dict` wrote.

        Raises:
            ContractError: a field is missing or of the wrong kind.
        """
        read = FieldReader(data, "request")
        return cls(
            request_id=read.text("request_id"),
            seed=read.text("seed"),
            pack=PackRef.from_dict(read.mapping("pack")),
            locale=read.text("locale"),
            mode=read.member(Mode, "mode"),
            topic_id=read.text("topic_id"),
            question=read.text("question"),
            answer=read.text("answer"),
            open_points=read.texts("open_points"),
            next_topics=read.texts("next_topics"),
            may_retry=read.flag("may_retry"),
            hints_given=read.whole("hints_given"),
            intent=read.member(Intent, "intent") if data.get("intent") is not None else None,
            truncated=read.flag("truncated"),
            spoken=read.texts("spoken"),
            dont_know_streak=read.whole("dont_know_streak"),
            style=read.member(Style, "style") if data.get("style") is not None else None,
        )


@dataclass(frozen=True, slots=True)
class PointVerdict:
    """What the message did for one open answer point.

    The numbers are diagnostics: they explain the status and never take part in equality.

    Args:
        point_id: the answer point.
        status: the verdict.
        evidence: the words of the user that earned it, verbatim; None where nothing was said.
        similarity: cosine similarity of the evidence (or of the whole message) to the nearest
            reference answer, -1 to 1.
        probability: the calibrated probability that the point is covered, 0 to 1.
        misconception: index of the pack's wrong answer that the message resembles, if one.
    """

    point_id: str
    status: VerdictStatus
    evidence: str | None = None
    similarity: float = field(default=0.0, compare=False)
    probability: float = field(default=0.0, compare=False)
    misconception: int | None = field(default=None, compare=False)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> PointVerdict:
        """Read what `dataclasses.asdict` wrote.

        Raises:
            ContractError: a field is missing or of the wrong kind.
        """
        read = FieldReader(data, "verdict")
        return cls(
            point_id=read.text("point_id"),
            status=read.member(VerdictStatus, "status"),
            evidence=read.optional_text("evidence"),
            similarity=read.number("similarity"),
            probability=read.number("probability"),
            misconception=(
                None if data.get("misconception") is None else read.whole("misconception")
            ),
        )


@dataclass(frozen=True, slots=True)
class Utterance:
    """What the interviewer says in one turn.

    Args:
        text: the whole utterance.
        question: the question that stands from now on, without the words that lead back to it; the
            farewell, which `text` holds too, when the interview is over.
        lines: ids of the written lines that it was made of, so that they are not said twice.
    """

    text: str
    question: str
    lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TurnResult:
    """All that was decided and said in one turn.

    Args:
        request_id: that of the request.
        intent: what the message was.
        verdicts: one per open answer point for an answer; empty for anything else.
        next_topic: the topic that the utterance asks about: the same one when it stays; a topic
            of kind ``end`` when the interview is over. The engine always names one; None would
            be refused as no legal move.
        utterance: what the interviewer says.
        hedge: the words with which the user hedged, verbatim, if any.
        timings_ms: milliseconds per stage (``evaluate``, ``select``, ``generate``, ``total``).
    """

    request_id: str
    intent: Intent
    verdicts: tuple[PointVerdict, ...]
    next_topic: str | None
    utterance: Utterance
    hedge: str | None = None
    timings_ms: Mapping[str, float] = field(default_factory=dict, compare=False)

    def to_dict(self) -> dict[str, Any]:
        """Return a JSON-ready form."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> TurnResult:
        """Read what `to_dict` wrote.

        Raises:
            ContractError: a field is missing or of the wrong kind.
        """
        read = FieldReader(data, "result")
        said = FieldReader(read.mapping("utterance"), "utterance")
        timings = FieldReader(read.mapping("timings_ms"), "result.timings_ms")
        return cls(
            request_id=read.text("request_id"),
            intent=read.member(Intent, "intent"),
            verdicts=tuple(PointVerdict.from_dict(v) for v in read.mappings("verdicts")),
            next_topic=read.optional_text("next_topic"),
            utterance=Utterance(said.text("text"), said.text("question"), said.texts("lines")),
            hedge=read.optional_text("hedge"),
            timings_ms={stage: timings.number(stage) for stage in timings.data},
        )


@dataclass(frozen=True, slots=True)
class Call:
    """One request on the wire: a line of JSON.

    Args:
        id: ties the answer to the call.
        method: ``turn`` or ``health``.
        payload: `TurnRequest.to_dict()` for a turn; empty otherwise.
        deadline_ms: how long the caller will wait, in milliseconds; work not begun by then is
            dropped.
        progress: whether the caller wants to know how far the turn has come before it is done.
    """

    id: str
    method: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    deadline_ms: int = 30_000
    progress: bool = False

    def to_line(self) -> bytes:
        """Return the call as one line of JSON."""
        return _to_line(asdict(self))

    @classmethod
    def from_line(cls, line: bytes) -> Call:
        """Read what `to_line` wrote.

        Raises:
            ContractError: the line is no call.
        """
        read = FieldReader(_from_line(line), "call")
        return cls(
            read.text("id"),
            read.text("method"),
            read.mapping("payload"),
            read.whole("deadline_ms", 30_000),
            read.flag("progress"),
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a `Call`, or how far it has come.

    Args:
        id: that of the call; empty where the call could not be read.
        payload: the result, where there is one; `engine.progress.TurnProgress.to_dict()` where
            `partial`.
        error: the code of the error (`EngineError.code`), where there was one.
        message: what was wrong, for an operator.
        partial: whether more is to come: only to a call that wants progress.
    """

    id: str
    payload: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None
    message: str = ""
    partial: bool = False

    def to_line(self) -> bytes:
        """Return the answer as one line of JSON."""
        return _to_line(asdict(self))

    @classmethod
    def from_line(cls, line: bytes) -> Answer:
        """Read what `to_line` wrote.

        Raises:
            ContractError: the line is no answer.
        """
        read = FieldReader(_from_line(line), "answer")
        return cls(
            read.text("id"),
            read.mapping("payload"),
            read.optional_text("error"),
            read.text("message"),
            read.flag("partial"),
        )


def _to_line(data: Mapping[str, Any]) -> bytes:
    return json.dumps(data, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _from_line(line: bytes) -> Mapping[str, Any]:
    try:
        data = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ContractError(f"not a line of JSON: {error}") from None
    if not isinstance(data, Mapping):
        raise ContractError(f"a JSON object is needed, not a {type(data).__name__}")
    return data
