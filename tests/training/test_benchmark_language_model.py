"""The benchmark measures what it says, on any machine, and knows Kanana's shape."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import LlamaConfig, LlamaForCausalLM

from engine.wide_heads import accept_wide_heads
from training import benchmark_language_model
from training.benchmark_language_model import main
from training.language_model_benchmark import KANANA, SCALED_DOWN, new_llama, weight_bytes

TINY: dict[str, Any] = {**SCALED_DOWN, "vocab_size": 64, "hidden_size": 32, "head_dim": 16}
TINY |= {"intermediate_size": 48, "num_hidden_layers": 1}


def test_all_figures_are_there_and_agree(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(benchmark_language_model, "SCALED_DOWN", TINY)
    monkeypatch.setattr(benchmark_language_model, "PROMPT", 5)
    monkeypatch.setattr(benchmark_language_model, "_CHAT_ROW", 8)
    file = tmp_path / "speed.json"
    options = ["--device", "cpu", "--tokens", "3", "--steps", "2", "--threads", "1"]
    assert main([*options, "--json", str(file)]) == 0
    result = json.loads(file.read_text(encoding="utf-8"))
    assert result == json.loads(capsys.readouterr().out)
    assert result["scaled_down"] is True
    assert [speed["batch"] for speed in result["decode"]] == [1, 8, 32]
    for speed in result["decode"]:
        assert speed["tokens_per_second"] == pytest.approx(speed["batch"] / speed["step_seconds"])
        least = result["weight_bytes"] / result["copy_bandwidth_bytes_per_second"]
        assert speed["of_limit"] == pytest.approx(least / speed["step_seconds"], rel=1e-3)
    assert result["lora"]["rows"] == 8
    assert result["lora"]["peak_bytes"] > result["weight_bytes"]


def test_the_shape_is_that_of_kanana() -> None:
    accept_wide_heads()
    with torch.device("meta"):
        model = LlamaForCausalLM(LlamaConfig(**KANANA))
    assert sum(p.numel() for p in model.parameters()) == 2_086_979_328


def test_weights_that_are_used_twice_count_once() -> None:
    model = new_llama(TINY, "cpu")
    assert weight_bytes(model) == 4 * sum(p.numel() for p in model.parameters())
    assert model.lm_head.weight is model.model.embed_tokens.weight


def test_a_gpu_that_is_not_there_is_one_clear_error(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert main(["--device", "cuda"]) == 2
    assert "there is no usable CUDA device" in capsys.readouterr().err
