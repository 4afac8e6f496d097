"""Trains the verifier of stage 1: is a message true of an answer point?

    python -m training.train_answer_verifier --evaluator engine/weights/answer_evaluator \
        --corpora CORPORA --out runs/answer_verifier

Layers of its own on the shared word embeddings, and one linear layer, learn from public inference
and grading sets first (if ``--corpora`` is given), then from the labelled answers. Afterwards the
calibration is fitted and the thresholds are chosen on the validation rows, and everything is scored
on the test rows. If ``--out`` holds a finished model it is scored again, not trained.
"""

from __future__ import annotations

import argparse
import json
import logging
import math
import random
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import torch
from safetensors.numpy import save_file
from safetensors.torch import save_file as save_torch
from sentence_transformers import SentenceTransformer

from engine.answer_verifier import HEAD_FILE
from engine.artifacts import (
    ANSWER_EVALUATOR,
    ANSWER_VERIFIER,
    Manifest,
    verify,
    write_manifest,
)
from engine.contract import Intent
from engine.errors import EngineError
from engine.pack_reader import read_pack
from engine.pair_reader import LAYERS_FILE, PairReader
from engine.ports import VERIFIER_CLASSES
from engine.questions import QuestionPack
from engine.verdicts import VerdictPolicy
from training.adapters import clear, finished, load_body, set_seed
from training.errors import DataError, TrainingError
from training.options import training_parser
from training.row_checks import check_answers, check_splits
from training.rows import AnswerRow, label_of, of_split, read_answers
from training.rows_digest import rows_sha256
from training.verdict_policy import find_cases, fit_policy, score
from training.verifier_pairs import (
    LICENCES,
    VerifierPair,
    inference_pairs,
    pack_pairs,
    row_pairs,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class VerifierSettings:
    """How the verifier is trained.

    Args:
        epochs: passes over the labelled rows; each draws other right answers.
        inference_epochs: passes over the public sets, before.
        learning_rate: peak, with warm-up and decay.
        batch_size: pairs a step.
        references: right answers drawn per row, point and epoch.
        smoothing: of the labels.
        seed: random seed.
    """

    epochs: int = 12
    inference_epochs: int = 2
    learning_rate: float = 1.5e-4
    batch_size: int = 32
    references: int = 1
    smoothing: float = 0.05
    seed: int = 20


class Verifier(torch.nn.Module):  # type: ignore[misc]  # torch is not followed
    """A pair reader that starts as a copy of the body's layers, and one linear layer on top."""

    def __init__(self, body: SentenceTransformer) -> None:
        super().__init__()
        self.reader = PairReader(body)
        self.reader.load_weights(body[0].auto_model.state_dict())
        self.layers = self.reader.model
        self.layers.get_input_embeddings().requires_grad_(requires_grad=False)
        self.head = torch.nn.Linear(body.get_embedding_dimension(), len(VERIFIER_CLASSES))

    def forward(self, pairs: Sequence[VerifierPair]) -> torch.Tensor:
        """Return logits, ``(len(pairs), 4)``."""
        states = self.reader.states([(pair.context, pair.message) for pair in pairs])
        logits: torch.Tensor = self.head(states)
        return logits.float()


def main(argv: Sequence[str] | None = None) -> int:
    """Train or score; return the exit code."""
    parser = training_parser("python -m training.train_answer_verifier", __doc__ or "", epochs=12)
    parser.add_argument("--evaluator", type=Path, required=True, help="trained answer evaluator")
    parser.add_argument("--corpora", type=Path, help="folder of public inference and grading sets")
    parser.add_argument("--inference-epochs", type=int, default=2, help="passes over those sets")
    options = parser.parse_args(argv)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    settings = VerifierSettings(
        epochs=options.epochs, inference_epochs=options.inference_epochs, seed=options.seed
    )
    try:
        manifest = None if options.force else finished(options.out, ANSWER_VERIFIER)
        pack = read_pack(options.pack)
        rows = read_rows(pack, options.data)
        if manifest is not None and manifest.config["policy"]:
            policy = VerdictPolicy.from_config(manifest.config)
            metrics = score(policy, find_cases(pack, of_split(rows, "test"), options))
        else:
            metrics = dict(train(pack, rows, options, settings).metrics)
    except (TrainingError, EngineError) as error:
        print(f"training: {error}", file=sys.stderr)
        return 2
    print(json.dumps(metrics, indent=2))
    return 0


def read_rows(pack: QuestionPack, data: Path) -> tuple[AnswerRow, ...]:
    """Read and check the labelled answers below a folder; leaves out what is no answer.

    Raises:
        DataError: with every fault of the first file or check that has some.
    """
    rows = read_answers(data / "answers")
    check_answers(rows, pack)
    answers = tuple(row for row in rows if row.intent is Intent.ANSWER)
    check_splits(answers, "answers")
    tuned = of_split(answers, "validation")
    if len({label_of(row, p) for row in tuned for p in pack.topic(row.topic).point_ids}) < 2:
        raise DataError(("answers:1: covered, partial, wrong: one label in all of validation",))
    return answers


def train(
    pack: QuestionPack,
    rows: Sequence[AnswerRow],
    options: argparse.Namespace,
    settings: VerifierSettings,
) -> Manifest:
    """Train, calibrate, score, and write the model folder.

    A folder that was trained with these settings and rows, but not calibrated, is calibrated only.

    Args:
        pack: the pack that the rows belong to.
        rows: checked answers.
        options: names ``data``, ``base``, ``evaluator``, ``corpora``, ``out`` and ``force``.
        settings: how to train.

    Raises:
        CorpusError: a public set has faults.
        ArtifactError, BaseModelError: a model that this one builds on cannot be used.
    """
    body, body_manifest = load_body(options.base)
    public: list[VerifierPair] = []
    chance = set_seed(settings.seed)
    if options.corpora is not None and settings.inference_epochs:
        public = inference_pairs(options.corpora, chance)
    manifest = Manifest(
        kind=ANSWER_VERIFIER,
        base={"kind": "encoder", "digest": body_manifest.digest},
        config={"policy": {}, **asdict(settings)},
        data={
            "answers": rows_sha256((options.data / "answers").glob("*.csv")),
            "pack": f"{pack.id} {pack.version} {pack.digest}",
            "licence": "Apache-2.0, written for this project",
            "public": LICENCES if public else {},
        },
        metrics={},
        seed=settings.seed,
    )
    if options.force:
        clear(options.out)
    if not _awaits_calibration(options.out, manifest):
        verifier = Verifier(body)
        _learn_all(verifier, pack, rows, public, settings, chance)
        _save(verifier, options.out)
        write_manifest(options.out, manifest)
    evaluator = verify(options.evaluator, ANSWER_EVALUATOR).digest
    fitted = fit_policy(pack, rows, options)
    config = {**manifest.config, "policy": fitted.policy, "evaluator": evaluator}
    return write_manifest(options.out, replace(manifest, config=config, metrics=fitted.metrics))


def _awaits_calibration(out: Path, manifest: Manifest) -> bool:
    """Whether `out` holds what training as `manifest` says would make, thresholds still to come."""
    found = finished(out, ANSWER_VERIFIER)
    return found is not None and replace(found, files={}) == manifest


def _learn_all(  # noqa: PLR0913, PLR0917 - all that the two phases of learning need
    verifier: Verifier,
    pack: QuestionPack,
    rows: Sequence[AnswerRow],
    public: Sequence[VerifierPair],
    settings: VerifierSettings,
    chance: random.Random,
) -> None:
    """Learn from the public pairs first, then from labelled answers and the pack."""
    if public:
        log.info("%d public pairs", len(public))
        _learn(verifier, [list(public)] * settings.inference_epochs, settings, chance)
    learned = of_split(rows, "train")
    epochs = [
        [*row_pairs(pack, learned, settings.references, chance), *pack_pairs(pack, chance)]
        for _ in range(settings.epochs)
    ]
    log.info("%d pairs an epoch from %d rows", len(epochs[0]), len(learned))
    _learn(verifier, epochs, settings, chance)


def _learn(
    verifier: Verifier,
    epochs: Sequence[list[VerifierPair]],
    settings: VerifierSettings,
    chance: random.Random,
) -> None:
    """Run the epochs with AdamW, linear warm-up and cosine decay, in bf16 where it is faster."""
    weights = [p for p in verifier.parameters() if p.requires_grad]
    optimiser = torch.optim.AdamW(weights, lr=settings.learning_rate, weight_decay=0.01)
    total = sum(math.ceil(len(epoch) / settings.batch_size) for epoch in epochs)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda s: _rate(s, total))
    verifier.train()
    for number, epoch in enumerate(epochs, 1):
        started, losses = time.monotonic(), []
        for batch in batches(epoch, settings.batch_size, chance):
            with torch.autocast("cpu", dtype=torch.bfloat16):
                logits = verifier(batch)
            loss = torch.nn.functional.cross_entropy(
                logits,
                torch.tensor([pair.label for pair in batch]),
                label_smoothing=settings.smoothing,
            )
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(weights, 1.0)
            optimiser.step()
            schedule.step()
            losses.append(loss.item())
        mean, seconds = float(np.mean(losses)), time.monotonic() - started
        log.info("epoch %d/%d loss %.3f %.0f s", number, len(epochs), mean, seconds)
    verifier.eval()


def batches(
    pairs: Sequence[VerifierPair], size: int, chance: random.Random
) -> list[list[VerifierPair]]:
    """Return batches of pairs of like length, in random order: little of a batch is padding."""
    shuffled = chance.sample(pairs, len(pairs))
    ordered = sorted(shuffled, key=lambda p: (len(p.context) + len(p.message)) // 16)
    cut = [ordered[i : i + size] for i in range(0, len(ordered), size)]
    chance.shuffle(cut)
    return cut


def _rate(step: int, total: int) -> float:
    warm = max(1, total // 16)
    if step < warm:
        return (step + 1) / warm
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (step - warm) / max(1, total - warm))))


def _save(verifier: Verifier, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    save_torch(verifier.reader.own_weights(), str(out / LAYERS_FILE))
    head = verifier.head
    save_file(
        {
            "weight": head.weight.detach().numpy().astype(np.float32),
            "bias": head.bias.detach().numpy().astype(np.float32),
        },
        str(out / HEAD_FILE),
    )


if __name__ == "__main__":
    sys.exit(main())
