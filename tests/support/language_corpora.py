"""The public and own texts that a language model learns from, small enough for a test."""

from __future__ import annotations

import csv
import lzma
from dataclasses import dataclass
from pathlib import Path

from tests.support.packs import small_pack, write_pack
from training.language_corpus import CHATBOT_PAIRS, GRADING, OwnData
from training.rows import ANSWER_COLUMNS, split_of
from training.utterance_rows import COLUMNS

KOREAN = [f"손실 함수 {n}번은 모델이 얼마나 틀렸는지 재는 값이야" for n in range(400)]
REVIEWS = [f"영화 {n} 정말 재미있네ㅋㅋ" for n in range(300)]
ALIGNED = [
    (f"경사하강법 {n}단계는 손실을 줄여", f"step {n} of gradient descent lowers the loss")
    for n in range(400)
]
CHAT = [(f"안녕 {n}번째야", "반가워요.") for n in range(40)]
GRADED = [
    ("Why does the bulb light?", "The path is closed || There is no gap", f"answer {n}", "correct")
    for n in range(40)
]


@dataclass(frozen=True, slots=True)
class SmallCorpora:
    """Where everything lies."""

    corpora: Path
    own: OwnData


def write_language_corpora(folder: Path) -> SmallCorpora:
    """Write corpora, a pack, answers and utterances below a folder."""
    korean, grading = folder / "corpora" / "korean", folder / "corpora" / "grading"
    for place in (korean, grading):
        place.mkdir(parents=True)
    _write_xz(korean / "ko_ml_docs.txt.xz", KOREAN)
    _write_xz(korean / "nsmc_reviews.txt.xz", REVIEWS)
    _write_xz(korean / "ko_en_ml_docs.tsv.xz", ["\t".join(pair) for pair in ALIGNED])
    _write_csv(korean / CHATBOT_PAIRS, ("Q", "A", "label"), [(*pair, "0") for pair in CHAT])
    for name in GRADING:
        columns = ("question_id", "question", "reference_answers", "student_answer", "label")
        _write_csv(grading / name, columns, [("q", *row) for row in GRADED])
    pack = write_pack(folder / "fruit", small_pack())
    answers, utterances = folder / "splits" / "answers", folder / "utterances"
    for place in (answers, utterances):
        place.mkdir(parents=True)
    _write_csv(answers / "apples.csv", ANSWER_COLUMNS, [_answer(n) for n in range(30)])
    _write_csv(utterances / "apples.csv", COLUMNS, [_utterance(n) for n in range(30)])
    return SmallCorpora(folder / "corpora", OwnData(pack, answers, utterances))


def families(split: str) -> list[int]:
    """Return the numbers of the families that fall in a split."""
    return [n for n in range(30) if split_of(f"family-{n}", "apples") == split]


def _answer(number: int) -> tuple[str, ...]:
    return (f"family-{number}", "en", f"shade {number} of red", "answer", "colour", "", "", "right")


def _utterance(number: int) -> tuple[str, ...]:
    said = f"Red number {number} it is. How do they taste?"
    asked = (f"family-{number}", "en", "plain", "What colour?", f"red like {number}")
    return (*asked, "covered", "colour", "apples", said)


def _write_xz(path: Path, lines: list[str]) -> None:
    path.write_bytes(lzma.compress("\n".join(lines).encode()))


def _write_csv(path: Path, columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        writer.writerows(rows)
