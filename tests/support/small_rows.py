"""Labelled rows for the small pack: a handful in each split."""

from __future__ import annotations

import csv
from pathlib import Path

from training.rows import ANSWER_COLUMNS, CHOICE_COLUMNS, INTENT_COLUMNS, Split, split_of
from training.utterance_rows import COLUMNS as UTTERANCE_COLUMNS

ANSWERS: tuple[tuple[Split, str, str, str, str, str], ...] = (
    ("train", "the distance between guess and label", "distance", "", "", "right"),
    ("train", "a number for how badly it predicts", "distance", "", "", "right"),
    ("train", "training pushes it down", "goal", "", "", "right"),
    ("train", "it is the error and we shrink it", "distance;goal", "", "", "multi"),
    ("train", "something about being wrong", "", "distance", "", "partial"),
    ("train", "the cash a model costs", "", "", "distance", "misconception"),
    ("train", "training makes it grow", "", "", "goal", "misconception"),
    ("train", "penguins like ice", "", "", "", "off_topic"),
    ("validation", "how far the guess lies from the label", "distance", "", "", "right"),
    ("validation", "learning lowers it bit by bit", "goal", "", "", "right"),
    ("validation", "the dollars that went missing", "", "", "distance", "misconception"),
    ("validation", "a kind of mistake", "", "distance", "", "partial"),
    ("test", "the gap to the right label", "distance", "", "", "right"),
    ("test", "it should get smaller and smaller", "goal", "", "", "right"),
    ("test", "profit that was not made", "", "", "distance", "misconception"),
)
INTENTS: tuple[tuple[Split, str, str, str], ...] = (
    ("train", "no clue what to say here", "dont_know", "dont_know"),
    ("train", "my head is empty today", "dont_know", "dont_know"),
    ("train", "could I get a nudge somehow", "hint", "hint"),
    ("train", "help me along a little bit", "hint", "hint"),
    ("validation", "that is beyond me", "dont_know", "dont_know"),
    ("validation", "point me somewhere", "hint", "hint"),
    ("test", "nothing comes to my mind", "dont_know", "dont_know"),
)
CHOICES: tuple[tuple[Split, str, str, str], ...] = (
    ("train", "tell me about risk next", "risk", "wish"),
    ("train", "it is the error", "risk", "default"),
    ("train", "I have to go, let us end", "end", "wish"),
    ("train", "enough for today", "end", "wish"),
    ("validation", "risk sounds nice", "risk", "wish"),
    ("validation", "please finish", "end", "wish"),
    ("test", "what is risk", "risk", "wish"),
    ("test", "time to stop", "end", "wish"),
)


def write_small_rows(folder: Path) -> Path:
    """Write ``answers/``, ``intents.csv`` and ``choices.csv`` and return the folder."""
    (folder / "answers").mkdir(parents=True)
    _write(
        folder / "answers" / "loss.csv",
        ANSWER_COLUMNS,
        [
            [_family(split, "loss", n), "en", text, "answer", covered, partial, wrong, kind]
            for n, (split, text, covered, partial, wrong, kind) in enumerate(ANSWERS)
        ],
    )
    _write(
        folder / "answers" / "risk.csv",
        ANSWER_COLUMNS,
        [
            [_family("train", "risk", n), "en", f"{text}, too", "answer", "goal", "", "", "right"]
            for n, text in enumerate(("training lowers it", "we want little of it", "minimised"))
        ],
    )
    _write(
        folder / "intents.csv",
        INTENT_COLUMNS,
        [
            [_family(split, "intents", n), "en", text, intent, kind]
            for n, (split, text, intent, kind) in enumerate(INTENTS)
        ],
    )
    _write(
        folder / "choices.csv",
        CHOICE_COLUMNS,
        [
            [_family(split, "loss", n), "en", "loss", text, following, kind]
            for n, (split, text, following, kind) in enumerate(CHOICES)
        ],
    )
    return folder


def write_small_utterances(folder: Path) -> Path:
    """Write a turn of the test split that moves on, and one that stays; return `folder`."""
    folder.mkdir(parents=True)
    said = (
        ("it measures how far off one is", "covered", "distance", "risk"),
        ("it counts the layers", "wrong", "", "loss"),
    )
    rows = [
        [
            *(_family("test", "loss", number), "en", "plain", "What about loss?", answer),
            *(outcome, covered, following, f"Fine, number {number}. What about {following}?"),
        ]
        for number, (answer, outcome, covered, following) in enumerate(said)
    ]
    _write(folder / "loss.csv", UTTERANCE_COLUMNS, rows)
    return folder


def _family(split: Split, topic: str, number: int) -> str:
    """Return a family of its own that falls in a split."""
    names = (f"f{number}-{i}" for i in range(1000))
    return next(name for name in names if split_of(name, topic) == split)


def _write(file: Path, columns: tuple[str, ...], rows: list[list[str]]) -> None:
    with file.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)
