"""Runs labelled answers through the stored models of stage 1: what verdicts are calibrated on.

Everything goes through the very code that serves: the stored weights, the candidate vectors, the
clauses.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from engine.answer_verifier import CrossEncoderVerifier
from engine.arrays import FloatArray
from engine.artifacts import ANSWER_EVALUATOR
from engine.attribution import read_apart
from engine.candidates import CandidateVectors
from engine.contract import VerdictStatus
from engine.encoder import SharedEncoder
from engine.point_heads import PointHeads
from engine.ports import AnswerVerifier
from engine.questions import QuestionPack
from engine.verdicts import FEATURES_WITH_HEAD, Proximity, features, proximity, verifier_pair
from training.question_sets import is_calibrating, read_further, read_unseen
from training.rows import AnswerRow, label_of, of_split


@dataclass(frozen=True, slots=True)
class Case:
    """One (message, point) with its features and label."""

    row: AnswerRow
    point_id: str
    label: VerdictStatus
    features: FloatArray

    @property
    def has_head(self) -> bool:
        """Whether the point's answers were learnt from."""
        return len(self.features) == FEATURES_WITH_HEAD


@dataclass(frozen=True, slots=True)
class Strangers:
    """Answers to questions that nothing was learnt of.

    Args:
        tuned: to calibrate on: half of the unseen questions, and the validation split of the
            further ones.
        unseen: to score: the other half of the unseen questions.
        further: to score: the test split of the further questions, which are by the hands that
            wrote those to learn from.
    """

    tuned: list[Case] = field(default_factory=list)
    unseen: list[Case] = field(default_factory=list)
    further: list[Case] = field(default_factory=list)


def find_cases(
    pack: QuestionPack, rows: Sequence[AnswerRow], options: argparse.Namespace
) -> list[Case]:
    """Run rows through the stored models.

    Args:
        pack: the pack that the rows belong to.
        rows: labelled answers.
        options: names ``base``, ``evaluator``, ``device``, ``data`` and ``out``, the folder of the
            verifier.

    Raises:
        ArtifactError: one of the models cannot be used.
    """
    encoder = SharedEncoder(options.base, options.device)
    encoder.add_adapter(options.evaluator, ANSWER_EVALUATOR)
    verifier = CrossEncoderVerifier(encoder, options.out)
    return cases_of(pack, rows, encoder, verifier, PointHeads.load(options.out, pack.id))


def find_strangers(
    data: Path, cases: Callable[[QuestionPack, Sequence[AnswerRow]], list[Case]]
) -> Strangers:
    """Run answers to questions outside of every pack through models; none where there are no files.

    Args:
        data: folder of the labelled rows.
        cases: runs rows of a pack through the models.

    Raises:
        DataError: a file has faults.
    """
    found = Strangers()
    unseen, further = read_unseen(data), read_further(data)
    if unseen is not None:
        for case in cases(unseen.pack, unseen.rows):
            (found.tuned if is_calibrating(case.row.topic) else found.unseen).append(case)
    if further is not None:
        found.tuned.extend(cases(further.pack, of_split(further.rows, "validation")))
        found.further.extend(cases(further.pack, of_split(further.rows, "test")))
    return found


def cases_of(
    pack: QuestionPack,
    rows: Sequence[AnswerRow],
    encoder: SharedEncoder,
    verifier: AnswerVerifier,
    heads: PointHeads,
) -> list[Case]:
    """Run rows through loaded models.

    Where an answer speaks of other points only (`engine.attribution`) no model is asked, and there
    is no case.

    Args:
        pack: the pack that the rows belong to.
        rows: labelled answers.
        encoder: has the answer evaluator's adapter.
        verifier: judges pairs.
        heads: of the points whose answers were learnt from.
    """
    candidates = CandidateVectors(pack, encoder, ANSWER_EVALUATOR, model_digest="", cache=None)
    read = [read_apart(row.answer, pack.topic(row.topic), _points(pack, row)) for row in rows]
    # All at once: one row after another would leave a GPU idle and a processor waiting.
    vectors = encoder.encode_many([t for texts in read for t in texts.all], ANSWER_EVALUATOR)
    seen: list[tuple[AnswerRow, str, Proximity, float | None]] = []
    pairs: list[tuple[str, str]] = []
    start = 0
    for row, texts in zip(rows, read, strict=True):
        of_row = vectors[start : start + len(texts.all)]
        start += len(texts.all)
        topic = pack.topic(row.topic)
        for point_id in texts.places:
            if (of_point := texts.units(point_id, of_row)) is None:
                continue
            units, own = of_point
            known = candidates.of(topic.id, point_id, row.locale)
            near = proximity(units, own, known, topic.subject, message=row.answer)
            learnt = heads.scores(pack.id, topic, units[0]) or {}
            seen.append((row, point_id, near, learnt.get(point_id)))
            pairs.append(verifier_pair(topic, point_id, row.locale, near, units, own, known))
    logits = verifier.judge(pairs)
    return [
        Case(
            row,
            point_id,
            VerdictStatus(label_of(row, point_id)),
            features(near, scores, head),
        )
        for (row, point_id, near, head), scores in zip(seen, logits, strict=True)
    ]


def _points(pack: QuestionPack, row: AnswerRow) -> tuple[str, ...]:
    return tuple(pack.topic(row.topic).point_ids)
