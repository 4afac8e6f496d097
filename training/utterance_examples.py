"""What an adapter of stage 3 learns from: turns with the utterance that each should get."""

from __future__ import annotations

import logging
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.artifacts import file_sha256
from engine.language_model import chat_of, prompt_of, reads_fields
from engine.prompts import SpokenTurn, completion, render
from engine.questions import QuestionPack
from training.errors import DataError
from training.held_out_prompts import MOST, held_out_prompts
from training.reference_training import is_reference
from training.reference_utterances import read_reference_utterances
from training.rows_digest import rows_sha256
from training.utterance_prompts import turn_of
from training.utterance_rows import UtteranceRow, check_utterances, read_utterances

log = logging.getLogger(__name__)

LAYOUT = "reference"
# Of a file in the reference layout, which has no splits, one row in so many is held out.
HELD_OUT = 10


@dataclass(frozen=True, slots=True)
class Example:
    """A turn and what the interviewer says in it."""

    turn: SpokenTurn
    utterance: str


@dataclass(frozen=True, slots=True)
class Examples:
    """All labelled turns of a run.

    Args:
        train: to learn from.
        validation: held out; the loss is measured on them.
        prompts: held-out turns that a model writes for after each epoch.
        test_prompts: those that a finished model writes for.
        data: name → sha256 of what they were read from, and its licence; for the manifest.
    """

    train: tuple[Example, ...]
    validation: tuple[Example, ...]
    prompts: tuple[SpokenTurn, ...]
    test_prompts: tuple[SpokenTurn, ...]
    data: Mapping[str, str]


def read_examples(data: Path, pack: QuestionPack, *, seed: int, prompts: int) -> Examples:
    """Read the project's own rows, or a file in the reference layout.

    Args:
        data: folder of ``<topic>.csv``, or one file in the reference layout.
        pack: the pack that they belong to.
        seed: draws what is held out of a file.
        prompts: how many of one outcome in one language a model writes for after an epoch; of a
            file, ten times as many.

    Raises:
        DataError: with every fault, or because a split is empty.
    """
    if is_reference(data):
        return _of_file(data, pack, seed, prompts)
    rows = read_utterances(data)
    check_utterances(rows, pack)
    train, validation = (_of_split(rows, name, pack) for name in ("train", "validation"))
    chosen, tested = (
        tuple(turn_of(row, pack) for row in held_out_prompts(rows, most, split))
        for most, split in ((prompts, "validation"), (MOST, "test"))
    )
    splits = {"train": train, "validation": validation, "test": tested}
    empty = [name for name, found in splits.items() if not found]
    if empty:
        raise DataError(tuple(f"{data}: no row falls in the {name} split" for name in empty))
    about = {
        "utterances": rows_sha256(data.glob("*.csv")),
        "pack": f"{pack.id} {pack.version} {pack.digest}",
        "licence": "Apache-2.0, written for this project",
    }
    return Examples(train, validation, chosen, tested, about)


def pairs_of(tokenizer: Any, examples: Sequence[Example], max_tokens: int) -> dict[str, list[Any]]:
    """Return prompts and completions as TRL reads them, but for those that are too long.

    Args:
        tokenizer: of the model that learns; decides how a turn is rendered.
        examples: the turns.
        max_tokens: of prompt and completion together.

    Raises:
        DataError: all are too long.
    """
    fitting = [e for e in examples if _length(tokenizer, e) <= max_tokens]
    if not fitting:
        raise DataError(
            (f"not one of {len(examples)} turns fits into {max_tokens} tokens; raise --max-tokens",)
        )
    if len(fitting) < len(examples):
        missed = len(examples) - len(fitting)
        log.warning("%d of %d turns exceed %d tokens", missed, len(examples), max_tokens)
    if reads_fields(tokenizer):
        return {
            "prompt": [render(example.turn) for example in fitting],
            "completion": [completion(example.utterance) for example in fitting],
        }
    said = ([{"role": "assistant", "content": example.utterance}] for example in fitting)
    return {
        "prompt": [chat_of(tokenizer, example.turn) for example in fitting],
        "completion": list(said),
    }


def _length(tokenizer: Any, example: Example) -> int:
    whole = prompt_of(tokenizer, example.turn) + completion(example.utterance)
    return len(tokenizer(whole, add_special_tokens=False)["input_ids"])


def _of_split(rows: Sequence[UtteranceRow], split: str, pack: QuestionPack) -> tuple[Example, ...]:
    return tuple(Example(turn_of(row, pack), row.utterance) for row in rows if row.split == split)


def _of_file(file: Path, pack: QuestionPack, seed: int, prompts: int) -> Examples:
    rows = read_reference_utterances(file, pack, spoken=True)
    examples = [Example(row.turn, row.utterance) for row in rows]
    if len(examples) < 2:
        raise DataError((f"{file.name}:1: two rows are needed at least, to hold one out",))
    random.Random(seed).shuffle(examples)
    held_out = max(1, len(examples) // HELD_OUT)
    validation, train = tuple(examples[:held_out]), tuple(examples[held_out:])
    about = {"file": file_sha256(file), "layout": LAYOUT, "licence": "as the file's owner says"}
    turns = tuple(example.turn for example in examples)
    return Examples(train, validation, turns[: min(held_out, 10 * prompts)], turns, about)
