"""Builds the three stages from the model folders; the only place that knows all of them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from engine.answer_evaluator import SbertAnswerEvaluator
from engine.arrays import FloatArray
from engine.artifacts import ANSWER_EVALUATOR, ANSWER_VERIFIER, QUESTION_SELECTOR, Manifest
from engine.batching import Batching
from engine.bundled_checks import bundled_checker
from engine.cache_folder import cache_folder
from engine.candidates import CandidateVectors
from engine.checked_generator import CheckedGenerator
from engine.curated_generator import CuratedGenerator
from engine.curated_lines import load_reactions
from engine.errors import ArtifactError
from engine.fallback_evaluator import FallbackEvaluator
from engine.intent_head import IntentHead
from engine.point_heads import PointHeads
from engine.ports import (
    AdaptedEncoder,
    AnswerEvaluator,
    QuestionSelector,
    UtteranceGenerator,
)
from engine.question_selector import SbertQuestionSelector, WordsOpinion, topic_vectors
from engine.questions import QuestionPack
from engine.readers import Readers, load_readers
from engine.utterance_writer import UtteranceWriter
from engine.verifier_choice import CALIBRATIONS, Judge, choose_judge
from engine.verifier_spec import BUNDLED_VERIFIER, VerifierKind, VerifierSpec

Stages = tuple[AnswerEvaluator, QuestionSelector, UtteranceGenerator]


def build_stages(  # noqa: PLR0913, PLR0917 - what stages are made of, passed once
    weights: Path,
    device: str,
    packs: Mapping[str, QuestionPack],
    spec: VerifierSpec = BUNDLED_VERIFIER,
    writer: UtteranceWriter | None = None,
    batching: Batching | None = None,
) -> Stages:
    """Load all models and compute the candidate vectors of all packs.

    Args:
        weights: the folder with one folder a model.
        device: ``cpu`` or ``cuda``.
        packs: pack id → pack.
        spec: which verifier judges.
        writer: the language model that phrases utterances; None for curated ones alone.
        batching: has turns that run side by side read together; None where one follows the other.

    Raises:
        ArtifactError: a model is missing, altered, or does not fit the others.
    """
    readers = load_readers(weights, device)
    if batching is not None:
        readers = batching.readers(readers)
    encoder = readers.encoder
    evaluator = build_evaluator(readers, weights, packs, spec, batching)
    selector = encoder.add_adapter(weights / QUESTION_SELECTOR, QUESTION_SELECTOR)
    vectors = _topics(encoder, selector, packs)
    opinion = WordsOpinion.load(weights / QUESTION_SELECTOR, selector)
    return (
        evaluator,
        SbertQuestionSelector(encoder, vectors, _number(selector, "margin"), opinion),
        build_generator(packs, writer),
    )


def build_evaluator(
    readers: Readers,
    weights: Path,
    packs: Mapping[str, QuestionPack],
    spec: VerifierSpec,
    batching: Batching | None = None,
) -> AnswerEvaluator:
    """Load stage 1 onto an encoder body.

    The bundled verifier is there whichever is chosen: it costs little, and what runs on another
    machine may not answer.

    Raises:
        ArtifactError: a model is missing, altered, or does not fit the others.
    """
    encoder, verifier = readers.encoder, readers.verifier
    answers = encoder.add_adapter(weights / ANSWER_EVALUATOR, ANSWER_EVALUATOR)
    candidates = _candidates(encoder, answers, packs)
    intents = IntentHead(weights / ANSWER_EVALUATOR, answers.config)
    heads = PointHeads.load(
        weights / ANSWER_VERIFIER, str(verifier.manifest.config.get("heads_of"))
    )
    floor = _number(answers, "answer_floor")

    def judged_by(judge: Judge) -> SbertAnswerEvaluator:
        judging, quick = judge.verifier, judge.quick
        if batching:
            judging, quick = batching.verifier(judging), quick and batching.verifier(quick)
        return SbertAnswerEvaluator(
            encoder, judging, intents, heads, judge.policies, candidates, floor, quick
        )

    chosen = choose_judge(spec, encoder, answers, verifier, weights / CALIBRATIONS)
    if spec.kind is VerifierKind.BUNDLED:
        return judged_by(chosen)
    bundled = choose_judge(BUNDLED_VERIFIER, encoder, answers, verifier, weights / CALIBRATIONS)
    return FallbackEvaluator(judged_by(chosen), judged_by(bundled))


def build_generator(
    packs: Mapping[str, QuestionPack], writer: UtteranceWriter | None
) -> UtteranceGenerator:
    """Return stage 3: curated utterances, and those of a language model as far as they are good.

    Raises:
        ArtifactError: the curated lines or the checks are damaged.
    """
    curated = CuratedGenerator(load_reactions())
    if writer is None:
        return curated
    return CheckedGenerator(writer, bundled_checker(packs), curated)


def _number(manifest: Manifest, name: str) -> float:
    try:
        return float(manifest.config[name])
    except (KeyError, TypeError, ValueError):
        raise ArtifactError(f"the manifest of {manifest.kind} has no usable {name!r}") from None


def prepare(weights: Path, device: str, packs: Mapping[str, QuestionPack]) -> None:
    """Make all that a worker otherwise makes when it is first needed, and keep it for later starts.

    Args:
        weights: the folder with one folder a model.
        device: ``cpu`` or ``cuda``.
        packs: pack id → pack.

    Raises:
        ArtifactError: a model is missing, altered, or does not fit the others.
    """
    encoder = load_readers(weights, device).encoder
    answers = encoder.add_adapter(weights / ANSWER_EVALUATOR, ANSWER_EVALUATOR)
    for candidates in _candidates(encoder, answers, packs).values():
        candidates.complete()
    selector = encoder.add_adapter(weights / QUESTION_SELECTOR, QUESTION_SELECTOR)
    _topics(encoder, selector, packs)


def _candidates(
    encoder: AdaptedEncoder, answers: Manifest, packs: Mapping[str, QuestionPack]
) -> dict[str, CandidateVectors]:
    digest = encoder.manifest.digest[:8] + answers.digest[:8]
    folder = _vectors_folder("candidates")
    return {
        pack.id: CandidateVectors(
            pack, encoder, ANSWER_EVALUATOR, model_digest=digest, cache=folder
        )
        for pack in packs.values()
    }


def _topics(
    encoder: AdaptedEncoder, selector: Manifest, packs: Mapping[str, QuestionPack]
) -> dict[tuple[str, str, str], FloatArray]:
    digest = encoder.manifest.digest[:8] + selector.digest[:8]
    return topic_vectors(packs, encoder, model_digest=digest, cache=_vectors_folder("topics"))


def _vectors_folder(kind: str) -> Path | None:
    root = cache_folder()
    return root / "vectors" / kind if root else None
