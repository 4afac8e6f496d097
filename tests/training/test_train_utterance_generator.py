"""The command makes an adapter that is served and scored, goes on, sweeps, and refuses."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from engine.artifacts import UTTERANCE_GENERATOR, file_sha256, read_manifest, verify
from engine.causal_writer import load_causal_writer
from engine.language_model import LanguageModel, add_adapter, load_language_model
from engine.outcomes import Outcome, Style
from engine.prompts import SpokenTurn
from tests.support.language_corpora import SmallCorpora, write_language_corpora
from tests.support.tiny_language_model import write_chat_model, write_fields_model
from training import utterance_learning
from training.completion_loss import CompletionTrainer
from training.export_language_model import main as export
from training.train_utterance_generator import main
from training.utterance_presets import PRESETS
from training.utterance_scores import write_scores

TURN = SpokenTurn(
    "en", Style.PLAIN, Outcome.COVERED, "Why?", "so", ("a",), (), "Loss", "What is it?"
)
SCALED_DOWN = {
    **{"--epochs": "1", "--rank": "4", "--batch-size": "16", "--max-tokens": "4096"},
    **{"--prompts": "1", "--threads": "1", "--device": "cpu"},
}


def logits(loaded: LanguageModel) -> torch.Tensor:
    with torch.inference_mode():
        found: torch.Tensor = loaded.model(torch.tensor([[5, 30, 40, 50]])).logits
    return found


@dataclass(frozen=True, slots=True)
class Command:
    """The command on small rows."""

    small: SmallCorpora

    def __call__(self, out: Path, base: Path | str, *flags: str, **changed: Any) -> int:
        rows = {
            "--pack": self.small.own.pack,
            "--data": self.small.own.utterances,
            "--out": out,
            "--base": base,
        }
        given = {f"--{name.replace('_', '-')}": value for name, value in changed.items()}
        options = {**SCALED_DOWN, **rows, **given}
        typed = [str(text) for pair in options.items() for text in pair]
        return main([*typed, *flags])


@pytest.fixture
def command(tmp_path: Path) -> Command:
    return Command(write_language_corpora(tmp_path / "rows"))


@pytest.fixture(scope="session")
def like_kanana(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_chat_model(tmp_path_factory.mktemp("kanana"))


@pytest.fixture(scope="session")
def like_aurora(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_fields_model(tmp_path_factory.mktemp("aurora"))


def test_the_merged_model_can_be_made_later(
    command: Command, like_aurora: Path, tmp_path: Path
) -> None:
    out = tmp_path / "voice"
    assert command(out, like_aurora, "--no-merge") == 0
    later = ["--adapter", str(out), "--base", str(like_aurora), "--out", str(tmp_path / "later")]
    assert export(later) == 0
    base = load_language_model(str(like_aurora), "cpu")
    apart = logits(add_adapter(base, out, str(like_aurora)))
    merged = logits(load_language_model(str(tmp_path / "later"), "cpu"))
    assert torch.allclose(merged, apart, atol=0.01)


def test_the_kanana_preset_is_trained_saved_loaded_served_and_scored(
    command: Command, like_kanana: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "voice"
    assert command(out, like_kanana, preset="kanana-1.5-2.1b") == 0
    manifest = verify(out, UTTERANCE_GENERATOR)
    assert manifest.config["preset"] == "kanana-1.5-2.1b"
    assert (
        manifest.config["learning"] | {"alpha": 16, "dropout": 0.05, "learning_rate": 3e-4}
        == (manifest.config["learning"])
    )
    assert manifest.base["name"] == like_kanana.name
    assert str(tmp_path) not in (out / "manifest.json").read_text(encoding="utf-8")
    adapter = json.loads((out / "adapter_config.json").read_text(encoding="utf-8"))
    assert adapter["base_model_name_or_path"] == like_kanana.name
    assert len(adapter["target_modules"]) == 7
    assert not (out / "merged").exists()

    writer = load_causal_writer(str(like_kanana), out, "cpu")
    assert writer.write([TURN], [3]) == writer.write([TURN], [3])

    capsys.readouterr()
    assert command(out, like_kanana, preset="kanana-1.5-2.1b") == 0
    scored = json.loads(capsys.readouterr().out)
    assert set(scored["test"]) == {"generated", "format", "accuracy"}
    assert verify(out, UTTERANCE_GENERATOR) == manifest


def test_the_small_preset_leaves_a_merged_model_that_says_what_base_and_adapter_say(
    command: Command, like_aurora: Path, tmp_path: Path
) -> None:
    out = tmp_path / "voice"
    assert command(out, like_aurora, learning_rate=0.02) == 0
    assert verify(out / "merged", UTTERANCE_GENERATOR).config["stored"] == "fp16"
    weights = load_file(str(out / "merged" / "model.safetensors"))
    assert {tensor.dtype for tensor in weights.values()} == {torch.float16}

    base = load_language_model(str(like_aurora), "cpu")
    before = logits(base)
    apart = logits(add_adapter(base, out, str(like_aurora)))
    merged = logits(load_language_model(str(out / "merged"), "cpu"))
    assert torch.allclose(merged, apart, atol=0.01)
    assert not torch.allclose(merged, before, atol=0.05)


def test_the_merged_model_in_eight_bits_is_near_the_one_in_half_precision(
    command: Command, like_aurora: Path, tmp_path: Path
) -> None:
    found = []
    for store in ("fp16", "int8"):
        assert command(tmp_path / store, like_aurora, store=store) == 0
        found.append(logits(load_language_model(str(tmp_path / store / "merged"), "cpu")))
    half, eight = found
    assert torch.allclose(half, eight, atol=0.05 * float(half.abs().max()))
    sizes = [(tmp_path / store / "merged") for store in ("fp16", "int8")]
    larger, smaller = (
        sum(f.stat().st_size for f in place.glob("*.safetensors")) for place in sizes
    )
    assert smaller < larger


def test_only_what_the_interviewer_says_is_learnt(
    command: Command, like_kanana: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[str] = []

    class Watched(CompletionTrainer):
        def train(self, *args: Any, **kwargs: Any) -> Any:
            for row in self.train_dataset:
                learnt = [i for i in row["labels"] if i != -100]
                said.append(self.processing_class.decode(learnt))
            return super().train(*args, **kwargs)

    monkeypatch.setattr(utterance_learning, "CompletionTrainer", Watched)
    assert command(tmp_path / "out", like_kanana) == 0
    assert said
    assert all(text.startswith("Red number") for text in said)
    assert all(text.endswith("How do they taste?<|eot_id|>") for text in said)


def test_each_number_of_epochs_is_tried_and_the_best_is_kept(
    command: Command, like_aurora: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert command(out, like_aurora, epochs="1,2") == 0
    table = (out / "sweep.csv").read_text(encoding="utf-8").splitlines()
    assert table[0] == "epochs,epoch,loss,generated,format,accuracy,passes"
    assert [line.split(",")[0] for line in table[1:]] == ["1", "2"]
    kept = read_manifest(out).config["learning"]["epochs"]
    trial = out / f"epochs-{kept}"
    assert verify(out, UTTERANCE_GENERATOR).files == verify(trial, UTTERANCE_GENERATOR).files

    before = {file: file_sha256(file) for file in out.glob("epochs-*/adapter_model.safetensors")}
    (out / "manifest.json").unlink()
    assert command(out, like_aurora, epochs="1,2") == 0  # takes both up as they are
    assert {file: file_sha256(file) for file in before} == before


def test_a_run_that_was_killed_ends_like_one_that_was_not(
    command: Command, like_aurora: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, cut = tmp_path / "whole", tmp_path / "cut"
    assert command(whole, like_aurora, epochs=2) == 0

    class KilledError(Exception):
        """Stands for a process that ends after the second epoch's evaluation."""

    def dying(scores: Sequence[Any], file: Path) -> None:
        write_scores(scores, file)
        if scores[-1].epoch == 2:
            raise KilledError

    with monkeypatch.context() as patched:
        patched.setattr(utterance_learning, "write_scores", dying)
        with pytest.raises(KilledError):
            command(cut, like_aurora, epochs=2)
    assert command(cut, like_aurora, epochs=2) == 0
    assert read_manifest(cut).metrics == read_manifest(whole).metrics
    name = "adapter_model.safetensors"
    assert file_sha256(cut / name) == file_sha256(whole / name)
    assert list((cut / "checkpoints").rglob("events.out.tfevents.*"))


