"""From similarities and the verifier's logits to a verdict: features, calibration, thresholds.

The calibration is a multinomial logistic regression over a handful of features, fitted on
validation rows; it and the thresholds are stored in the manifest of the answer verifier.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.arrays import FloatArray
from engine.candidates import PointVectors
from engine.contract import PointVerdict, VerdictStatus
from engine.errors import ArtifactError
from engine.loose_words import is_loose_words
from engine.ports import VERIFIER_CLASSES
from engine.questions import Topic
from engine.rhetorical_questions import as_statement
from engine.verbatim import says_word_for_word

REFERENCES_SHOWN = 2
# A message of at most so many characters may be quoted whole.
QUOTED_WHOLE = 120
# The verifier's logits, then the four similarities of a `Proximity`; the score of the point's head
# follows where it has one.
FEATURES = len(VERIFIER_CLASSES) + 4
FEATURES_WITH_HEAD = FEATURES + 1
# Beyond this the verifier reads the sentences nearest to the point instead of the whole message.
VERIFIER_CHARACTERS = 420
# A misconception is only named to somebody who comes about as near to it as a rewording would:
# below this cosine similarity an answer is wrong in a way of its own.
MISCONCEPTION_FLOOR = 0.6


@dataclass(frozen=True, slots=True)
class Proximity:
    """How near a message comes to one answer point.

    "The message" is what it says about the point (`engine.attribution`): all of it, mostly.

    Args:
        reference: highest cosine similarity of the whole message to a right answer.
        wrong: the same to a wrong answer.
        clause_reference, clause_wrong: the same for the best single clause.
        evidence: the piece of the message nearest to a right answer, verbatim.
        wrong_evidence: the piece nearest to a wrong answer, verbatim.
        nearest: the right answers to show to the verifier, nearest first.
        misconception: index of the wrong answer that the message repeats; None where it comes no
            nearer to one than `MISCONCEPTION_FLOOR`, or nearer to a right answer.
        verbatim: whether the message is one of the right answers, word for word
            (`engine.verbatim`).
        loose_words: whether the message strings words together and says nothing
            (`engine.loose_words`).
    """

    reference: float
    wrong: float
    clause_reference: float
    clause_wrong: float
    evidence: str
    wrong_evidence: str
    nearest: tuple[str, ...]
    misconception: int | None
    verbatim: bool = False
    loose_words: bool = False

    @property
    def nearness(self) -> float:
        """Highest similarity to any right or wrong answer: how much it is about the point."""
        return max(self.reference, self.clause_reference, self.wrong, self.clause_wrong)

    @property
    def similarity(self) -> float:
        """Highest similarity of the message or one of its clauses to a right answer."""
        return max(self.reference, self.clause_reference)


def proximity(
    units: Sequence[str],
    vectors: FloatArray,
    point: PointVectors,
    subject: Sequence[str] = (),
    *,
    message: str | None = None,
) -> Proximity:
    """Compare what a message says about one answer point with its candidates.

    Args:
        units: all that is said about the point first, then the clauses of that.
        vectors: their unit vectors, ``(len(units), d)``.
        point: the candidates.
        subject: names of what the question is about.
        message: the whole message, where more is said in it: what is quoted must stand there.
    """
    right, wrong = vectors @ point.reference_vectors.T, vectors @ point.wrong_vectors.T
    pieces = slice(1, None) if len(units) > 1 else slice(0, 1)
    best = int(right[pieces].max(axis=1).argmax()) + (pieces.start or 0)
    whole = len(units[0]) <= QUOTED_WHOLE and (message is None or units[0] in message)
    if whole and right[0].max() >= right[best].max():
        best = 0  # a list, say, earns its point as a whole
    best_wrong = int(wrong[pieces].max(axis=1).argmax()) + (pieces.start or 0)
    own = right[:, : len(point.references)].max(axis=0)
    # Rounded, so that which of two equally near ones is shown does not hang on who else is read.
    order = np.argsort(-own.round(4), kind="stable")[:REFERENCES_SHOWN]
    return Proximity(
        reference=float(right[0].max()),
        wrong=float(wrong[0].max()),
        clause_reference=float(right[pieces].max()),
        clause_wrong=float(wrong[pieces].max()),
        evidence=units[best],
        wrong_evidence=units[best_wrong],
        nearest=tuple(point.references[int(i)] for i in order),
        misconception=_repeated(right[[0, best_wrong]], wrong[[0, best_wrong]]),
        verbatim=any(
            says_word_for_word(said, point.references, subject)
            for said in dict.fromkeys((units[0], message or units[0]))
        ),
        # Joined without their commas, clauses may look looser than what was typed.
        loose_words=all(
            is_loose_words(said, point.references)
            for said in dict.fromkeys((units[0], message or units[0]))
        ),
    )


def _repeated(right: FloatArray, wrong: FloatArray) -> int | None:
    """Return the index of the wrong answer that one of the texts repeats, if any does.

    Args:
        right: similarities to the right answers, ``(texts, right answers)``.
        wrong: the same to the wrong answers.
    """
    text, nearest = divmod(int(wrong.argmax()), wrong.shape[1])
    similarity = float(wrong[text, nearest])
    repeats = similarity >= MISCONCEPTION_FLOOR and similarity > float(right[text].max())
    return nearest if repeats else None


def features(near: Proximity, logits: FloatArray, head: float | None) -> FloatArray:
    """Return the features of one (message, point).

    Args:
        near: the similarities.
        logits: the verifier's, ``(4,)``.
        head: the score of the point's head (`engine.point_heads`), None where it has none.
    """
    similarities = (near.reference, near.wrong, near.clause_reference, near.clause_wrong)
    learnt = () if head is None else (head,)
    return np.asarray([*logits, *similarities, *learnt], dtype=np.float32)


@dataclass(frozen=True, slots=True)
class VerdictPolicy:
    """Turns features into a verdict.

    Args:
        weights: of the calibration, in `VERIFIER_CLASSES` order, ``(4, FEATURES)``, or
            ``(4, FEATURES_WITH_HEAD)`` for points that have a head.
        bias: ``(4,)``.
        covered: least probability of covered for the point to be credited.
        wrong: least probability of wrong for the answer to be called wrong.
        unsure: least probability of covered for a follow-up instead of "missing".
        partial: least probability of partial for "partial".
    """

    weights: FloatArray
    bias: FloatArray
    covered: float
    wrong: float
    unsure: float
    partial: float

    @classmethod
    def from_config(cls, policy: Mapping[str, Any], size: int) -> VerdictPolicy:
        """Read one policy of a manifest.

        Args:
            policy: what the manifest says.
            size: how many features it is about.

        Raises:
            ArtifactError: it does not fit.
        """
        try:
            read = cls(
                weights=np.asarray(policy["weights"], dtype=np.float32),
                bias=np.asarray(policy["bias"], dtype=np.float32),
                covered=float(policy["covered"]),
                wrong=float(policy["wrong"]),
                unsure=float(policy["unsure"]),
                partial=float(policy["partial"]),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise ArtifactError(f"the verifier's manifest has no usable policy: {error}") from None
        if (read.weights.shape, read.bias.shape) != (
            (len(VERIFIER_CLASSES), size),
            (len(VERIFIER_CLASSES),),
        ):
            raise ArtifactError("the policy in the verifier's manifest has the wrong shape")
        return read

    def to_config(self) -> dict[str, Any]:
        """Return what `from_config` reads."""
        return {
            "weights": self.weights.round(5).tolist(),
            "bias": self.bias.round(5).tolist(),
            "covered": self.covered,
            "wrong": self.wrong,
            "unsure": self.unsure,
            "partial": self.partial,
        }

    def probabilities(self, of: FloatArray) -> FloatArray:
        """Return calibrated probabilities, ``(4,)`` or ``(n, 4)``, in `VERIFIER_CLASSES` order."""
        scores = of @ self.weights.T + self.bias
        scores = np.exp(scores - scores.max(axis=-1, keepdims=True))
        return np.asarray(scores / scores.sum(axis=-1, keepdims=True), dtype=np.float32)

    def status(self, probabilities: FloatArray) -> VerdictStatus:
        """Return the verdict for one row of probabilities; doubt never credits a point.

        However low the threshold, a point is credited, or called partly right, only while no other
        verdict is likelier.
        """
        p = dict(zip(VERIFIER_CLASSES, map(float, probabilities), strict=True))
        if p[VerdictStatus.COVERED] >= max(self.covered, *p.values()):
            return VerdictStatus.COVERED
        if p[VerdictStatus.WRONG] >= self.wrong:
            return VerdictStatus.WRONG
        if p[VerdictStatus.PARTIAL] >= max(self.partial, *p.values()):
            return VerdictStatus.PARTIAL
        if p[VerdictStatus.COVERED] >= self.unsure:
            return VerdictStatus.UNSURE
        return VerdictStatus.MISSING

    def verdict(self, point_id: str, near: Proximity, probabilities: FloatArray) -> PointVerdict:
        """Return the verdict on one answer point, with the words that earned it."""
        # Nobody trained may doubt what the pack itself calls right.
        status = VerdictStatus.COVERED if near.verbatim else self.status(probabilities)
        if status is VerdictStatus.COVERED and near.loose_words and not near.verbatim:
            status = VerdictStatus.UNSURE
        wrong = status is VerdictStatus.WRONG
        evidence = near.wrong_evidence if wrong else near.evidence
        return PointVerdict(
            point_id=point_id,
            status=status,
            evidence=None if status is VerdictStatus.MISSING else evidence,
            similarity=near.similarity,
            probability=1.0 if near.verbatim else float(probabilities[0]),
            misconception=near.misconception if wrong else None,
        )


@dataclass(frozen=True, slots=True)
class VerdictPolicies:
    """The policy of points whose answers were learnt from, and the one of all other points.

    What the verifier says of a question that it never met is worth less, and is calibrated apart.

    Args:
        known: for points that have a head.
        unseen: for points that have none.
    """

    known: VerdictPolicy
    unseen: VerdictPolicy

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> VerdictPolicies:
        """Read both from the config of the verifier's manifest.

        Raises:
            ArtifactError: one is missing or does not fit.
        """
        try:
            known, unseen = config["policy"], config["policy_unseen"]
        except KeyError as error:
            raise ArtifactError(f"the verifier's manifest has no {error}") from None
        return cls(
            VerdictPolicy.from_config(known, FEATURES_WITH_HEAD),
            VerdictPolicy.from_config(unseen, FEATURES),
        )

    def of(self, row: FloatArray) -> VerdictPolicy:
        """Return the policy that one row of features is to be judged by."""
        return self.known if len(row) == FEATURES_WITH_HEAD else self.unseen


def verifier_pair(  # noqa: PLR0913, PLR0917 - all that is known of one message and one point
    topic: Topic,
    point_id: str,
    locale: str,
    near: Proximity,
    units: Sequence[str],
    vectors: FloatArray,
    known: PointVectors,
) -> tuple[str, str]:
    """Return what the verifier reads of one message and one point."""
    context = verifier_context(topic.point(point_id).name[locale], near.nearest)
    return context, verifier_text(units, vectors, known)


def verifier_text(units: Sequence[str], vectors: FloatArray, point: PointVectors) -> str:
    """Return what the verifier reads: the message, or its nearest clauses where it is long.

    What is asked for the sake of a nod is stated.
    """
    if len(units[0]) <= VERIFIER_CHARACTERS or len(units) == 1:
        return as_statement(units[0][:VERIFIER_CHARACTERS])
    nearness = (vectors[1:] @ point.reference_vectors.T).max(axis=1)
    kept: list[int] = []
    length = 0
    for index in map(int, np.argsort(-nearness)):
        length += len(units[index + 1]) + 1
        if length > VERIFIER_CHARACTERS and kept:
            break
        kept.append(index)
    return as_statement(" ".join(units[i + 1] for i in sorted(kept))[:VERIFIER_CHARACTERS])


def verifier_context(point_name: str, references: Sequence[str]) -> str:
    """Return the first half of a verifier pair: the point and right answers to it."""
    return " | ".join((point_name, *references))
