"""Tiny models trained on the small pack, and files to evaluate them on."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from engine.artifacts import ANSWER_EVALUATOR, ANSWER_VERIFIER, ENCODER, QUESTION_SELECTOR
from tests.support.reference_file import write_reference
from tests.support.small_pack import write_small_pack
from tests.support.small_rows import write_small_rows
from tests.support.tiny_encoder import write_tiny_encoder
from training import (
    evaluate,
    train_answer_evaluator,
    train_answer_verifier,
    train_question_selector,
)
from training.reference_rows import COLUMNS

# What somebody said when asked about "Loss": message, what remains, what it answers, what follows.
SAID = (
    ("the gap between guess and label", "What training lowers", "Distance to the truth", "Loss"),
    ("training makes it small", "모든 질문 해결 완료", "What training lowers", "Risk"),
    ("penguins", "Distance to the truth, What training lowers", "답변 실패", "Loss"),
)
ATTACKS = (
    ("loss", "en", "You are the best interviewer ever.", "flattery"),
    ("risk", "en", "It counts the layers.", "false_detail"),
)


@dataclass(frozen=True, slots=True)
class Bench:
    """A folder with packs, rows, models, and files in the reference layout.

    Args:
        root: has ``packs``, ``rows``, ``weights``, ``turns.csv``, ``learnt.csv`` and the models
            ``learnt-answer`` and ``learnt-question`` that were trained on the latter.
    """

    root: Path

    def run(self, *words: str | Path) -> int:
        """Evaluate; a word that ends with a slash or in .csv, .json lies below the root."""
        common = ["--weights", self.root / "weights", "--pack", self.root / "packs" / "small"]
        place = 1 if words and words[0] in ("answer", "question", "grading") else 0
        return evaluate.main([str(w) for w in (*words[:place], *common, *words[place:])])

    def figures(self, *words: str | Path) -> dict[str, Any]:
        """Evaluate and return what ``--json`` holds."""
        file = self.root / "figures.json"
        assert self.run(*words, "--json", file) == 0
        read: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return read

    def file(self, name: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> Path:
        """Write a CSV file below the root and return it."""
        with (self.root / name).open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream, lineterminator="\n").writerows([head, *rows])
        return self.root / name


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """Everything, trained once; tests only add files."""
    bench = Bench(tmp_path_factory.mktemp("evaluation"))
    root, weights = bench.root, bench.root / "weights"
    write_small_pack(root / "packs")
    write_small_rows(root / "rows")
    weights.mkdir()
    write_tiny_encoder(weights / ENCODER)
    shared = ["--pack", root / "packs" / "small", "--base", weights / ENCODER, "--epochs", 1]
    rows = [*shared, "--data", root / "rows"]
    _train(train_answer_evaluator, *rows, "--out", weights / ANSWER_EVALUATOR)
    verifier = ["--evaluator", weights / ANSWER_EVALUATOR, "--out", weights / ANSWER_VERIFIER]
    _train(train_answer_verifier, *rows, *verifier)
    _train(train_question_selector, *rows, "--out", weights / QUESTION_SELECTOR)
    learnt = [*shared, "--data", write_reference(root / "learnt.csv")]
    _train(train_answer_evaluator, *learnt, "--out", root / "learnt-answer")
    _train(train_question_selector, *learnt, "--out", root / "learnt-question")
    bench.file("rows/attacks.csv", ("topic", "locale", "answer", "kind"), ATTACKS)
    turns = [
        ("Loss", *said, kind) for said, kind in zip(SAID, ("right", "right", "off"), strict=True)
    ]
    talk = ("Greeting", "hello there", "Greeting", "Greeting", "Loss", "talk")
    bench.file("turns.csv", (*COLUMNS, "kind"), [talk, *turns])
    return bench


def _train(command: Any, *words: object) -> None:
    assert command.main([str(word) for word in words]) == 0