def test_checkpoints_of_other_settings_are_refused(
    command: Command, like_aurora: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(tmp_path / "out", like_aurora) == 0
    (tmp_path / "out" / "manifest.json").unlink()
    assert command(tmp_path / "out", like_aurora, rank=2) == 2
    assert "start anew with --force" in capsys.readouterr().err
    assert command(tmp_path / "out", like_aurora, "--force", rank=2) == 0


def test_a_file_in_the_reference_layout_is_learnt_from(
    command: Command, like_aurora: Path, tmp_path: Path
) -> None:
    file = tmp_path / "turns.csv"
    head = "current_question,user_input,output_answered,output_next_question,output_data"
    row = "손실 함수,틀린 정도야,손실 함수 정의,경사 하강법,맞았어! 그럼 경사 하강법은 뭐야?"
    file.write_text("\n".join([head, *[row] * 12]) + "\n", encoding="utf-8-sig")
    assert command(tmp_path / "out", like_aurora, data=file) == 0
    assert read_manifest(tmp_path / "out").data["layout"] == "reference"


def test_no_epoch_that_passes_the_gate_is_told_and_marked(
    command: Command, like_aurora: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    assert command(tmp_path / "out", like_aurora, learning_rate=1e-9) == 0
    metrics = read_manifest(tmp_path / "out").metrics
    assert metrics["passes_format_gate"] is (metrics["validation"]["format"] >= 0.975)
    assert ("no epoch passes the format gate" in caplog.text) is not metrics["passes_format_gate"]


@pytest.mark.parametrize(
    "case",
    [
        ("kanana-9", "any/model", "there is no preset 'kanana-9'; choose one of aurora-tiny"),
        ("midm-2.0-mini", "nobody/no-such-model", "Check the name and the network"),
        ("aurora-tiny", "/no/such/folder", "is no folder; name the folder of a downloaded model"),
        ("aurora-tiny", "runs/language_model", "python -m training.build_language_model"),
    ],
)
def test_what_is_not_there_is_one_clear_error(
    command: Command,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    case: tuple[str, str, str],
) -> None:
    monkeypatch.chdir(tmp_path)
    preset, base, said = case
    assert command(tmp_path / "out", base, preset=preset) == 2
    error = capsys.readouterr().err
    assert error.startswith("training: ")
    assert said in error
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("lost", ["model.safetensors", "tokenizer.json", "config.json"])
def test_half_a_download_is_one_clear_error(
    command: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str], lost: str
) -> None:
    base = write_chat_model(tmp_path / "base")
    whole = (base / lost).read_bytes()
    (base / lost).write_bytes(whole[: len(whole) // 2])
    assert command(tmp_path / "out", base) == 2
    assert "give the folder of a complete download" in capsys.readouterr().err
    (base / lost).unlink()
    assert command(tmp_path / "out", base) == 2
    assert "ownload" in capsys.readouterr().err


def test_an_adapter_of_another_base_is_refused(
    command: Command, like_aurora: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(tmp_path / "out", like_aurora) == 0
    other = write_fields_model(tmp_path / "other", seed=2)
    assert command(tmp_path / "out", other) == 2
    assert "name the base that it was trained on" in capsys.readouterr().err


def test_running_out_of_memory_says_what_to_do(
    command: Command,
    like_aurora: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Greedy(CompletionTrainer):
        def train(self, *args: Any, **kwargs: Any) -> Any:
            raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 20.00 MiB")

    monkeypatch.setattr(utterance_learning, "CompletionTrainer", Greedy)
    assert command(tmp_path / "out", like_aurora) == 2
    assert "try --batch-size 8 --accumulation 2" in capsys.readouterr().err


def test_four_bits_without_a_gpu_are_refused(
    command: Command, like_aurora: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(tmp_path / "out", like_aurora, "--qlora") == 2
    assert "--qlora needs an NVIDIA GPU" in capsys.readouterr().err


def test_rows_that_are_all_too_long_are_refused(
    command: Command, like_aurora: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command(tmp_path / "out", like_aurora, max_tokens=3) == 2
    assert "raise --max-tokens" in capsys.readouterr().err


def test_the_presets_are_those_of_the_reference_system() -> None:
    kanana, midm = PRESETS["kanana-1.5-2.1b"], PRESETS["midm-2.0-mini"]
    assert kanana.base == "kakaocorp/kanana-1.5-2.1b-instruct-2505"
    assert (kanana.settings.rank, kanana.settings.alpha, kanana.settings.epochs) == (64, 16, 5)
    assert midm.base == "K-intelligence/Midm-2.0-Mini-Instruct"
    assert midm.settings.epochs == 3
