"""Composes replies out of states and results: which blocks, buttons and facts, in which order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.interview.messages import (
    Action,
    Block,
    Choice,
    ModelAnswer,
    Notice,
    Progress,
    Reply,
    ReportCard,
    Say,
    TurnFacts,
    VerdictFacts,
    VerdictLine,
    Verdicts,
)
from bot.interview.report import Report, TurnRecord
from bot.interview.state import InterviewState, topics_in_all
from bot.interview.transitions import is_left
from engine.contract import Intent, Mode, PointVerdict, TurnResult, VerdictStatus
from engine.progress import TurnProgress
from engine.questions import QuestionPack, Topic, TopicKind

_ASKING = (Action.HINT, Action.DONT_KNOW, Action.SKIP)
# What somebody who wrote that they want this is asked back.
_OFFERED = {Action.STOP: "notice.stop_offer", Action.NEW: "notice.new_offer"}
# Intents after which the model answer of a topic that was left is worth showing.
_SHOW_ANSWER = (Intent.ANSWER, Intent.DONT_KNOW)


def opening(state: InterviewState, pack: QuestionPack) -> Reply:
    """Return the first reply of an interview: turn 0."""
    facts = TurnFacts(
        turn=0,
        topic=state.topic_id,
        intent=Action.OPEN.value,
        remaining=_remaining(state),
        next_topic=state.topic_id,
        utterance=state.question,
    )
    blocks = (Say(state.question),)
    return Reply(state.wording, blocks, _buttons(state, pack), progress(state, pack), facts)


def turn(
    before: InterviewState, after: InterviewState, pack: QuestionPack, result: TurnResult
) -> Reply:
    """Return the reply to a message that the engine judged or answered.

    Args:
        before, after: the state before and after the turn.
        pack: the pack that the interview runs on.
        result: what the engine decided and said.
    """
    topic = pack.topic(before.topic_id)
    open_to_user = before.options.mode is Mode.COACH
    blocks: list[Block] = []
    if result.verdicts and open_to_user:
        blocks.append(_verdicts(topic, result.verdicts, before.locale))
    left_open = is_left(before, after) and not _complete(before, result)
    if left_open and open_to_user and result.intent in _SHOW_ANSWER and topic.model_answer:
        blocks.append(_model_answer(topic, before.locale))
    blocks.append(Say(result.utterance.text))
    buttons = _buttons(after, pack)
    if result.verdicts and open_to_user:
        buttons = (*buttons, Action.DISAGREE)
    return Reply(
        before.wording,
        tuple(blocks),
        buttons,
        progress(after, pack),
        _facts(before, after, result, open_to_user=open_to_user),
    )


def preview(before: InterviewState, pack: QuestionPack, known: TurnProgress) -> Reply:
    """Return as much of the reply to a message as is known; no blocks where that is nothing.

    Args:
        before: the state before the turn.
        pack: the pack that the interview runs on.
        known: how far the engine has come.
    """
    blocks: list[Block] = []
    if known.verdicts and before.options.mode is Mode.COACH:
        topic = pack.topic(before.topic_id)
        blocks.append(_verdicts(topic, known.verdicts, before.locale))
    if known.text:
        blocks.append(Say(known.text))
    return Reply(before.wording, tuple(blocks))


def report(state: InterviewState, built: Report, *, asked_for: bool) -> Reply:
    """Return the reply that carries the report.

    Args:
        state: the interview.
        built: its report.
        asked_for: whether this is the answer to a message; the report that follows the end of an
            interview belongs to the turn before it and has no facts of its own.
    """
    facts = _action_facts(state, Action.REPORT.value) if asked_for else None
    if not state.ended:
        return Reply(state.wording, (ReportCard(built),), facts=facts)
    again = Choice(Action.REVIEW, {"interview": state.id}, Notice("choice.review"))
    choices = ((again,),) if built.study else ()
    blocks = (ReportCard(built),)
    return Reply(state.wording, blocks, (Action.NEW,), facts=facts, choices=choices)


def notice(
    state: InterviewState,
    action: str,
    text: Notice,
    buttons: tuple[Action, ...] = (),
) -> Reply:
    """Return a fixed text, with the interview standing where it was."""
    return Reply(state.wording, (text,), buttons, facts=_action_facts(state, action))


def stray(wording: str, action: str, text: Notice) -> Reply:
    """Return a fixed text to somebody who has no interview yet."""
    return Reply(wording, (text,), facts=TurnFacts(turn=0, topic=None, intent=action))


def resume_offer(state: InterviewState, pack: QuestionPack) -> Reply:
    """Return the question whether to go on where the interview stands, with its own question."""
    text = Notice("notice.resume_offer", {"topic": pack.topic(state.topic_id).title[state.locale]})
    facts = _action_facts(state, Action.OPEN.value, state.question)
    buttons = (Action.RESUME, Action.NEW)
    return Reply(state.wording, (text, Say(state.question)), buttons, facts=facts)


def resumed(state: InterviewState, pack: QuestionPack) -> Reply:
    """Return the welcome back, with the standing question."""
    text = Notice("notice.resumed", {"topic": pack.topic(state.topic_id).title[state.locale]})
    facts = _action_facts(state, Action.RESUME.value, state.question)
    return Reply(
        state.wording,
        (text, Say(state.question)),
        _buttons(state, pack),
        progress(state, pack),
        facts,
    )


def offer(state: InterviewState, pack: QuestionPack, wanted: Action) -> Reply:
    """Return the question whether to end the interview here, or to begin another."""
    text = Notice(_OFFERED[wanted])
    buttons = (wanted, Action.RESUME) if state.paused else (wanted, Action.PAUSE, Action.RESUME)
    return replace(notice(state, wanted, text, buttons), progress=progress(state, pack))


def going_on(state: InterviewState, pack: QuestionPack) -> Reply:
    """Return the standing question to somebody who chose not to leave the interview."""
    return replace(resumed(state, pack), blocks=(Notice("notice.going_on"), Say(state.question)))


def disagreement(state: InterviewState, pack: QuestionPack, disputed: TurnRecord) -> Reply:
    """Return thanks for an objection, with the model answer to compare with, and what is open."""
    topic = pack.topic(disputed.topic_id)
    text = Notice("notice.disagree", {"topic": topic.title[state.locale]})
    reply = notice(state, Action.DISAGREE.value, text)
    # Where the question still stands the model answer would give it away.
    stands = disputed.topic_id == state.topic_id and not state.ended
    compared = () if stands else (_model_answer(topic, state.locale),)
    if state.ended or state.paused:
        return replace(reply, blocks=(text, *compared))
    return replace(
        reply,
        blocks=(text, *compared, Say(state.question)),
        buttons=_buttons(state, pack),
        progress=progress(state, pack),
    )


def progress(state: InterviewState, pack: QuestionPack) -> Progress:
    """Return where an interview stands."""
    topic = pack.topic(state.topic_id)
    points = state.current.open_points if state.options.mode is Mode.COACH else topic.point_ids
    names = tuple(topic.point(point_id).name[state.locale] for point_id in points)
    judged = [p for p in state.topics if pack.topic(p.topic_id).kind.judged]
    total = topics_in_all(state, pack)
    asked = min(len(judged), total)
    if state.options.mode is Mode.EXAM:
        return Progress(topic.title[state.locale], names, asked, total)
    statuses = [status for p in state.topics for _, status in p.statuses]
    return Progress(
        topic=topic.title[state.locale],
        points=names,
        asked=asked,
        total=total,
        covered=statuses.count(VerdictStatus.COVERED),
        wrong=statuses.count(VerdictStatus.WRONG),
        unsure=statuses.count(VerdictStatus.UNSURE) + statuses.count(VerdictStatus.PARTIAL),
    )


def text_in(text: Mapping[str, str], locale: str) -> str:
    """Return a text of a pack, in another language where it is not written in this one."""
    return text[locale] if locale in text else next(iter(text.values()))


def _verdicts(topic: Topic, verdicts: Sequence[PointVerdict], locale: str) -> Verdicts:
    return Verdicts(
        tuple(
            VerdictLine(topic.point(v.point_id).name[locale], v.status, v.evidence)
            for v in verdicts
        )
    )


def _complete(before: InterviewState, result: TurnResult) -> bool:
    """Whether the turn covered every point that was open."""
    covered = {v.point_id for v in result.verdicts if v.status is VerdictStatus.COVERED}
    return covered.issuperset(before.current.open_points)


def _model_answer(topic: Topic, locale: str) -> ModelAnswer:
    source = topic.source
    return ModelAnswer(
        topic.model_answer[locale], source.title if source else "", source.url if source else ""
    )


def _buttons(state: InterviewState, pack: QuestionPack) -> tuple[Action, ...]:
    if state.ended:
        return (Action.REPORT, Action.NEW)
    kind = pack.topic(state.topic_id).kind
    return _ASKING if kind.judged else (Action.SKIP,) if kind is TopicKind.BREAK else ()


def _facts(
    before: InterviewState, after: InterviewState, result: TurnResult, *, open_to_user: bool
) -> TurnFacts:
    shown = result.verdicts if open_to_user else ()
    covered = tuple(v.point_id for v in shown if v.status is VerdictStatus.COVERED)
    remaining = tuple(p for p in before.current.open_points if p not in covered)
    return TurnFacts(
        turn=after.turn,
        topic=before.topic_id,
        intent=result.intent.value,
        verdicts=tuple(_verdict_facts(v) for v in shown),
        answered=covered,
        remaining=remaining if open_to_user else (),
        next_topic=result.next_topic,
        utterance=result.utterance.text,
        timings_ms=result.timings_ms,
    )


def _verdict_facts(verdict: PointVerdict) -> VerdictFacts:
    similarity = round(verdict.similarity, 4)
    return VerdictFacts(verdict.point_id, verdict.status, similarity, verdict.evidence)


def _action_facts(state: InterviewState, action: str, utterance: str = "") -> TurnFacts:
    """Return the facts of a command that is no turn of its own."""
    return TurnFacts(
        turn=state.turn,
        topic=state.topic_id,
        intent=action,
        remaining=_remaining(state),
        next_topic=None if state.ended else state.topic_id,
        utterance=utterance,
    )


def _remaining(state: InterviewState) -> tuple[str, ...]:
    return state.current.open_points if state.options.mode is Mode.COACH else ()
