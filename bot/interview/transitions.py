"""How an interview begins and what a turn changes, all pure: no clock, no database, no engine.

```mermaid
stateDiagram-v2
    [*] --> Greeting: open
    [*] --> Topics: open with a start topic
    Greeting --> Topics: any reply
    Topics --> Topics: answered · skipped · not known · retried once
    Topics --> Break: the pack's break comes next
    Break --> Topics: any reply
    Topics --> Closing: length reached, or nothing left
    Closing --> Ended: last words
    Topics --> Ended: stop
    Ended --> [*]: report
    state "paused, from anywhere" as Paused
    Paused --> Topics: resume, or simply an answer
```

A turn is: `turn_request` (what the engine is asked) → the engine → `advance` (what follows).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from bot.interview.flow import legal_next
from bot.interview.report import MAX_HINTS
from bot.interview.state import InterviewState, Options, TopicProgress
from engine.contract import (
    Intent,
    Mode,
    PackRef,
    PointVerdict,
    TurnRequest,
    TurnResult,
    VerdictStatus,
)
from engine.errors import ContractError
from engine.outcomes import style_in, wording
from engine.questions import QuestionPack, Topic, TopicKind


def begin(  # noqa: PLR0913 - all of it is what an interview starts from
    pack: QuestionPack,
    options: Options,
    *,
    interview_id: str,
    user_id: str,
    seed: int,
    now: datetime,
) -> InterviewState:
    """Return the state after the opening: the first topic has been asked.

    Raises:
        KeyError: the start topic is not in the pack, or the pack is not written in the language
            and style.
    """
    topic = pack.topic(options.start_topic or pack.start)
    phrasings = topic.question[wording(options.locale, style_in(options.locale, options.style))]
    chosen = seed % len(phrasings)
    return InterviewState(
        id=interview_id,
        user_id=user_id,
        seed=seed,
        options=options,
        pack=PackRef(pack.id, pack.version),
        turn=0,
        question=phrasings[chosen],
        topics=(_fresh(topic),),
        spoken=(f"{topic.id}/question/{chosen}",),
        started_at=now,
        asked_at=now,
    )


def turn_request(
    state: InterviewState,
    pack: QuestionPack,
    text: str,
    *,
    intent: Intent | None = None,
    truncated: bool = False,
) -> TurnRequest:
    """Return what the engine is asked for the next message.

    Args:
        state: the state before the message.
        pack: the pack that the interview runs on.
        text: the message, cleaned.
        intent: what it is, where a command, a button or the cleaning already says so.
        truncated: whether the message was cut.
    """
    current = state.current
    following = legal_next(
        pack,
        state.topic_id,
        [progress.topic_id for progress in state.topics],
        state.options.level,
        state.options.length,
        state.options.topics,
    )
    return TurnRequest(
        request_id=f"{state.id}:{state.turn + 1}",
        seed=f"{state.seed}:{state.turn + 1}",
        pack=state.pack,
        locale=state.locale,
        mode=state.options.mode,
        topic_id=state.topic_id,
        question=state.question,
        answer=text,
        open_points=current.open_points,
        next_topics=following,
        may_retry=state.options.mode is Mode.COACH and current.may_retry,
        hints_given=current.hints,
        intent=intent,
        truncated=truncated,
        spoken=state.spoken,
        dont_know_streak=state.dont_know_streak,
        style=state.style,
    )


def advance(
    state: InterviewState,
    pack: QuestionPack,
    request: TurnRequest,
    result: TurnResult,
    now: datetime,
) -> InterviewState:
    """Return the state after a turn of the engine.

    Args:
        state: the state that `request` was made from.
        pack: the pack that the interview runs on.
        request: what the engine was asked.
        result: what it answered.
        now: when the next question counts as put.

    Raises:
        ContractError: the engine chose a topic that is not legal here.
    """
    legal = (state.topic_id, *request.next_topics)
    if result.next_topic not in legal:
        raise ContractError(f"next topic {result.next_topic!r} is none of {', '.join(legal)}")
    current = _progress(state.current, result)
    topics = (*state.topics[:-1], current)
    following = pack.topic(result.next_topic)
    if following.id != state.topic_id:
        topics = (*topics, _fresh(following))
    known = result.intent is not Intent.DONT_KNOW
    # A hint, a repetition or a chat leaves the question standing, and its clock running.
    asked_anew = following.id != state.topic_id or result.intent is Intent.ANSWER
    return replace(
        state,
        turn=state.turn + 1,
        topics=topics,
        question=result.utterance.question or state.question,
        spoken=(*state.spoken, *result.utterance.lines),
        dont_know_streak=0 if known else state.dont_know_streak + 1,
        paused=False,
        offered=None,
        ended=following.kind is TopicKind.END,
        asked_at=now if asked_anew else state.asked_at,
    )


def is_left(state: InterviewState, after: InterviewState) -> bool:
    """Whether a turn left the topic that it replied to."""
    return state.topic_id != after.topic_id


def _fresh(topic: Topic) -> TopicProgress:
    return TopicProgress(topic.id, tuple((p, VerdictStatus.MISSING) for p in topic.point_ids))


def _progress(current: TopicProgress, result: TurnResult) -> TopicProgress:
    """Merge a turn into the topic's progress; a covered point stays covered."""
    if result.intent is Intent.HINT:
        return replace(current, hints=min(current.hints + 1, MAX_HINTS))
    if result.intent is not Intent.ANSWER:
        return current
    new = {verdict.point_id: verdict for verdict in result.verdicts}
    statuses = tuple((p, _merge(status, new.get(p))) for p, status in current.statuses)
    gained = any(v.status is VerdictStatus.COVERED for v in result.verdicts)
    return replace(current, statuses=statuses, stalls=0 if gained else current.stalls + 1)


def _merge(status: VerdictStatus, verdict: PointVerdict | None) -> VerdictStatus:
    """Return the status of a point after a verdict; what was said before is not unsaid."""
    if verdict is None or status is VerdictStatus.COVERED:
        return status
    return status if verdict.status is VerdictStatus.MISSING else verdict.status
