"""Which epoch of a voice is kept, and how what it writes is counted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from engine.outcomes import Outcome, Style
from engine.prompts import SpokenTurn
from engine.utterance_checks import CheckedUtterance, UtteranceFault
from tests.support.voices import ScriptedWriter
from training.utterance_scores import (
    EpochScore,
    WritingScore,
    best_of,
    read_scores,
    score_writing,
    write_scores,
)

TURN = SpokenTurn("en", Style.PLAIN, Outcome.COVERED, "Why?", "so", (), (), "Loss", "What is it?")


class NoDoubt:
    """Implements `Checker`; an utterance may not doubt."""

    def check(self, turn: SpokenTurn, texts: Sequence[str]) -> list[CheckedUtterance]:
        faults = {True: (UtteranceFault.OUTCOME,), False: ()}
        return [CheckedUtterance(text, faults["maybe" in text], ()) for text in texts]


def score(epoch: int, loss: float, form: float, accuracy: float) -> EpochScore:
    return EpochScore(epoch, loss, 200, form, accuracy)


@pytest.mark.parametrize(
    ("scores", "kept"),
    [
        # An epoch over the gate goes before a more accurate one under it.
        ((score(1, 2.0, 0.98, 0.80), score(2, 1.0, 0.97, 0.95)), 1),
        ((score(1, 2.0, 0.99, 0.80), score(2, 1.5, 0.98, 0.90), score(3, 1.0, 0.975, 0.85)), 2),
        ((score(1, 2.0, 1.0, 0.9), score(2, 1.5, 1.0, 0.9)), 2),
        # Where none passes, the one that comes nearest.
        ((score(1, 2.0, 0.90, 0.5), score(2, 1.5, 0.80, 0.7)), 1),
    ],
)
def test_the_most_faultless_epoch_within_the_gate_is_kept(
    scores: tuple[EpochScore, ...], kept: int
) -> None:
    assert best_of(scores).epoch == kept


def test_each_turn_is_written_once_with_a_seed_of_its_own() -> None:
    said = {0: "1. What is it?", 1: "Well, maybe. What is it?", 2: "Right. What is it?"}
    writer = ScriptedWriter(lambda _turn, seed: said[seed % 3])
    assert score_writing(writer, NoDoubt(), [TURN] * 33, seed=0) == WritingScore(
        generated=33, format=22 / 33, accuracy=22 / 33
    )
    assert [seed for batch in writer.batches for _, seed in batch] == list(range(33))


def test_scores_are_read_as_they_were_written(tmp_path: Path) -> None:
    scores = (score(1, 2.0, 0.9, 0.5), score(2, 1.5, 1.0, 0.7))
    write_scores(scores, tmp_path / "epochs.json")
    assert read_scores(tmp_path / "epochs.json") == scores
    assert read_scores(tmp_path / "none.json") == ()
