"""The bundled language model as it is served: as torch computes it, and by the port."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import ctranslate2
import numpy as np
import pytest
import torch

from engine.artifacts import UTTERANCE_GENERATOR, Manifest, write_manifest
from engine.causal_writer import load_causal_writer
from engine.errors import ArtifactError
from engine.language_model import load_language_model
from engine.outcomes import Outcome, Style
from engine.prompts import END, SpokenTurn
from engine.quantised_weights import load_quantised
from engine.reader_layout import WEIGHTS_FILE
from engine.served_llama import llama_model
from engine.served_models import ServedModels
from engine.served_writer import BATCH, ServedWriter
from engine.utterance_writer import JointWriter, Sampling
from tests.support.tiny_language_model import write_chat_model, write_fields_model
from training.export_language_model import Store, write_model

TURN = SpokenTurn(
    locale="ko",
    style=Style.BANMAL,
    outcome=Outcome.COVERED,
    question="손실 함수가 뭐야?",
    answer="모델이 얼마나 틀렸는지를 재는 함수",
    credited=("정의",),
    still_open=(),
    next_title="과적합",
    next_question="과적합이 뭘까?",
)
TURNS = [
    TURN,
    replace(TURN, answer="몰라", outcome=Outcome.WRONG),
    replace(TURN, answer="음 " * 90),
]
COOL = Sampling(temperature=0, most_tokens=12)
# So hot that every token comes up, the one that ends an utterance too.
HOT = Sampling(temperature=50, top_p=1, most_tokens=120)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model as it is bundled, its weights in int8."""
    plain = write_fields_model(tmp_path_factory.mktemp("plain"))
    bundled = tmp_path_factory.mktemp("bundled")
    loaded = load_language_model(str(plain), "cpu")
    for name, weight in loaded.model.named_parameters():
        if "o_proj" in name or "down_proj" in name:
            weight.data.mul_(40)  # what was read counts for more than the last token
    write_model(loaded, bundled, Store.INT8)
    write_manifest(bundled, Manifest(UTTERANCE_GENERATOR, {}, {}, {}, {}, seed=1))
    return bundled


def writer(folder: Path, sampling: Sampling) -> ServedWriter:
    return ServedWriter("tiny", folder, ServedModels(None), sampling)


def test_it_computes_what_torch_does(folder: Path, tmp_path: Path) -> None:
    llama_model(load_quantised(folder / WEIGHTS_FILE), folder).write(tmp_path)
    served = ctranslate2.Generator(str(tmp_path), compute_type="float32")
    tokens = np.array([[7, 30, 99, 3, 250, 31]], dtype=np.int32)
    view = ctranslate2.StorageView.from_array
    logits = np.asarray(served.forward_batch(view(tokens), view(np.array([6], dtype=np.int32))))
    with torch.inference_mode():
        model = load_language_model(str(folder), "cpu").model
        expected = model(torch.from_numpy(tokens).long()).logits.numpy()
    # Matrices that are too small to be stored in int8 are rounded here for the first time.
    assert np.abs(logits - expected).max() < 0.05 * expected.std()


def test_the_likeliest_words_are_the_same_alone_and_in_company(folder: Path) -> None:
    cool = writer(folder, COOL)
    assert isinstance(cool, JointWriter)
    said = cool.write(TURNS, [1, 2, 3])
    assert len({*said}) > 1
    assert [cool.write([turn], [9])[0] for turn in TURNS] == said


def test_more_than_a_batch_keeps_its_order(folder: Path) -> None:
    cool = writer(folder, COOL)
    many = (TURNS * BATCH)[: BATCH + 2]
    said = cool.write(TURNS, [0] * 3)
    assert cool.write(many, range(len(many))) == (said * BATCH)[: BATCH + 2]


def test_an_utterance_ends_at_its_mark_or_when_it_is_too_long(folder: Path) -> None:
    grown = [0] * BATCH
    ended: dict[int, str] = {}

    def heard(number: int, text: Callable[[], str], last: bool) -> bool:
        grown[number] += 1
        if last:
            assert number not in ended
            ended[number] = text()
        return True

    writer(folder, HOT).write_together([TURN] * BATCH, range(BATCH), heard)
    assert sorted(ended) == list(range(BATCH))
    assert all(END not in text for text in ended.values())
    assert max(grown) <= HOT.most_tokens
    assert min(grown) < HOT.most_tokens


def test_what_nobody_waits_for_stops_and_the_others_go_on(folder: Path) -> None:
    told: list[tuple[int, bool]] = []

    def heard(number: int, _: Callable[[], str], last: bool) -> bool:
        told.append((number, last))
        return number != 1 or told.count((1, False)) < 3

    writer(folder, COOL).write_together(TURNS, [1, 2, 3], heard)
    assert {number for number, last in told if last} == {0, 2}
    assert told.count((1, False)) == 3


def test_a_stream_grows_into_what_is_written(folder: Path) -> None:
    cool = writer(folder, COOL)
    texts = list(cool.stream(TURN, seed=1))
    assert texts[-1] == cool.write([TURN], [1])[0]
    assert len(texts) > 1
    assert all(later.startswith(earlier) for earlier, later in itertools.pairwise(texts))


def test_a_stream_that_is_left_ends(folder: Path) -> None:
    long = writer(folder, replace(COOL, most_tokens=200))
    next(long.stream(TURN, seed=1))
    assert long.write([TURN], [1])


def test_a_prompt_is_what_torch_reads(folder: Path) -> None:
    reference = load_causal_writer(str(folder), None, "cpu", COOL)
    served = writer(folder, COOL)
    assert served._prompts(TURNS) == [
        [str(number) for number in prompt] for prompt in reference._prompts(TURNS)
    ]


def test_a_model_without_the_fields_of_a_turn_is_refused(tmp_path: Path) -> None:
    chat = write_chat_model(tmp_path / "chat")
    write_manifest(chat, Manifest(UTTERANCE_GENERATOR, {}, {}, {}, {}, seed=1))
    with pytest.raises(ArtifactError, match="lacks the fields of a turn"):
        writer(chat, COOL)
