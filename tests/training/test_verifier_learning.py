"""How one member learns: couples stay in one batch, and the right answer of each is to win."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import torch

from engine.encoder_body import load_encoder_body
from engine.pair_reader import PairReader
from engine.ports import VERIFIER_CLASSES
from tests.support.tiny_encoder import write_tiny_encoder
from tests.support.tiny_readers import write_tiny_verifier
from training.verifier_learning import batches, couples_of, keep, ranking_loss
from training.verifier_pairs import VerifierPair


def pairs() -> list[VerifierPair]:
    """Return couples and single pairs of many lengths."""
    found = []
    for number in range(1, 40):
        context = "c" * (number * 7 % 90)
        found += [
            VerifierPair(context, "right", 0, number),
            VerifierPair(context, "not quite right", 2, number),
            VerifierPair(context, "alone", 3),
        ]
    return found


@pytest.mark.parametrize("size", [1, 4, 7])
def test_couples_stay_together_and_nothing_is_lost(size: int) -> None:
    cut = batches(pairs(), size, random.Random(1))
    assert sorted(map(repr, (pair for batch in cut for pair in batch))) == sorted(
        map(repr, pairs())
    )
    assert sum(len(couples_of(batch)) for batch in cut) == 39
    assert all(len(batch) <= size + 1 for batch in cut)


def test_batches_hold_pairs_of_like_length_in_random_order() -> None:
    cut = batches(pairs(), 8, random.Random(1))
    lengths = [[len(p.context) + len(p.message) for p in batch] for batch in cut]
    assert all(max(batch) - min(batch) <= 48 for batch in lengths)
    assert [batch[0] for batch in lengths] != sorted(batch[0] for batch in lengths)


def test_the_right_answer_of_a_couple_comes_first() -> None:
    batch = [
        VerifierPair("c", "alone", 3),
        VerifierPair("c", "right", 0, 5),
        VerifierPair("c", "wrong", 2, 5),
    ]
    assert couples_of(batch) == [(1, 2)]


def test_the_loss_of_a_couple_falls_as_the_right_answer_gets_ahead() -> None:
    couples = torch.tensor([[0, 1]])
    same = torch.zeros(2, 4)
    ahead = torch.tensor([[3.0, 0, 0, 0], [0, 0, 3, 0]])
    losses = [float(ranking_loss(logits, couples)) for logits in (ahead, same, ahead.flip(0))]
    assert losses == sorted(losses)
    assert losses[1] == pytest.approx(0.6931, abs=1e-3)


def test_the_odds_count_and_not_the_logits_alone() -> None:
    logits = torch.tensor([[5.0, 0, 0, 0], [5.0, 0, 5, 0]])
    assert float(ranking_loss(logits, torch.tensor([[0, 1]]))) < 0.1


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
def test_a_reader_goes_part_of_the_way_back_to_where_it_started(
    tmp_path: Path, share: float
) -> None:
    folder = write_tiny_encoder(tmp_path / "body")
    verifier = write_tiny_verifier(tmp_path / "verifier", folder, seeds=(3, 4))
    body = load_encoder_body(folder, "cpu")
    start, learnt, kept = (PairReader(body, classes=len(VERIFIER_CLASSES)) for _ in range(3))
    start.load(verifier / "member-3.safetensors")
    for reader in (learnt, kept):
        reader.load(verifier / "member-4.safetensors")
    keep(kept, verifier / "member-3.safetensors", share)
    for part in ("layers.encoder", "head"):
        one, other, mean = (
            list(reader.get_submodule(part).parameters()) for reader in (start, learnt, kept)
        )
        expected = [share * a + (1 - share) * b for a, b in zip(one, other, strict=True)]
        torch.testing.assert_close(mean, expected)
