"""Says how good the models are.

    python -m training.evaluate
    python -m training.evaluate answer --model runs/answers --data TEST.csv --json result.json
    python -m training.evaluate question --data TEST.csv --out runs/report
    python -m training.evaluate grading --data GRADED.csv
    python -m training.evaluate utterance --model runs/voice --json voice.json

Without a sub-command, all bundled models and the default voice are evaluated on the project's own
test rows and its attack set, and one table at the end says which goals they reach.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from engine.artifacts import WEIGHTS
from engine.errors import EngineError
from engine.generator_spec import FORMS as GENERATORS
from engine.generator_spec import GeneratorSpec
from engine.loading import DEVICES, PACKS, choose_device
from engine.utterance_writer import Sampling
from engine.verifier_spec import BUNDLED_VERIFIER, FORMS
from training.errors import TrainingError
from training.evaluation.commands import COMMANDS
from training.evaluation.data import SPLIT_NAMES
from training.evaluation.report import write_files, write_json
from training.evaluation.utterance_command import DEFAULT_SEED
from training.evaluation.utterance_speed import THREADS
from training.options import at_least_one, temperature, verifier_spec, voice_spec

_LAYOUTS = "a CSV in the reference layout, or the project's own rows"


def main(argv: Sequence[str] | None = None) -> int:
    """Evaluate, print, write what is asked for; return the exit code."""
    options = _parser().parse_args(argv)
    try:
        options.device = choose_device(options.device)
        report = COMMANDS[options.command](options)
        if options.json:
            write_json(report, options.json)
        if options.out:
            write_files(report, options.out)
    except (TrainingError, EngineError) as error:
        print(f"training: {error}", file=sys.stderr)
        return 2
    print(report)
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training.evaluate",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(command="")
    _add_options(parser, "folder of labelled rows")
    commands = parser.add_subparsers(metavar="COMMAND")
    for name, what in (
        ("answer", "stage 1: which point an answer covers"),
        ("question", "stage 2: which topic comes next"),
    ):
        command = commands.add_parser(name, help=what, description=what)
        command.set_defaults(command=name)
        _add_options(command, _LAYOUTS)
    what = "short answers to any question, graded with nothing learnt about it"
    command = commands.add_parser("grading", help=what, description=what)
    command.set_defaults(command="grading")
    columns = "a CSV with question, reference_answer, student_answer, and score or label"
    _add_options(command, columns, needs_data=True)
    what = "stage 3: what the interviewer says"
    command = commands.add_parser("utterance", help=what, description=what)
    command.set_defaults(command="utterance")
    _add_voice_options(command)
    return parser


def _add_options(parser: argparse.ArgumentParser, data: str, *, needs_data: bool = False) -> None:
    add = parser.add_argument
    add("--model", type=Path, help="folder of the model to evaluate (default: the bundled one)")
    add("--data", type=Path, required=needs_data, help=data)
    _add_shared_options(parser)


def _add_voice_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add(
        "--model",
        metavar="DIR|SPEC",
        type=voice_spec,
        default=GeneratorSpec(),
        help=f"what speaks: folder of a trained model, or {GENERATORS} (default: auto)",
    )
    add("--data", type=Path, help=f"{_LAYOUTS} (default: the held-out prompts)")
    add("--generations", type=at_least_one, default=4, help="utterances a prompt")
    add("--temperature", type=temperature, default=Sampling().temperature, help="0 for no chance")
    add("--seed", type=int, default=DEFAULT_SEED, help="of all that is drawn")
    add(
        "--speed",
        action="store_true",
        help=f"also time whole turns, all stages loaded, on {THREADS} threads",
    )
    _add_shared_options(parser)


def _add_shared_options(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("--json", type=Path, help="file for all figures")
    add("--out", type=Path, help="folder for the report as a page, and for CSV files")
    add("--weights", type=Path, default=WEIGHTS, help="folder of the models beside --model")
    add(
        "--pack", type=Path, default=PACKS / "ml-core", help="question pack that the rows are about"
    )
    add(
        "--verifier",
        type=verifier_spec,
        default=BUNDLED_VERIFIER,
        metavar="SPEC",
        help=f"what judges in stage 1: {FORMS}",
    )
    add("--split", choices=SPLIT_NAMES, default="test", help="which of the project's own rows")
    add("--device", choices=DEVICES, default="cpu", help="what to run the models on")


if __name__ == "__main__":
    sys.exit(main())
