"""An S-BERT that ranks a fixed list of candidate labels: learning, saving and loading it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from sentence_transformers import SentenceTransformer
from sentence_transformers.sentence_transformer.losses import CosineSimilarityLoss

from engine.arrays import FloatArray
from engine.artifacts import (
    ANSWER_EVALUATOR,
    QUESTION_SELECTOR,
    Manifest,
    read_manifest,
    write_manifest,
)
from engine.encoder import SharedEncoder
from engine.errors import ArtifactError
from training.adapters import AdapterSettings, attach, save_adapter, set_seed, train_adapter
from training.candidate_loss import CandidateCrossEntropy, Loss
from training.candidate_scores import CandidateScores, Truth
from training.reference_rows import ReferenceRow, Stage, check_labels

Encode: TypeAlias = Callable[[Sequence[str]], FloatArray]

# What the manifest calls models that learn from files in the reference layout.
LAYOUT = "reference"
KINDS: Mapping[Stage, str] = {Stage.ANSWER: ANSWER_EVALUATOR, Stage.QUESTION: QUESTION_SELECTOR}


@dataclass(frozen=True, slots=True)
class Choice:
    """What a model learns to choose.

    Args:
        stage: of which stage.
        candidates: all labels that can be chosen.
        loss: what training lowers.
    """

    stage: Stage
    candidates: tuple[str, ...]
    loss: Loss = Loss.SOFTMAX


@dataclass(frozen=True, slots=True)
class CandidateModel:
    """Ranks candidates by cosine similarity.

    Args:
        stage: what is chosen.
        candidates: all labels that can be chosen.
        encode: turns texts into unit vectors (texts, width).
        vectors: those of the candidates (candidates, width).
    """

    stage: Stage
    candidates: tuple[str, ...]
    encode: Encode
    vectors: FloatArray

    @classmethod
    def of(cls, stage: Stage, candidates: Sequence[str], encode: Encode) -> CandidateModel:
        """Put a model together from any encoder; every candidate is encoded once."""
        return cls(stage, tuple(candidates), encode, encode(candidates))

    def text_of(self, row: ReferenceRow) -> str:
        """Return what the model reads of a row."""
        return self.stage.text(row)

    def similarities(self, texts: Sequence[str]) -> FloatArray:
        """Return the cosine similarity of each text to each candidate (texts, candidates)."""
        return self.encode(texts) @ self.vectors.T

    def score(self, rows: Sequence[ReferenceRow]) -> CandidateScores:
        """Measure the model, choosing among all candidates.

        Raises:
            DataError: a row has a label that is no candidate.
        """
        check_labels(rows, self.stage, self.candidates)
        near = self.similarities([self.text_of(row) for row in rows])
        return CandidateScores.of(near, self.truth(rows))

    def truth(self, rows: Sequence[ReferenceRow]) -> Truth:
        """Return the index of each row's label among the candidates (rows,)."""
        return np.array([self.candidates.index(self.stage.label(row)) for row in rows], np.int64)


def learn_candidates(
    body: SentenceTransformer,
    rows: Sequence[ReferenceRow],
    choice: Choice,
    settings: AdapterSettings,
    out: Path | None = None,
) -> CandidateModel:
    """Train an adapter in the body, in place, and return the model that it makes.

    Args:
        body: the encoder body; gets the adapter.
        rows: to learn from.
        choice: what to choose, and by which loss to learn it.
        settings: how to train.
        out: takes the adapter and the checkpoints; None keeps nothing.

    Raises:
        DataError: a row has a label that is no candidate.
        CheckpointError: ``out`` holds a checkpoint of another run.
    """
    stage, candidates = choice.stage, choice.candidates
    check_labels(rows, stage, candidates)
    set_seed(settings.seed)
    adapter = attach(body, settings.rank)
    texts = [stage.text(row) for row in rows]
    truth = [candidates.index(stage.label(row)) for row in rows]
    if choice.loss is Loss.SOFTMAX:
        softmax = CandidateCrossEntropy(body, candidates)
        train_adapter(body, {"text": texts, "label": truth}, softmax, settings, out)
    else:
        columns = _pairs(texts, truth, candidates)
        train_adapter(body, columns, CosineSimilarityLoss(body), settings, out)
    if out is not None:
        save_adapter(adapter, out)
    return CandidateModel.of(stage, candidates, encoder_of(body))


def save_manifest(out: Path, model: CandidateModel, **fields: Any) -> Manifest:
    """Write the manifest beside the adapter that `learn_candidates` left.

    Args:
        out: the model folder.
        model: what was learnt.
        fields: ``base``, ``config`` (how it was trained), ``data``, ``metrics``, ``seed``.
    """
    config = {"layout": LAYOUT, "stage": model.stage.value, "candidates": list(model.candidates)}
    fields["config"] = {**fields["config"], **config}
    return write_manifest(out, Manifest(kind=KINDS[model.stage], **fields))


def load_candidate_model(
    folder: Path, base: Path, stage: Stage | None = None, device: str = "cpu"
) -> CandidateModel:
    """Load a finished model.

    Args:
        folder: the model's.
        base: the encoder body's.
        stage: what it must choose; whatever it says of itself unless given.
        device: ``cpu`` or ``cuda``.

    Raises:
        ArtifactError: it is missing, altered, of another kind, or was trained on another body.
    """
    config = read_manifest(folder).config
    found = Stage(config["stage"]) if config.get("layout") == LAYOUT else None
    if found is None or found is not (stage or found):
        raise ArtifactError(
            f"{folder} holds no model of stage {stage or 'answer or question'} that was trained on"
            " a file in the reference layout"
        )
    encoder = SharedEncoder(base, device)
    manifest = encoder.add_adapter(folder, KINDS[found])

    def encode(texts: Sequence[str]) -> FloatArray:
        return encoder.encode(texts, KINDS[found])

    return CandidateModel.of(found, manifest.config["candidates"], encode)


def encoder_of(body: SentenceTransformer) -> Encode:
    """Return the function that encodes with a body, whatever adapter is in it."""

    def encode(texts: Sequence[str]) -> FloatArray:
        vectors = body.encode(list(texts), batch_size=64, show_progress_bar=False)
        return np.asarray(vectors, dtype=np.float32)

    return encode


def _pairs(
    texts: Sequence[str], truth: Sequence[int], candidates: Sequence[str]
) -> dict[str, list[Any]]:
    """Return every text with every candidate, and 1 where they belong together, otherwise 0."""
    pairs = [
        (text, candidate, float(index == right))
        for text, right in zip(texts, truth, strict=True)
        for index, candidate in enumerate(candidates)
    ]
    return {
        "sentence1": [text for text, _, _ in pairs],
        "sentence2": [candidate for _, candidate, _ in pairs],
        "score": [score for _, _, score in pairs],
    }
