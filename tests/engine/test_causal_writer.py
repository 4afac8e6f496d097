"""A model in this process writes utterances: any causal language model, with an adapter or not."""

from __future__ import annotations

import itertools
import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from peft import LoraConfig, get_peft_model

from engine.causal_writer import BATCH, CausalWriter, load_causal_writer
from engine.errors import ArtifactError, WriterUnavailableError
from engine.language_model import add_adapter, load_language_model
from engine.outcomes import Outcome, Style
from engine.prompts import SpokenTurn
from engine.utterance_writer import Sampling
from tests.support.tiny_language_model import write_chat_model, write_fields_model

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
# Warm, so that a model that has learnt nothing says something else at each seed.
SAMPLING = Sampling(temperature=1.5, most_tokens=24)


@pytest.fixture(scope="module", params=["fields", "chat"])
def base(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    write = {"fields": write_fields_model, "chat": write_chat_model}[request.param]
    return write(tmp_path_factory.mktemp(request.param))


@pytest.fixture(scope="module")
def writer(base: Path) -> CausalWriter:
    return load_causal_writer(str(base), None, "cpu", SAMPLING)


def write_adapter(base: Path, folder: Path, seed: int = 3, scale: float = 0.5) -> Path:
    """Write a LoRA adapter that changes what a model says."""
    torch.manual_seed(seed)
    config = LoraConfig(r=4, lora_alpha=8, target_modules=["q_proj", "v_proj", "down_proj"])
    model: Any = get_peft_model(load_language_model(str(base), "cpu").model, config)
    for name, parameter in model.named_parameters():
        if "lora_" in name:
            torch.nn.init.normal_(parameter, std=scale)
    model.save_pretrained(folder)
    return folder


def test_it_is_called_after_the_model(base: Path, writer: CausalWriter) -> None:
    assert writer.name == f"transformers:{base.name}"


def test_the_same_turns_and_seeds_give_the_same_utterances(writer: CausalWriter) -> None:
    said = writer.write(TURNS, [1, 2, 3])
    assert said == writer.write(TURNS, [1, 2, 3])
    assert len({*said}) == 3
    assert said != writer.write(TURNS, [4, 5, 6])
    assert [writer.write([turn], [number])[0] for number, turn in enumerate(TURNS, 1)] == said


def test_more_than_a_batch_keeps_its_order(writer: CausalWriter) -> None:
    count = BATCH + 3
    said = writer.write([TURN] * count, range(count))
    assert len(said) == count
    assert said[BATCH:] == writer.write([TURN] * 3, range(BATCH, count))


def test_nothing_to_write_is_nothing_written(writer: CausalWriter) -> None:
    assert writer.write([], []) == []


def test_a_stream_grows_to_what_is_written_at_once(writer: CausalWriter) -> None:
    parts = list(writer.stream(TURN, 5))
    assert parts[-1] == writer.write([TURN], [5])[0]
    assert len(parts) > 3
    assert all(len(one) <= len(other) for one, other in itertools.pairwise(parts))
    assert not any(part.endswith("\N{REPLACEMENT CHARACTER}") for part in parts[:-1])


def test_side_by_side_each_turn_is_written_as_if_alone(writer: CausalWriter) -> None:
    said: dict[int, str] = {}
    grown: dict[int, list[str]] = {number: [] for number in range(len(TURNS))}

    def heard(number: int, text: Callable[[], str], ended: bool) -> bool:
        if ended:
            said[number] = text()
        else:
            grown[number].append(text())
        return True

    writer.write_together(TURNS, [1, 2, 3], heard)
    assert [said[number] for number in range(3)] == writer.write(TURNS, [1, 2, 3])
    for number, turn in enumerate(TURNS):
        parts = [*dict.fromkeys(part for part in (*grown[number], said[number]) if part)]
        assert parts == [*dict.fromkeys(writer.stream(turn, number + 1))]


def test_a_turn_that_is_stopped_leaves_the_others_as_they_were(writer: CausalWriter) -> None:
    said: dict[int, str] = {}
    tokens = [0] * len(TURNS)

    def heard(number: int, text: Callable[[], str], ended: bool) -> bool:
        tokens[number] += 1
        if ended:
            said[number] = text()
        return number != 1 or tokens[1] < 2

    writer.write_together(TURNS, [1, 2, 3], heard)
    whole = writer.write(TURNS, [1, 2, 3])
    assert said == {0: whole[0], 2: whole[2]}
    assert tokens[1] == 2


def test_a_turn_longer_than_the_model_reads_is_cut_where_it_matters_least(tmp_path: Path) -> None:
    short = load_causal_writer(str(write_fields_model(tmp_path, context=64)), None, "cpu", SAMPLING)
    long = replace(TURN, answer="길고 긴 대답 " * 60)
    assert short.write([long], [1]) == short.write([replace(long, question="다른 질문?")], [1])
    assert short.write([long], [1]) != short.write([replace(long, next_question="왜?")], [1])


def test_tokens_are_counted_without_those_around_a_text(writer: CausalWriter) -> None:
    assert writer.count_tokens("") == 0
    assert 0 < writer.count_tokens("맞아!") < writer.count_tokens("맞아! 그럼 손실 함수는 뭐야?")


# Adapters


def test_an_adapter_speaks_as_peft_would_have_it(base: Path, tmp_path: Path) -> None:
    adapter = write_adapter(base, tmp_path / "mine")
    greedy = Sampling(temperature=0, most_tokens=16)
    adapted = load_causal_writer(str(base), adapter, "cpu", greedy)
    assert adapted.name == f"transformers:{base.name}+mine"
    said = adapted.write(TURNS, [1, 2, 3])
    assert said != load_causal_writer(str(base), None, "cpu", greedy).write(TURNS, [1, 2, 3])
    beside = add_adapter(load_language_model(str(base), "cpu"), adapter, str(base))
    unmerged = replace(beside, model=beside.model.get_base_model())
    assert said == CausalWriter("unmerged", unmerged, greedy).write(TURNS, [1, 2, 3])


def test_an_adapter_of_another_base_is_refused_with_what_to_do(base: Path, tmp_path: Path) -> None:
    adapter = write_adapter(base, tmp_path / "mine")
    config = json.loads((base / "config.json").read_text())
    other = tmp_path / "other"
    shutil.copytree(base, other)
    model = load_language_model(str(base), "cpu").model
    narrow = type(model)(type(model.config)(**{**config, "intermediate_size": 64}))
    narrow.save_pretrained(other)
    with pytest.raises(ArtifactError, match="adapter") as refused:
        load_causal_writer(str(other), adapter, "cpu")
    assert "\n" not in str(refused.value)


def test_a_missing_adapter_is_one_clear_error(base: Path, tmp_path: Path) -> None:
    with pytest.raises(ArtifactError, match="nowhere") as refused:
        load_causal_writer(str(base), tmp_path / "nowhere", "cpu")
    assert "\n" not in str(refused.value)


# What cannot be used


def test_a_hub_that_is_not_there_is_one_clear_error() -> None:
    with pytest.raises(ArtifactError, match="network") as refused:
        load_causal_writer("nobody/nothing", None, "cpu")
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize("lost", ["model.safetensors", "config.json", "tokenizer.json"])
@pytest.mark.parametrize("how", ["missing", "cut short"])
def test_a_half_downloaded_folder_is_one_clear_error(
    lost: str, how: str, base: Path, tmp_path: Path
) -> None:
    shutil.copytree(base, tmp_path / "half")
    file = tmp_path / "half" / lost
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    if how == "missing":
        file.unlink()
    with pytest.raises(ArtifactError, match=r"half.*download") as refused:
        load_causal_writer(str(tmp_path / "half"), None, "cpu")
    assert "\n" not in str(refused.value)


class Exhausted:
    """A model for which there is no memory.

    Args:
        like: what it is otherwise.
        error: what it raises.
    """

    def __init__(self, like: Any, error: Exception) -> None:
        self.config, self.device = like.config, like.device
        self.generation_config = like.generation_config
        self._error = error

    def forward(self, input_ids: torch.Tensor, cache: object) -> None:
        """Only asked what it takes."""

    def __call__(self, **_: object) -> None:
        raise self._error


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate …"),
        MemoryError(),
        RuntimeError("cuDNN error: CUDNN_STATUS_NOT_INITIALIZED\nat …"),
    ],
)
def test_no_memory_while_it_writes_is_for_the_written_lines_to_bridge(
    base: Path, error: Exception
) -> None:
    loaded = load_language_model(str(base), "cpu")
    broken = CausalWriter("m", replace(loaded, model=Exhausted(loaded.model, error)))
    with pytest.raises(WriterUnavailableError, match=r"^m ") as failed:
        broken.write([TURN], [1])
    assert "\n" not in str(failed.value)
    with pytest.raises(WriterUnavailableError):
        list(broken.stream(TURN, 1))
