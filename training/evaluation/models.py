"""Finds and loads the models that are evaluated."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeAlias

from engine.answer_evaluator import SbertAnswerEvaluator
from engine.answer_verifier import CrossEncoderVerifier
from engine.arrays import FloatArray
from engine.artifacts import (
    ANSWER_EVALUATOR,
    BUNDLED,
    ENCODER,
    MANIFEST,
    QUESTION_SELECTOR,
    Manifest,
    read_manifest,
)
from engine.attribution import read_apart
from engine.candidates import CandidateVectors
from engine.clauses import message_units
from engine.contract import TurnRequest
from engine.encoder import SharedEncoder
from engine.errors import ArtifactError
from engine.intent_head import IntentHead
from engine.point_heads import PointHeads
from engine.ports import (
    AdaptedEncoder,
    AnswerEvaluator,
    AnswerVerifier,
    Evaluation,
    TextEncoder,
)
from engine.question_selector import SbertQuestionSelector, WordsOpinion, topic_vectors
from engine.questions import QuestionPack
from engine.readers import Readers
from engine.verifier_choice import CALIBRATIONS, choose_judge
from engine.verifier_spec import BUNDLED_VERIFIER, VerifierSpec
from training.candidate_model import LAYOUT
from training.evaluation.memory import RememberingEncoder, RememberingVerifier

Build: TypeAlias = Callable[[TextEncoder, AnswerVerifier, CandidateVectors], AnswerEvaluator]


@dataclass(frozen=True, slots=True)
class ModelFolders:
    """Where each model lies; the names are those of the folders below ``engine/weights``.

    Args:
        verifier: which verifier judges in stage 1.
    """

    encoder: Path
    answer_evaluator: Path
    answer_verifier: Path
    question_selector: Path
    calibrations: Path
    verifier: VerifierSpec


class BulkEncoder:
    """Implements `TextEncoder` for hundreds of texts at a time.

    Args:
        encoder: does the work.
    """

    def __init__(self, encoder: SharedEncoder) -> None:
        self._encoder = encoder

    def encode(self, texts: Sequence[str], adapter: str) -> FloatArray:
        """Return unit vectors, one row a text: ``(len(texts), width)``."""
        return self._encoder.encode_many(texts, adapter)


@dataclass(frozen=True, slots=True)
class StageOne:
    """Stage 1 as the bot runs it, with a memory that lets many messages be judged at once.

    Args:
        pack: the pack that the messages reply to.
        encoder: remembers for `evaluator`.
        verifier: remembers for `evaluator`.
        candidates: the pack's candidate vectors.
        evaluator: the stage itself, made of these.
    """

    pack: QuestionPack
    encoder: RememberingEncoder
    verifier: RememberingVerifier
    candidates: CandidateVectors
    evaluator: AnswerEvaluator

    @classmethod
    def of(
        cls, pack: QuestionPack, encoder: TextEncoder, verifier: AnswerVerifier, build: Build
    ) -> StageOne:
        """Put the stage together.

        Args:
            pack: the pack.
            encoder: the encoder with the answer evaluator's adapter.
            verifier: judges pairs.
            build: makes the stage of an encoder, a verifier and candidate vectors.
        """
        texts, pairs = RememberingEncoder(encoder), RememberingVerifier(verifier)
        candidates = CandidateVectors(pack, texts, ANSWER_EVALUATOR, model_digest="", cache=None)
        return cls(pack, texts, pairs, candidates, build(texts, pairs, candidates))

    def prepare(self, texts: Sequence[str]) -> None:
        """Encode messages and the candidates of all topics, as far as they are not known yet."""
        units = [unit for text in texts for unit in message_units(text)]
        points = [point for topic in self.pack for point in topic.points]
        known = [
            text
            for point in points
            for locale in self.pack.locales
            for text in (*point.references[locale], *(w.answer for w in point.wrong[locale]))
        ]
        self.encoder.prepare([*known, *units], ANSWER_EVALUATOR)

    def evaluate(self, requests: Sequence[TurnRequest]) -> list[Evaluation]:
        """Judge messages one by one, with all texts and all pairs computed in two big batches."""
        self.prepare([request.answer for request in requests])
        asked = [(r.answer, self.pack.topic(r.topic_id), r.open_points) for r in requests]
        apart = [text for turn in asked for text in read_apart(*turn).all]
        self.encoder.prepare(apart, ANSWER_EVALUATOR)
        with self.verifier.collecting():
            for request in requests:
                self.evaluator.evaluate(request, self.pack)
        return [self.evaluator.evaluate(request, self.pack) for request in requests]


def model_folders(
    weights: Path, model: Path | None = None, verifier: VerifierSpec = BUNDLED_VERIFIER
) -> ModelFolders:
    """Return the folders of all models.

    Args:
        weights: has one folder a model.
        model: one model that takes the place of its namesake, or a folder like ``weights``.
        verifier: which verifier judges.

    Raises:
        ArtifactError: ``model`` is neither.
    """
    if model is not None and not (model / MANIFEST).exists() and (model / ENCODER).is_dir():
        weights, model = model, None
    folders = ModelFolders(
        **{kind: weights / kind for kind in BUNDLED},
        calibrations=weights / CALIBRATIONS,
        verifier=verifier,
    )
    if model is None:
        return folders
    kind = read_manifest(model).kind
    if kind not in BUNDLED:
        raise ArtifactError(f"{model} holds a model of kind {kind!r}, none of {', '.join(BUNDLED)}")
    changed: dict[str, Any] = {kind: model}
    return replace(folders, **changed)


def learnt_from_reference(model: Path | None) -> bool:
    """Tell whether a model ranks the labels of a file in the reference layout.

    Raises:
        ArtifactError: it has no readable manifest.
    """
    if model is None or not (model / MANIFEST).exists():
        return False
    return read_manifest(model).config.get("layout") == LAYOUT


def stage_one_on(encoder: SharedEncoder, folders: ModelFolders, pack: QuestionPack) -> StageOne:
    """Load the models of stage 1 onto an encoder body.

    Raises:
        ArtifactError: one of them is missing, altered, or does not fit the others.
    """
    verifier = CrossEncoderVerifier(encoder, folders.answer_verifier)
    return stage_one_of(Readers(encoder, verifier), folders, pack)


def stage_one_of(readers: Readers, folders: ModelFolders, pack: QuestionPack) -> StageOne:
    """Put stage 1 together on what reads for it, whichever library that is.

    Raises:
        ArtifactError: a model is missing, altered, or does not fit the others.
    """
    encoder, verifier = readers.encoder, readers.verifier
    answers = encoder.add_adapter(folders.answer_evaluator, ANSWER_EVALUATOR)
    judge = choose_judge(folders.verifier, encoder, answers, verifier, folders.calibrations)
    intents = IntentHead(folders.answer_evaluator, answers.config)
    heads = PointHeads.load(folders.answer_verifier, str(verifier.manifest.config.get("heads_of")))
    floor = _number(answers, "answer_floor")

    def build(
        texts: TextEncoder, pairs: AnswerVerifier, candidates: CandidateVectors
    ) -> SbertAnswerEvaluator:
        known = {pack.id: candidates}
        quick = judge.quick and RememberingVerifier(judge.quick)
        return SbertAnswerEvaluator(
            texts, pairs, intents, heads, judge.policies, known, floor, quick
        )

    return StageOne.of(pack, _in_bulk(encoder), judge.verifier, build)


@dataclass(frozen=True, slots=True)
class StageTwo:
    """Stage 2 as the bot runs it.

    Args:
        pack: the pack whose topics are chosen from.
        encoder: the encoder with the selector's adapter.
        vectors: (pack id, topic id, locale) → unit vector of the topic.
        selector: the stage itself, made of these.
    """

    pack: QuestionPack
    encoder: RememberingEncoder
    vectors: dict[tuple[str, str, str], FloatArray]
    selector: SbertQuestionSelector

    @classmethod
    def of(
        cls,
        pack: QuestionPack,
        encoder: TextEncoder,
        margin: float,
        opinion: WordsOpinion | None = None,
    ) -> StageTwo:
        """Put the stage together from its parts."""
        texts = RememberingEncoder(encoder)
        vectors = topic_vectors({pack.id: pack}, texts)
        selector = SbertQuestionSelector(texts, vectors, margin, opinion)
        return cls(pack, texts, vectors, selector)


def stage_two_on(encoder: AdaptedEncoder, folders: ModelFolders, pack: QuestionPack) -> StageTwo:
    """Load the model of stage 2 onto an encoder body.

    Raises:
        ArtifactError: it is missing, altered, or does not fit the body.
    """
    manifest = encoder.add_adapter(folders.question_selector, QUESTION_SELECTOR)
    opinion = WordsOpinion.load(folders.question_selector, manifest)
    return StageTwo.of(pack, _in_bulk(encoder), _number(manifest, "margin"), opinion)


def _number(manifest: Manifest, name: str) -> float:
    try:
        return float(manifest.config[name])
    except (KeyError, TypeError, ValueError):
        raise ArtifactError(f"the manifest of {manifest.kind} has no usable {name!r}") from None


def _in_bulk(encoder: AdaptedEncoder) -> TextEncoder:
    return BulkEncoder(encoder) if isinstance(encoder, SharedEncoder) else encoder
