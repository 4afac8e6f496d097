"""Calibrates a verifier of somebody's choice for the verdicts of stage 1.

    python -m training.calibrate_verifier --verifier hub:NAME_OR_FOLDER
    python -m training.calibrate_verifier --verifier openai:MODEL@http://127.0.0.1:8000/v1

It judges a sample of the validation rows, on which calibration and thresholds are fitted, and one
of the test rows, on which they are scored. The engine takes the result over whenever it is started
with the same ``--verifier`` and the same ``--weights``.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections.abc import Sequence
from pathlib import Path

from engine.answer_verifier import CrossEncoderVerifier
from engine.artifacts import (
    ANSWER_EVALUATOR,
    ANSWER_VERIFIER,
    ENCODER,
    WEIGHTS,
    Manifest,
    write_manifest,
)
from engine.encoder import SharedEncoder
from engine.errors import EngineError
from engine.loading import DEVICES, PACKS, choose_device
from engine.pack_reader import read_pack
from engine.point_heads import PointHeads
from engine.questions import QuestionPack
from engine.verifier_choice import (
    CALIBRATION,
    CALIBRATIONS,
    calibration_base,
    load_verifier,
    models_digest,
)
from engine.verifier_spec import FORMS, VerifierKind, VerifierSpec
from training.errors import DataError, TrainingError
from training.options import SPLITS, at_least_one, verifier_spec
from training.rows import AnswerRow, of_split
from training.rows_digest import rows_sha256
from training.train_answer_verifier import read_rows
from training.verdict_cases import Case, cases_of, find_strangers
from training.verdict_policy import policies_of

# Nobody waits for a single turn here.
PATIENCE = 120.0
# About three pairs each: minutes for a small model on a processor.
ROWS = 500


def main(argv: Sequence[str] | None = None) -> int:
    """Calibrate and score; return the exit code."""
    options = _parser().parse_args(argv)
    try:
        options.device = choose_device(options.device)
        pack = read_pack(options.pack)
        rows = sample(read_rows(pack, options.data), options.rows, options.seed)
        manifest = calibrate(pack, rows, options)
    except (TrainingError, EngineError) as error:
        print(f"training: {error}", file=sys.stderr)
        return 2
    print(json.dumps(manifest.metrics, indent=2))
    return 0


def sample(rows: Sequence[AnswerRow], amount: int, seed: int) -> list[AnswerRow]:
    """Return at most so many rows of validation, and of test.

    Args:
        rows: of all splits.
        amount: how many of each.
        seed: of the draw.
    """
    chance = random.Random(seed)
    splits = (of_split(rows, "validation"), of_split(rows, "test"))
    return [row for split in splits for row in drawn(split, amount, chance)]


def drawn(rows: Sequence[AnswerRow], amount: int, chance: random.Random) -> list[AnswerRow]:
    """Return at most so many of the rows, drawn at random."""
    return chance.sample(rows, min(amount, len(rows)))


def calibrate(
    pack: QuestionPack, rows: Sequence[AnswerRow], options: argparse.Namespace
) -> Manifest:
    """Fit both policies, score them, and write them with their manifest.

    Args:
        pack: the pack that the rows belong to.
        rows: labelled answers of validation and test.
        options: names ``verifier``, ``weights``, ``data``, ``out``, ``device`` and ``seed``.

    Raises:
        ArtifactError: a model cannot be used.
        DataError: there is too little to fit on.
        VerifierUnavailableError: the verifier does not answer.
    """
    spec: VerifierSpec = options.verifier
    weights: Path = options.weights
    encoder = SharedEncoder(weights / ENCODER, options.device)
    answers = encoder.add_adapter(weights / ANSWER_EVALUATOR, ANSWER_EVALUATOR)
    bundled = CrossEncoderVerifier(encoder, weights / ANSWER_VERIFIER)
    beside = models_digest(encoder.manifest, answers, bundled.manifest)
    verifier = load_verifier(spec, options.device, PATIENCE)
    heads = PointHeads.load(weights / ANSWER_VERIFIER, str(bundled.manifest.config.get("heads_of")))
    cases = cases_of(pack, rows, encoder, verifier, heads)
    check_cases(cases, pack)

    def judge(others: QuestionPack, answers: Sequence[AnswerRow]) -> list[Case]:
        some = drawn(answers, options.rows, random.Random(options.seed))
        return cases_of(others, some, encoder, verifier, heads)

    fitted = policies_of(cases, find_strangers(options.data, judge))
    folder = options.out or weights / CALIBRATIONS / spec.folder_name
    folder.mkdir(parents=True, exist_ok=True)
    return write_manifest(
        folder,
        Manifest(
            kind=CALIBRATION,
            base=calibration_base(spec, beside),
            config={**fitted.config, "rows": len(rows)},
            data={
                "answers": rows_sha256((options.data / "answers").glob("*.csv")),
                "pack": f"{pack.id} {pack.version} {pack.digest}",
            },
            metrics=fitted.metrics,
            seed=options.seed,
        ),
    )


def check_cases(cases: Sequence[Case], pack: QuestionPack) -> None:
    """Make sure that there is something to fit and to score.

    Args:
        cases: of validation and test.
        pack: the pack that they belong to.

    Raises:
        DataError: the bundled models learnt nothing of the pack, or the sample is too small.
    """
    known = [case for case in cases if case.has_head]
    if not known:
        raise DataError(
            (f"{pack.id}: the bundled models have not learnt from this pack's answers",)
        )
    if len({case.label for case in known if case.row.split == "validation"}) < 2:
        raise DataError((f"{pack.id}: all rows have one label; raise --rows",))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training.calibrate_verifier",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--verifier", type=_other_verifier, required=True, metavar="SPEC", help=FORMS)
    add("--data", type=Path, default=SPLITS, help="labelled rows")
    add("--pack", type=Path, default=PACKS / "ml-core", help="question pack that they belong to")
    add("--weights", type=Path, default=WEIGHTS, help="folder of the bundled models")
    add("--out", type=Path, help="folder for the calibration (default: where the engine looks)")
    add("--rows", type=at_least_one, default=ROWS, help="of each split to judge, at most")
    add("--device", choices=DEVICES, default="cpu", help="what to run models on")
    add("--seed", type=int, default=20, help="of the draw of rows")
    return parser


def _other_verifier(text: str) -> VerifierSpec:
    spec = verifier_spec(text)
    if spec.kind is VerifierKind.BUNDLED:
        raise argparse.ArgumentTypeError("the bundled verifier is calibrated when it is trained")
    return spec


if __name__ == "__main__":
    sys.exit(main())
