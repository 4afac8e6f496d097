"""Evaluates stage 1 on labelled answers: ranked over all candidates, and as the bot judges."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from engine.arrays import FloatArray
from engine.contract import Intent, VerdictStatus
from engine.ports import Evaluation
from engine.questions import QuestionPack
from training.evaluation.labels import FAILED, TERM, PackLabels, shown
from training.evaluation.models import StageOne
from training.evaluation.open_set import Message, OpenSet, point_name
from training.evaluation.ranking import Outcome, Ranking
from training.evaluation.turns import Turn, answer_request, legal_judgement, request
from training.rows import AnswerRow, label_of
from training.verdict_scores import calibration_error


@dataclass(frozen=True, slots=True)
class PointJudgement:
    """One answer point of one labelled answer.

    Args:
        label: covered, partial, wrong or missing.
        status: the verdict; missing where the message was not taken for an answer.
        probability: the calibrated probability of covered; None where it was not judged.
    """

    label: VerdictStatus
    status: VerdictStatus
    probability: float | None

    @property
    def agreed(self) -> bool:
        """Whether credit was given exactly where it is due."""
        return (self.status is VerdictStatus.COVERED) == (self.label is VerdictStatus.COVERED)


@dataclass(frozen=True, slots=True)
class AnswerFigures:
    """Stage 1 on the project's own rows.

    Args:
        ranking: over all candidates.
        judgements: of each row's points, in order of the ranking's inputs.
    """

    ranking: Ranking
    judgements: tuple[tuple[PointJudgement, ...], ...]

    @property
    def reliability(self) -> tuple[FloatArray, npt.NDArray[np.bool_]]:
        """Probabilities of covered and whether it was so, over all points that were judged."""
        judged = [j for row in self.judgements for j in row if j.probability is not None]
        return (
            np.array([j.probability for j in judged], dtype=np.float32),
            np.array([j.label is VerdictStatus.COVERED for j in judged], dtype=np.bool_),
        )

    def figures(self) -> dict[str, Any]:
        """Return all figures, JSON-ready."""
        several = [
            row for row in self.judgements if sum(j.label is VerdictStatus.COVERED for j in row) > 1
        ]
        probability, right = self.reliability
        return {
            **self.ranking.figures(),
            "n_points": sum(map(len, self.judgements)),
            "n_multi": len(several),
            "multi_f1": credit_f1([j for row in several for j in row]),
            "ece": calibration_error(probability, right) if len(right) else None,
            "verdicts_by_label": _verdicts_by_label(self.judgements),
        }


def credit_f1(judgements: Sequence[PointJudgement]) -> float | None:
    """Return the F1 of the points credited; None where there are none to credit."""
    said = sum(j.status is VerdictStatus.COVERED for j in judgements)
    due = sum(j.label is VerdictStatus.COVERED for j in judgements)
    both = sum(j.status is j.label is VerdictStatus.COVERED for j in judgements)
    return round(2 * both / (said + due), 4) if said + due else None


def evaluate_turns(stage: StageOne, turns: Sequence[Turn]) -> Ranking:
    """Evaluate the models that serve on rows of the reference layout.

    Args:
        stage: the models.
        turns: rows with what they mean for the stage's pack.
    """
    pack, labels = stage.pack, PackLabels(stage.pack)
    requests = [answer_request(pack, turn) for turn in turns]
    evaluations = stage.evaluate(requests)
    names = {name: index for index, name in enumerate(labels.answers)}
    near = np.zeros((len(turns), len(names)), dtype=np.float32)
    judged = [i for i, turn in enumerate(turns) if turn.topic.kind.judged]
    messages = [
        Message(turns[i].topic.id, requests[i].locale, turns[i].text, evaluations[i])
        for i in judged
    ]
    if messages:
        near[judged] = OpenSet(stage, labels.answers).similarities(messages)
    outcomes = []
    with_terms = {turn.topic.id for turn in turns if turn.label == TERM}
    for index, (turn, evaluation) in enumerate(zip(turns, evaluations, strict=True)):
        said, right = legal_judgement(turn, evaluation, terms=turn.topic.id in with_terms)
        if not turn.topic.kind.judged:
            near[index, names[said]] = 1
        outcomes.append(_outcome(turn, said, right))
    truth = np.array([names[turn.label] for turn in turns], dtype=np.int64)
    return Ranking(labels.answers, near, truth, tuple(outcomes))


def evaluate_rows(stage: StageOne, rows: Sequence[AnswerRow]) -> AnswerFigures:
    """Evaluate the models that serve on the project's own rows; all points of a topic are open.

    Ranked over all candidates, an answer that covers several points counts for the one that it
    covers most clearly; the others do not compete with it.

    Args:
        stage: the models.
        rows: labelled answers, checked against the stage's pack.
    """
    pack, labels = stage.pack, PackLabels(stage.pack)
    topics = [pack.topic(row.topic) for row in rows]
    evaluations = stage.evaluate(
        [request(pack, t, row.locale, row.answer) for t, row in zip(topics, rows, strict=True)]
    )
    messages = [
        Message(row.topic, row.locale, row.answer, evaluation)
        for row, evaluation in zip(rows, evaluations, strict=True)
    ]
    near = OpenSet(stage, labels.answers).similarities(messages)
    names = {name: index for index, name in enumerate(labels.answers)}
    truth = np.zeros(len(rows), dtype=np.int64)
    judgements, outcomes = [], []
    for index, (row, evaluation) in enumerate(zip(rows, evaluations, strict=True)):
        right = [names[name] for name in _labels(pack, row)]
        truth[index] = max(right, key=lambda column: near[index, column])
        near[index, [column for column in right if column != truth[index]]] = 0
        judged = _judgements(pack, row, evaluation)
        judgements.append(judged)
        outcomes.append(_row_outcome(pack, row, evaluation, judged))
    ranking = Ranking(labels.answers, near, truth, tuple(outcomes))
    return AnswerFigures(ranking, tuple(judgements))


def _labels(pack: QuestionPack, row: AnswerRow) -> list[str]:
    """Return the names of what a row covers, or what it is instead."""
    if row.covered:
        return [point_name(pack, row.topic, point) for point in row.covered]
    return [TERM if row.intent is Intent.TERM_QUESTION else FAILED]


def _judgements(
    pack: QuestionPack, row: AnswerRow, evaluation: Evaluation
) -> tuple[PointJudgement, ...]:
    verdicts = {verdict.point_id: verdict for verdict in evaluation.verdicts}
    found = []
    for point_id in pack.topic(row.topic).point_ids:
        label, verdict = VerdictStatus(label_of(row, point_id)), verdicts.get(point_id)
        found.append(
            PointJudgement(label, verdict.status, verdict.probability)
            if verdict
            else PointJudgement(label, VerdictStatus.MISSING, None)
        )
    return tuple(found)


def _outcome(turn: Turn, said: str, right: bool) -> Outcome:
    row = turn.row
    return Outcome(
        place=row.place,
        topic=row.current_question,
        language=row.language,
        kind=row.kind,
        text=row.user_input,
        label=turn.label,
        said=said,
        agreed=(right,),
    )


def _row_outcome(
    pack: QuestionPack,
    row: AnswerRow,
    evaluation: Evaluation,
    judged: Sequence[PointJudgement],
) -> Outcome:
    credited = evaluation.points(VerdictStatus.COVERED)
    said = [point_name(pack, row.topic, point) for point in credited]
    instead = TERM if evaluation.intent is Intent.TERM_QUESTION else FAILED
    return Outcome(
        place=row.place,
        topic=shown(pack.topic(row.topic).title),
        language=row.locale,
        kind=row.kind,
        text=row.answer,
        label=", ".join(_labels(pack, row)),
        said=", ".join(said) or instead,
        agreed=tuple(j.agreed for j in judged),
    )


def _verdicts_by_label(
    judgements: Sequence[Sequence[PointJudgement]],
) -> dict[str, dict[str, int]]:
    counted: dict[str, dict[str, int]] = {}
    for judgement in (j for row in judgements for j in row):
        row = counted.setdefault(judgement.label.value, {})
        row[judgement.status.value] = row.get(judgement.status.value, 0) + 1
    return counted
