"""What a voice is asked to phrase: labelled turns of either layout, as the engine would meet them.

A label says what came of a message, not how stage 1 would have put it. So each turn is also put as
the request and the evaluation that lead to it: then the very code that serves can answer it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.contract import Intent, PointVerdict, TurnRequest, VerdictStatus
from engine.hedges import find_hedge
from engine.outcomes import Outcome
from engine.ports import Evaluation
from engine.prompts import SpokenTurn
from engine.questions import QuestionPack, Topic
from training.errors import DataError
from training.evaluation.data import has_columns, of_split
from training.evaluation.labels import shown
from training.evaluation.turns import request
from training.held_out_prompts import held_out_prompts
from training.reference_utterances import ReferenceUtterance, read_reference_utterances
from training.utterance_prompts import turn_of
from training.utterance_rows import COLUMNS, UtteranceRow, check_utterances, read_utterances

UTTERANCES = Path(__file__).resolve().parents[2] / "dataset" / "utterances"

_INTENTS: Mapping[Outcome, Intent] = {
    Outcome.DONT_KNOW: Intent.DONT_KNOW,
    Outcome.TERM_QUESTION: Intent.TERM_QUESTION,
    Outcome.HINT: Intent.HINT,
    Outcome.SKIP: Intent.SKIP,
    Outcome.REPEAT: Intent.REPEAT,
    Outcome.SMALL_TALK: Intent.SMALL_TALK,
    Outcome.INSULT: Intent.INSULT,
    Outcome.MANIPULATION: Intent.MANIPULATION,
}
# What an answer did for a point that it did not cover.
_TOUCHED: Mapping[Outcome, VerdictStatus] = {
    Outcome.MIXED: VerdictStatus.WRONG,
    Outcome.WRONG: VerdictStatus.WRONG,
    Outcome.PARTIAL: VerdictStatus.PARTIAL,
    Outcome.UNSURE: VerdictStatus.UNSURE,
}


@dataclass(frozen=True, slots=True)
class UtterancePrompt:
    """One turn that is to be phrased.

    Args:
        place: ``file:line`` that it was read from.
        topic: title of the topic that was asked; of the first one for an opening.
        turn: what the utterance is phrased from, as labelled.
        request: the message as the engine would get it; None for an opening, which is the first
            question and no turn of the engine.
        evaluation: what stage 1 made of it.
        next_topic: id of what is asked next.
    """

    place: str
    topic: str
    turn: SpokenTurn
    request: TurnRequest | None
    evaluation: Evaluation
    next_topic: str


def read_prompts(data: Path | None, pack: QuestionPack, split: str) -> tuple[UtterancePrompt, ...]:
    """Read what a voice is measured on.

    Args:
        data: a CSV in the reference layout, the project's own rows (a folder, or one file of it),
            or None for the held-out prompts of the project.
        pack: the pack that they are about.
        split: which of the project's own rows.

    Raises:
        DataError: with every fault.
    """
    if data is not None and not has_columns(data, COLUMNS):
        return _of_reference(read_reference_utterances(data, pack, spoken=False), pack)
    if data is None:
        return drawn_prompts(UTTERANCES, pack, split)
    rows = read_utterances(data)
    check_utterances(rows, pack)
    return of_rows(of_split(rows, split, data.name), pack)


def drawn_prompts(place: Path, pack: QuestionPack, split: str) -> tuple[UtterancePrompt, ...]:
    """Read labelled utterances and return the turns of a split; those of ``test`` are drawn.

    Raises:
        DataError: with every fault.
    """
    rows = read_utterances(place)
    check_utterances(rows, pack)
    chosen = held_out_prompts(rows) if split == "test" else of_split(rows, split, place.name)
    return of_rows(chosen, pack)


def of_rows(rows: Sequence[UtteranceRow], pack: QuestionPack) -> tuple[UtterancePrompt, ...]:
    """Return the project's own rows, checked against their pack, as prompts."""
    return tuple(
        _prompt(row.place, turn_of(row, pack), pack, pack.topic(row.topic), row.next_topic)
        for row in rows
    )


def _of_reference(
    rows: Sequence[ReferenceUtterance], pack: QuestionPack
) -> tuple[UtterancePrompt, ...]:
    """Return rows of a file as prompts.

    Raises:
        DataError: with every topic and label that the pack does not know.
    """
    faults: list[str] = []
    for row in rows:
        faults += [f"{row.place}: {fault}" for fault in _unknown(row, pack)]
    if faults:
        raise DataError(tuple(faults))
    return tuple(
        _prompt(row.place, row.turn, pack, pack.topic(row.topic or row.next_topic), row.next_topic)
        for row in rows
    )


def _unknown(row: ReferenceUtterance, pack: QuestionPack) -> list[str]:
    """Return what of a row the pack does not know."""
    turn, faults = row.turn, []
    if turn.locale not in pack.locales:
        faults.append(f"locale: the pack is not written in {turn.locale!r}")
    if not row.topic and turn.outcome is not Outcome.OPENING:
        faults.append(f"current_question: {turn.question!r} is the title of no topic")
    if not row.next_topic:
        faults.append(f"output_next_question: {turn.next_title!r} is the title of no topic")
    if row.topic and not faults:
        names = {p.name[turn.locale] for p in pack.topic(row.topic).points}
        faults += [
            f"output_answered: {name!r} is not known to the pack"
            for name in turn.credited
            if name not in names
        ]
    return faults


def _prompt(
    place: str, turn: SpokenTurn, pack: QuestionPack, topic: Topic, next_topic: str
) -> UtterancePrompt:
    covered = [p.id for p in topic.points if p.name[turn.locale] in turn.credited]
    missed = [p.id for p in topic.points if p.name[turn.locale] in turn.still_open]
    asked = request(
        pack,
        topic,
        turn.locale,
        turn.answer,
        seed=place,
        question=turn.question,
        open_points=tuple(p for p in topic.point_ids if p in covered or p in missed),
        may_retry=next_topic == topic.id,
    )
    return UtterancePrompt(
        place=place,
        topic=shown(topic.title),
        turn=turn,
        request=None if turn.outcome is Outcome.OPENING else asked,
        evaluation=_evaluation(turn, asked.open_points, covered),
        next_topic=next_topic,
    )


def _evaluation(turn: SpokenTurn, open_points: Sequence[str], covered: Sequence[str]) -> Evaluation:
    """Return what stage 1 says of a message that comes to this outcome."""
    if turn.outcome in _INTENTS:
        return Evaluation(_INTENTS[turn.outcome])
    touched = next((point for point in open_points if point not in covered), None)
    statuses = {touched: _TOUCHED.get(turn.outcome, VerdictStatus.MISSING)}
    statuses |= dict.fromkeys(covered, VerdictStatus.COVERED)
    verdicts = (PointVerdict(p, statuses.get(p, VerdictStatus.MISSING)) for p in open_points)
    # Where the label hears a hedge that no rule finds, it lies somewhere in the message.
    hedge = (find_hedge(turn.answer) or turn.answer) if turn.outcome is Outcome.HEDGED else None
    return Evaluation(Intent.ANSWER, tuple(verdicts), hedge)
