"""The texts that the small language model is pretrained on, by language, with what is held out.

``korean/`` and ``grading/`` of the corpora folder hold the public sets; the project's own packs,
answers and utterances come from ``dataset/``, of the labelled rows the train split alone. A text is
one document: it ends with the END token of `engine.prompts`, and only rendered turns hold others.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from pathlib import Path
from typing import Any, Literal, TypeAlias

from engine.artifacts import file_sha256
from engine.pack_reader import read_pack
from engine.prompts import END, completion, escape, render
from engine.questions import QuestionPack, Source, Text
from training.corpora import (
    ALIGNED_DOCS,
    HANGUL,
    KOREAN_DOCS,
    REVIEWS,
    SOURCES,
    read_aligned_docs,
)
from training.corpus_files import table_rows, text_lines
from training.row_checks import check_answers
from training.rows import read_answers
from training.rows_digest import rows_sha256
from training.utterance_prompts import turn_of
from training.utterance_rows import check_utterances, read_utterances

Language: TypeAlias = Literal["ko", "en"]
LANGUAGES: tuple[Language, ...] = ("ko", "en")

CHATBOT_PAIRS = "chatbot_pairs.csv"
GRADING = ("beetle_train.csv", "sciEntsBank_train.csv")
# What a model card has to name: file below the corpora folder → licence and source.
LICENCES: dict[str, tuple[str, str]] = {
    **{f"korean/{name}": SOURCES[name] for name in (REVIEWS, KOREAN_DOCS, ALIGNED_DOCS)},
    f"korean/{CHATBOT_PAIRS}": ("MIT", "songys/Chatbot_data"),
    **{f"grading/{name}": ("CC BY-SA 3.0", "SemEval-2013 task 7") for name in GRADING},
}
# One text in so many is held out, for ever the same ones.
HELD_OUT_OF = 100


@dataclass(frozen=True, slots=True)
class OwnData:
    """Where the project's own texts lie.

    Args:
        pack: folder of the question pack.
        answers: folder of the labelled answers.
        utterances: folder of the labelled utterances.
    """

    pack: Path
    answers: Path
    utterances: Path


@dataclass(frozen=True, slots=True)
class Mixture:
    """How often each kind of text is learnt in an epoch.

    The project's own texts are the ones that the model is for, and few beside the reviews; the
    shorter the training, the larger their share has to be.

    Args:
        turn_repeats: times that a rendered turn with its utterance stands in an epoch.
        own_repeats: times that any other text of the project does.
        public_share: share of the public texts that is drawn, above 0 and up to 1.
    """

    turn_repeats: int = 3
    own_repeats: int = 3
    public_share: float = 1.0


@dataclass(frozen=True, slots=True)
class LanguageCorpus:
    """All texts, each ready to be tokenised.

    Args:
        train: what is learnt from; the project's own texts stand in it several times.
        held_out: language → texts that perplexity is measured on; none of them is in `train`.
        data: set → sha256, licence and source, for the manifest.
    """

    train: tuple[str, ...]
    held_out: Mapping[Language, tuple[str, ...]]
    data: Mapping[str, Mapping[str, str]]


def read_language_corpus(
    corpora: Path, own: OwnData, mixture: Mixture = Mixture()
) -> LanguageCorpus:
    """Read and check everything that the model is pretrained on.

    Args:
        corpora: has ``korean/`` and ``grading/``.
        own: the project's own data.
        mixture: how often each kind of text is learnt.

    Raises:
        CorpusError: a public set is missing or malformed.
        DataError: labelled rows have faults; with all of them.
        PackError: the pack has faults.
    """
    pack = read_pack(own.pack, contrasts=True)
    data = _hashes(corpora, own, pack)
    # Equal texts of two sets are one, so that none is learnt and held out.
    turns = dict.fromkeys(_turn_texts(own, pack))
    own_texts = dict.fromkeys((*_pack_texts(pack), *_answer_texts(own, pack)))
    public = [
        text
        for text in dict.fromkeys(_public_texts(corpora))
        if text not in own_texts and drawn_place(text) < mixture.public_share
    ]
    held_out: dict[Language, list[str]] = {language: [] for language in LANGUAGES}
    train: list[str] = []
    repeated = (
        (turns, mixture.turn_repeats),
        (own_texts, mixture.own_repeats),
        (public, 1),
    )
    for texts, repeats in repeated:
        for text in texts:
            if is_held_out(text):
                held_out[language_of(text)].append(text)
            else:
                train += [text] * repeats
    return LanguageCorpus(
        tuple(train), {language: tuple(texts) for language, texts in held_out.items()}, data
    )


def is_held_out(text: str) -> bool:
    """Tell whether a text is kept for measuring; the same on every machine."""
    drawn = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big")
    return drawn % HELD_OUT_OF == 0


def drawn_place(text: str) -> float:
    """Return where a text stands among all that can be drawn, from 0 to below 1, as if by chance.

    It has nothing to do with whether the text is held out, and is the same on every machine.
    """
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[4:8], "big") / 2**32


def language_of(text: str) -> Language:
    """Return the language of a text: Korean if any of it is Hangul."""
    return "ko" if HANGUL.search(text) else "en"


def _document(*lines: str) -> str:
    return escape("\n".join(line.strip() for line in lines)) + END


def _public_texts(corpora: Path) -> Iterator[str]:
    korean = corpora / "korean"
    for name in (KOREAN_DOCS, REVIEWS):
        yield from (_document(line) for line in text_lines(korean / name))
    for pair in read_aligned_docs(korean):
        yield _document(pair.korean)
        yield _document(pair.english)
    chat = table_rows(korean / CHATBOT_PAIRS, ("Q", "A"), delimiter=",", quoted=True)
    for _, (said, reply) in chat:
        yield _document(said, reply)
    for name in GRADING:
        rows = table_rows(
            corpora / "grading" / name,
            ("question", "reference_answers", "student_answer"),
            delimiter=",",
            quoted=True,
        )
        for _, (question, references, answer) in rows:
            yield _document(question, answer)
            yield from (_document(question, right) for right in references.split(" || "))


def _answer_texts(own: OwnData, pack: QuestionPack) -> Iterator[str]:
    answers = read_answers(own.answers)
    check_answers(answers, pack)
    yield from (_document(row.answer) for row in answers if row.split == "train")


def _turn_texts(own: OwnData, pack: QuestionPack) -> Iterator[str]:
    utterances = read_utterances(own.utterances)
    check_utterances(utterances, pack)
    for row in utterances:
        if row.split == "train":
            yield render(turn_of(row, pack)) + completion(row.utterance)


def _pack_texts(pack: QuestionPack) -> Iterator[str]:
    """Every text of a pack that is a sentence; each question beside each of its right answers."""
    for topic in pack:
        yield from (_document(text) for text in _strings(topic) if " " in text.strip())
        for locale in pack.locales:
            questions = topic.question.get(locale, ())
            model_answer = topic.model_answer.get(locale)
            if model_answer:
                yield from (_document(question, model_answer) for question in questions)
    for term in pack.terms:
        yield from (_explained(term.names, term.explanation, name) for name in pack.locales)


def _explained(names: Mapping[str, tuple[str, ...]], explanation: Text, locale: str) -> str:
    return _document(f"{next(iter(names[locale]), '')}: {explanation[locale]}")


def _strings(value: Any) -> Iterator[str]:
    """Yield every text in a value of a pack, but for links and kinds."""
    if isinstance(value, Enum | Source):
        return
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (text for entry in value.values() for text in _strings(entry))
    elif is_dataclass(value):
        for field in fields(value):
            yield from _strings(getattr(value, field.name))
    elif isinstance(value, Iterable):
        yield from (text for entry in value for text in _strings(entry))


def _hashes(corpora: Path, own: OwnData, pack: QuestionPack) -> dict[str, dict[str, str]]:
    """Return what the model is trained on; files that are missing are refused when read."""
    licence = {"licence": "Apache-2.0", "source": "this project"}
    named = {f"packs/{pack.id}": {"sha256": pack.digest, "version": pack.version, **licence}}
    for name, folder in (("answers", own.answers), ("utterances", own.utterances)):
        named[name] = {"sha256": rows_sha256(folder.glob("*.csv")), **licence}
    for name, (terms, source) in LICENCES.items():
        if (corpora / name).is_file():
            sha256 = file_sha256(corpora / name)
            named[name] = {"sha256": sha256, "licence": terms, "source": source}
    return named
