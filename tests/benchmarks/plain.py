"""The same models run plainly: what the engine's speed is held against.

`plain_encoder` is what a first program would do: ``SentenceTransformer.encode`` in fp32.
`ReferenceWay` is how the system that Aurora follows took a turn: for each candidate it encoded the
message once more and read the candidates' vectors from a CSV file.
"""

from __future__ import annotations

import csv
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from peft import PeftModel
from sentence_transformers import SentenceTransformer, models

from engine.artifacts import ENCODER, WEIGHTS
from engine.encoder_body import load_encoder_body
from engine.reader_layout import TEXT_TOKENS


def plain_encoder(adapter: str) -> SentenceTransformer:
    """Return the encoder of one stage as a sentence transformer in fp32, its adapter folded in."""
    body = load_encoder_body(WEIGHTS / ENCODER, "cpu")
    adapted = PeftModel.from_pretrained(body.model, str(WEIGHTS / adapter))
    with tempfile.TemporaryDirectory() as folder:
        adapted.merge_and_unload().save_pretrained(folder)
        body.tokenizer.save_pretrained(folder)
        transformer = models.Transformer(folder, max_seq_length=TEXT_TOKENS)
        pooling = models.Pooling(body.width, pooling_mode="mean")
        return SentenceTransformer(modules=[transformer, pooling, models.Normalize()], device="cpu")


class ReferenceWay:
    """One stage: compares a message with every candidate, one forward pass for each.

    Args:
        model: the encoder.
        file: where the candidates' vectors are written to, once, and read from, every turn.
        candidates: their texts.
    """

    def __init__(self, model: SentenceTransformer, file: Path, candidates: Sequence[str]) -> None:
        self._model = model
        self._file = file
        with file.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(
                [text, " ".join(map(str, vector))]
                for text, vector in zip(candidates, model.encode(list(candidates)), strict=True)
            )

    def nearest(self, message: str) -> str:
        """Return the candidate that is nearest to a message."""
        similarities: dict[str, float] = {}
        with self._file.open(encoding="utf-8", newline="") as stream:
            for text, written in csv.reader(stream):
                candidate = np.array(written.split(), dtype=np.float32)
                similarities[text] = _cosine(self._model.encode(message), candidate)
        return max(similarities, key=similarities.__getitem__)


def _cosine(one: Any, other: Any) -> float:
    return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))
