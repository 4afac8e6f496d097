"""The language model that is timed: the bundled one, or its shape with weights drawn at random.

How long a model takes to read a prompt and to write so many tokens depends on its shape alone.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from transformers import AutoTokenizer

from engine.artifacts import UTTERANCE_GENERATOR, WEIGHTS, Manifest, write_manifest
from engine.generator_choice import load_writer
from engine.generator_spec import GeneratorKind, GeneratorSpec
from engine.language_model import LanguageModel, load_language_model
from engine.outcomes import Outcome, Style
from engine.prompts import SpokenTurn, render
from engine.utterance_writer import Sampling, UtteranceWriter
from tests.benchmarks.served import bundles_language_model, own_cache
from tests.benchmarks.turns import shipped_pack
from training.export_language_model import Store, write_model
from training.language_model import Shape, new_model
from training.language_tokenizer import save_tokenizer, train_tokenizer

WRITTEN = 40
"""Tokens of a usual utterance."""
# The likeliest token each time, so that both ways write the same.
_SAMPLING = Sampling(temperature=0, most_tokens=WRITTEN)
_SEED = 20
# A vocabulary that the pack's questions are enough for; the model's own is as large as ever.
_PIECES = 2000


@dataclass(frozen=True, slots=True)
class TimedLanguageModel:
    """One model, as the worker runs it and as transformers does.

    Args:
        writer: as the worker runs it.
        plain: in fp32, as transformers loads it.
        tokenizer: its tokenizer.
        drawn: whether its weights are random.
    """

    writer: UtteranceWriter
    plain: Any
    tokenizer: Any
    drawn: bool

    def prompt_tokens(self, turn: SpokenTurn) -> int:
        """Return how many tokens are read before the first is written."""
        return len(self.tokenizer(render(turn), add_special_tokens=False)["input_ids"])

    def generate(self, turn: SpokenTurn) -> list[int]:
        """Write an utterance with ``transformers.generate``; return its tokens."""
        tokens = self.tokenizer(render(turn), add_special_tokens=False, return_tensors="pt")
        with torch.inference_mode():
            written = self.plain.generate(
                tokens["input_ids"],
                attention_mask=tokens["attention_mask"],
                max_new_tokens=WRITTEN,
                do_sample=False,
            )
        said: list[int] = written[0][tokens["input_ids"].shape[1] :].tolist()
        return said


@contextmanager
def timed_language_model() -> Iterator[TimedLanguageModel]:
    """Give the model both ways."""
    if bundles_language_model():
        yield _load(WEIGHTS, drawn=False)
        return
    with TemporaryDirectory() as name, own_cache():
        _draw(Path(name) / UTTERANCE_GENERATOR)
        yield _load(Path(name), drawn=True)


def spoken_turns(count: int) -> list[SpokenTurn]:
    """Return turns to phrase, as the worker would describe them."""
    pack = shipped_pack()
    topics = [topic for topic in pack if topic.kind.judged]
    return [
        SpokenTurn(
            locale="ko",
            style=Style.BANMAL,
            outcome=Outcome.COVERED,
            question=here.question["ko"][0],
            answer=here.points[0].references["ko"][0],
            credited=(here.points[0].name["ko"],),
            still_open=tuple(point.name["ko"] for point in here.points[1:]),
            next_title=there.title["ko"],
            next_question=there.question["ko"][0],
        )
        for here, there in itertools.islice(itertools.pairwise(topics), count)
    ]


def _load(weights: Path, *, drawn: bool) -> TimedLanguageModel:
    """Load the language model among bundled models."""
    spec = GeneratorSpec(GeneratorKind.TINY)
    writer = load_writer(spec, weights, "cpu", sampling=_SAMPLING, served=True)
    assert writer is not None
    plain = load_language_model(str(weights / UTTERANCE_GENERATOR), "cpu")
    return TimedLanguageModel(writer, plain.model, plain.tokenizer, drawn)


def _draw(folder: Path) -> None:
    """Write a model of the bundled one's shape that has learnt nothing, stored as that one is."""
    texts = [t.question[locale][0] for t in shipped_pack() for locale in ("ko", "en")]
    with TemporaryDirectory() as name:
        tokenizer = train_tokenizer(texts, pieces=_PIECES, seed=_SEED)
        save_tokenizer(tokenizer, Path(name), context=Shape().context)
        loaded = LanguageModel(new_model(Shape(), seed=_SEED), AutoTokenizer.from_pretrained(name))
    write_model(loaded, folder, Store.INT8)
    write_manifest(folder, Manifest(UTTERANCE_GENERATOR, {}, {}, {}, {}, _SEED))
