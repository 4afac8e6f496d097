"""Sequence-classification models as the verifier: whose labels are known, whose files are whole."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertForSequenceClassification

from engine.errors import ArtifactError
from engine.hub_verifier import HubVerifier, classes_of_labels
from engine.ports import VERIFIER_CLASSES
from engine.reader_layout import BATCH
from tests.support.tiny_encoder import write_tiny_classifier

NLI = ("Contradiction", "ENTAILMENT", "neutral")
PAIR = ("loss | how wrong the model is", "the error of a prediction")


def leaning(folder: Path, labels: Sequence[str], to: int, by: float = 9.0) -> Path:
    """Write a model that says one label whatever it reads."""
    model = BertForSequenceClassification.from_pretrained(write_tiny_classifier(folder, labels))
    with torch.no_grad():
        model.classifier.weight.zero_()
        model.classifier.bias.zero_()
        model.classifier.bias[to] = by
    model.save_pretrained(folder)
    return folder


def said(folder: Path) -> str:
    (row,) = HubVerifier(str(folder), "cpu").judge([PAIR])
    return str(VERIFIER_CLASSES[int(row.argmax())])


# Labels


@pytest.mark.parametrize(
    ("labels", "to", "verdict"),
    [
        (NLI, 0, "wrong"),
        (NLI, 1, "covered"),
        (NLI, 2, "missing"),
        (("not_entailment", "entails"), 0, "missing"),
        (("missing", "wrong", "Partial", "COVERED"), 2, "partial"),
        (("missing", "wrong", "Partial", "COVERED"), 3, "covered"),
    ],
)
def test_labels_are_known_by_their_names_in_any_order(
    tmp_path: Path, labels: Sequence[str], to: int, verdict: str
) -> None:
    assert said(leaning(tmp_path, labels, to)) == verdict


def test_a_single_score_is_relevance(tmp_path: Path) -> None:
    assert said(leaning(tmp_path / "high", ["LABEL_0"], 0, by=3.0)) == "covered"
    assert said(leaning(tmp_path / "low", ["LABEL_0"], 0, by=-3.0)) == "missing"


def test_what_a_model_has_no_label_for_is_never_said(tmp_path: Path) -> None:
    (row,) = HubVerifier(str(leaning(tmp_path, NLI, 1, by=1.0)), "cpu").judge([PAIR])
    probabilities = np.exp(row)
    assert probabilities.sum() == pytest.approx(1.0, abs=1e-4)
    assert probabilities[1] < 1e-5  # partial


@pytest.mark.parametrize(
    "labels",
    [
        ("LABEL_0", "LABEL_1", "LABEL_2"),
        ("positive", "negative"),
        ("neutral", "contradiction"),
        ("entailment", "entails", "neutral"),
    ],
)
def test_labels_that_mean_nothing_here_are_refused_by_name(labels: Sequence[str]) -> None:
    with pytest.raises(ArtifactError, match=labels[0]) as refused:
        classes_of_labels(dict(enumerate(labels)), "some/model")
    assert "some/model" in str(refused.value)
    assert "id2label" in str(refused.value)


# Judging


def test_pairs_judged_together_are_judged_as_if_alone(tmp_path: Path) -> None:
    verifier = HubVerifier(str(write_tiny_classifier(tmp_path, NLI)), "cpu")
    pairs = [(f"point {n}", "words " * (n % 7)) for n in range(BATCH + 6)]
    together = verifier.judge(pairs)
    assert together.shape == (len(pairs), 4)
    for index in (0, 5, BATCH + 5):
        np.testing.assert_allclose(together[index], verifier.judge([pairs[index]])[0], atol=1e-4)


def test_what_is_longer_than_the_model_reads_is_cut(tmp_path: Path) -> None:
    verifier = HubVerifier(str(write_tiny_classifier(tmp_path, NLI)), "cpu")
    assert np.isfinite(verifier.judge([("point " * 300, "answer " * 300)])).all()


# Files


@pytest.mark.parametrize("lost", ["config.json", "model.safetensors", "tokenizer.json"])
def test_a_half_downloaded_folder_is_refused(tmp_path: Path, lost: str) -> None:
    folder = write_tiny_classifier(tmp_path, NLI)
    (folder / lost).unlink()
    with pytest.raises(ArtifactError, match="complete download") as refused:
        HubVerifier(str(folder), "cpu")
    assert "\n" not in str(refused.value)


def test_a_file_that_was_cut_short_is_refused(tmp_path: Path) -> None:
    file = write_tiny_classifier(tmp_path, NLI) / "model.safetensors"
    file.write_bytes(file.read_bytes()[:-1000])
    with pytest.raises(ArtifactError, match="complete download"):
        HubVerifier(str(tmp_path), "cpu")


def test_a_folder_without_any_tokenizer_is_refused(tmp_path: Path) -> None:
    """transformers makes up an empty vocabulary then."""
    for file in write_tiny_classifier(tmp_path, NLI).glob("tokenizer*"):
        file.unlink()
    with pytest.raises(ArtifactError, match="no vocabulary"):
        HubVerifier(str(tmp_path), "cpu")


def test_a_model_that_never_learnt_to_classify_is_refused(tmp_path: Path) -> None:
    """transformers fills the missing layer with chance."""
    model = BertForSequenceClassification.from_pretrained(write_tiny_classifier(tmp_path, NLI))
    assert isinstance(model.config, BertConfig)
    model.bert.save_pretrained(tmp_path)
    with pytest.raises(ArtifactError, match=r"lacks weights \(classifier"):
        HubVerifier(str(tmp_path), "cpu")


@pytest.mark.parametrize("name", ["nobody/nothing-of-the-kind", "not a name/at all/"])
def test_a_missing_hub_is_said_in_one_line(name: str) -> None:
    with pytest.raises(ArtifactError, match="Check the name and the network") as refused:
        HubVerifier(name, "cpu")
    assert "\n" not in str(refused.value)


def test_a_folder_that_is_none_is_not_looked_for_on_the_hub(tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="is no folder"):
        HubVerifier(str(tmp_path / "nothing"), "cpu")
