"""What is known of one interview: what was chosen, how far each topic has come, where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bot.interview.flow import Length, Level, total_topics
from bot.interview.messages import Action
from engine.contract import Mode, PackRef, VerdictStatus
from engine.outcomes import Style, style_in, wording
from engine.questions import QuestionPack


@dataclass(frozen=True, slots=True)
class Options:
    """What was chosen when the interview was opened.

    Args:
        locale, pack_id: its language and its pack.
        mode: whether verdicts are shown at once.
        level, length: the hardest questions, and how many.
        start_topic: the topic to begin with, if not the pack's own.
        topics: the only topics to ask, as in a review; empty for those of level and length.
        style: how Korean is spoken.
    """

    locale: str
    pack_id: str
    mode: Mode = Mode.COACH
    level: Level = Level.SENIOR
    length: Length = Length.FULL
    start_topic: str | None = None
    topics: tuple[str, ...] = ()
    style: Style = Style.BANMAL


@dataclass(frozen=True, slots=True)
class TopicProgress:
    """How far one topic has come.

    Args:
        topic_id: the topic.
        statuses: answer point id → best verdict so far, as pairs in pack order.
        hints: hints given.
        stalls: answers in a row that gained nothing.
    """

    topic_id: str
    statuses: tuple[tuple[str, VerdictStatus], ...]
    hints: int = 0
    stalls: int = 0

    @property
    def may_retry(self) -> bool:
        """Whether the topic may be asked again after one more answer that gains nothing.

        Once; twice where several points are open, since a follow-up can aim at one of them only.
        """
        return self.stalls < min(2, len(self.open_points))

    @property
    def open_points(self) -> tuple[str, ...]:
        """Ids of the points not yet covered."""
        return tuple(p for p, status in self.statuses if status is not VerdictStatus.COVERED)


@dataclass(frozen=True, slots=True)
class InterviewState:
    """One interview of one person.

    Args:
        id: unique.
        user_id: whose it is.
        seed: how many interviews this person had before; varies the wording between interviews.
        options: what was chosen at the start.
        pack: the version of the pack that it runs on.
        turn: number of the last turn; 0 after the opening.
        question: the question as last asked.
        topics: the topics asked so far, the current one last.
        spoken: ids of lines already said.
        dont_know_streak: don't-knows in a row.
        paused, ended: whether it rests, or is over.
        started_at: when it began.
        asked_at: when the current question was first put, or put again on coming back.
        offered: what the person was just asked whether they want it: to end the interview here
            (`Action.STOP`), or to begin another (`Action.NEW`).
        wanted: what the person chose on coming back where that differs, until they decide whether
            to go on with this interview or to begin that one.
    """

    id: str
    user_id: str
    seed: int
    options: Options
    pack: PackRef
    turn: int
    question: str
    topics: tuple[TopicProgress, ...]
    started_at: datetime
    asked_at: datetime
    spoken: tuple[str, ...] = ()
    dont_know_streak: int = 0
    paused: bool = False
    ended: bool = False
    offered: Action | None = None
    wanted: Options | None = None

    @property
    def current(self) -> TopicProgress:
        """Progress of the topic being asked."""
        return self.topics[-1]

    @property
    def topic_id(self) -> str:
        """Id of the topic being asked."""
        return self.current.topic_id

    @property
    def locale(self) -> str:
        """Language of the interview."""
        return self.options.locale

    @property
    def style(self) -> Style:
        """How the interviewer speaks."""
        return style_in(self.locale, self.options.style)

    @property
    def wording(self) -> str:
        """The key of the texts of the interview: its language, in its style."""
        return wording(self.locale, self.style)


def topics_in_all(state: InterviewState, pack: QuestionPack) -> int:
    """Return how many judged topics the interview will have."""
    options = state.options
    return len(options.topics) or total_topics(pack, options.level, options.length)
