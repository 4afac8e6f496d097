"""Evaluates models that were trained on a file of the reference layout, for either stage.

Such a model ranks the labels of its training file. What is legal in a turn is what the pack allows:
the points of the question that was asked, or the question itself and those that may follow it. A
question that the pack does not have leaves everything legal.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.questions import QuestionPack, Topic
from training.candidate_model import CandidateModel
from training.evaluation.labels import FAILED, TERM, PackLabels
from training.evaluation.ranking import Outcome, Ranking
from training.reference_rows import ReferenceRow, Stage, check_labels


def evaluate_candidate_model(
    model: CandidateModel, rows: Sequence[ReferenceRow], pack: QuestionPack
) -> Ranking:
    """Rank all candidates for every row.

    Args:
        model: the model.
        rows: rows of one file.
        pack: says what is legal.

    Raises:
        DataError: a row has a label that the model does not know.
    """
    check_labels(rows, model.stage, model.candidates)
    labels = PackLabels(pack)
    near = model.similarities([model.text_of(row) for row in rows])
    truth = model.truth(rows)
    outcomes = []
    for row, similarities in zip(rows, near, strict=True):
        topic = labels.topic(row.current_question)
        legal = legal_labels(model.candidates, model.stage, pack, topic)
        said = max(legal, key=lambda index: similarities[index])
        label = model.stage.label(row)
        outcomes.append(
            Outcome(
                place=row.place,
                topic=row.current_question,
                language=row.language,
                kind=row.kind,
                text=row.user_input,
                label=label,
                said=model.candidates[said],
                agreed=(model.candidates[said] == label,),
            )
        )
    return Ranking(model.candidates, near, np.asarray(truth, dtype=np.int64), tuple(outcomes))


def legal_labels(
    candidates: Sequence[str], stage: Stage, pack: QuestionPack, topic: Topic | None
) -> list[int]:
    """Return the indices of the candidates that are legal after a question.

    Args:
        candidates: all labels of the model.
        stage: which stage chooses.
        pack: has the topic.
        topic: the question; None where the pack does not have it.
    """
    everything = list(range(len(candidates)))
    if topic is None:
        return everything
    if stage is Stage.ANSWER:
        names = {name for point in topic.points for name in point.name.values()}
        names |= {FAILED, TERM} if topic.kind.judged else _titles(topic)
    else:
        names = {title for t in (topic.id, *topic.next) for title in _titles(pack.topic(t))}
    legal = [index for index in everything if candidates[index] in names]
    return legal or everything


def _titles(topic: Topic) -> set[str]:
    """Return what a topic may be called: its title in any language, and the parts of it."""
    return {name for title in topic.title.values() for name in (title, *title.split(" / "))}
