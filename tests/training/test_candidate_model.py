"""An S-BERT learns to rank labels, and is the same after it was saved and loaded."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from engine.artifacts import ANSWER_EVALUATOR, verify
from engine.errors import ArtifactError
from tests.support.reference_file import write_reference
from tests.support.tiny_encoder import write_tiny_encoder
from training.adapters import AdapterSettings, attach, load_body
from training.candidate_loss import PULL, TEMPERATURE, CandidateCrossEntropy, Loss
from training.candidate_model import (
    CandidateModel,
    Choice,
    encoder_of,
    learn_candidates,
    load_candidate_model,
    save_manifest,
)
from training.errors import CheckpointError, DataError
from training.reference_rows import ReferenceRow, Stage, candidates_of, read_reference

SETTINGS = AdapterSettings(epochs=2, rank=8, learning_rate=1e-2, batch_size=12)


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_encoder(tmp_path_factory.mktemp("base") / "encoder")


@pytest.fixture(scope="module")
def rows(tmp_path_factory: pytest.TempPathFactory) -> tuple[ReferenceRow, ...]:
    return read_reference(write_reference(tmp_path_factory.mktemp("rows") / "turns.csv"))


def choice_of(rows: tuple[ReferenceRow, ...], loss: Loss = Loss.SOFTMAX) -> Choice:
    return Choice(Stage.ANSWER, candidates_of(rows, Stage.ANSWER), loss)


@pytest.fixture(scope="module")
def learnt(
    base: Path, rows: tuple[ReferenceRow, ...], tmp_path_factory: pytest.TempPathFactory
) -> tuple[CandidateModel, Path]:
    """A model of stage 1 and the folder that it was saved in."""
    out = tmp_path_factory.mktemp("model")
    body, manifest = load_body(base)
    model = learn_candidates(body, rows, choice_of(rows), SETTINGS, out)
    save_manifest(
        out, model, base={"digest": manifest.digest}, config={}, data={}, metrics={}, seed=20
    )
    return model, out


# The loss


def test_the_loss_is_softmax_over_the_cosines_to_all_candidates(base: Path) -> None:
    body, _ = load_body(base)
    body.eval()
    texts, candidates, truth = ["red", "ten tons"], ["colour", "size", "failed"], [0, 1]
    with torch.no_grad():
        loss = CandidateCrossEntropy(body, candidates)
        found = float(loss([body.preprocess(texts)], torch.tensor(truth)))
    encode = encoder_of(body)
    near = encode(texts) @ encode(candidates).T
    odds = np.exp(near / TEMPERATURE)
    right = (odds / odds.sum(axis=1, keepdims=True))[[0, 1], truth]
    distance = ((near - np.eye(3)[truth]) ** 2).mean()
    assert found == pytest.approx(float(-np.log(right).mean() + PULL * distance), rel=1e-3)


def test_texts_and_candidates_both_learn_from_the_loss(base: Path) -> None:
    body, _ = load_body(base)
    attach(body, 4)
    CandidateCrossEntropy(body, ["colour", "size"])(
        [body.preprocess(["red"])], torch.tensor([1])
    ).backward()
    trained = [p for p in body.parameters() if p.requires_grad]
    assert any(p.grad is not None and p.grad.abs().sum() > 0 for p in trained)


# Learning


@pytest.mark.parametrize("loss", list(Loss))
def test_training_brings_labels_nearer_to_their_texts(
    base: Path, rows: tuple[ReferenceRow, ...], loss: Loss
) -> None:
    choice = choice_of(rows, loss)
    body, _ = load_body(base)
    before = CandidateModel.of(Stage.ANSWER, choice.candidates, encoder_of(body)).score(rows)
    after = learn_candidates(body, rows, choice, SETTINGS).score(rows)
    assert after.corr > before.corr
    assert after.accuracy > before.accuracy


def test_the_same_seed_makes_the_same_model(
    base: Path, rows: tuple[ReferenceRow, ...], learnt: tuple[CandidateModel, Path]
) -> None:
    body, _ = load_body(base)
    again = learn_candidates(body, rows, choice_of(rows), SETTINGS)
    assert np.allclose(again.vectors, learnt[0].vectors, atol=1e-6)


def test_a_row_with_an_unknown_label_is_not_learnt(
    base: Path, rows: tuple[ReferenceRow, ...], tmp_path: Path
) -> None:
    body, _ = load_body(base)
    with pytest.raises(DataError, match="'failed' is none of the 2 labels"):
        learn_candidates(body, rows, Choice(Stage.ANSWER, ("colour", "size")), SETTINGS, tmp_path)
    assert not list(tmp_path.iterdir())


def test_checkpoints_of_another_run_are_not_continued(
    base: Path, rows: tuple[ReferenceRow, ...], learnt: tuple[CandidateModel, Path]
) -> None:
    body, _ = load_body(base)
    with pytest.raises(CheckpointError, match="other rows or with other settings"):
        learn_candidates(body, rows[1:], choice_of(rows), SETTINGS, learnt[1])


# Saving and loading


def test_a_loaded_model_ranks_as_it_did(
    base: Path, rows: tuple[ReferenceRow, ...], learnt: tuple[CandidateModel, Path]
) -> None:
    model, folder = learnt
    loaded = load_candidate_model(folder, base)
    assert (loaded.stage, loaded.candidates) == (Stage.ANSWER, ("colour", "size", "failed"))
    texts = [loaded.text_of(row) for row in rows]
    near = loaded.similarities(texts)
    assert near.shape == (len(rows), 3)
    assert np.allclose(near, model.similarities(texts), atol=0.01)  # weights are halved on saving


def test_the_manifest_says_what_can_be_chosen(learnt: tuple[CandidateModel, Path]) -> None:
    config = verify(learnt[1], ANSWER_EVALUATOR).config
    assert config["layout"] == "reference"
    assert config["stage"] == "answer"
    assert config["candidates"] == ["colour", "size", "failed"]


def test_a_model_of_another_stage_or_kind_is_refused(
    base: Path, learnt: tuple[CandidateModel, Path]
) -> None:
    with pytest.raises(ArtifactError, match="holds no model of stage question"):
        load_candidate_model(learnt[1], base, Stage.QUESTION)
    with pytest.raises(ArtifactError, match="holds no model of stage answer or question"):
        load_candidate_model(base, base)
