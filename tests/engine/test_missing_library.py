"""Without the libraries of the extra `torch`, whatever needs them says so and the rest goes on."""

from __future__ import annotations

import sys
from pathlib import Path

import ctranslate2
import pytest

from engine.artifacts import WEIGHTS
from engine.errors import EngineError
from engine.generator_choice import choose_generator
from engine.loading import EngineSettings, choose_device, load_engine
from engine.missing_library import missing_library
from engine.verifier_spec import parse_verifier
from tests.support.small_pack import write_small_pack

# What imports torch as soon as it is imported itself.
READERS = ("engine.causal_writer", "engine.hub_verifier", "engine.encoder")


@pytest.fixture(autouse=True)
def _without_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in READERS:
        monkeypatch.delitem(sys.modules, module, raising=False)
    for library in ("torch", "transformers", "peft"):
        monkeypatch.setitem(sys.modules, library, None)


def test_a_gpu_that_cannot_be_used_leaves_the_processor(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(ctranslate2, "get_cuda_device_count", lambda: 1)
    assert choose_device("auto") == "cpu"
    assert "torch" in caplog.text


def test_whoever_wants_a_gpu_is_told_what_to_install(tmp_path: Path) -> None:
    settings = EngineSettings(packs=write_small_pack(tmp_path), device="cuda")
    with pytest.raises(EngineError, match=r"torch.*pip install '\.\[torch\]'"):
        load_engine(settings)


def test_a_language_model_that_cannot_be_loaded_says_what_to_install(tmp_path: Path) -> None:
    facts = choose_generator(f"transformers:{tmp_path}", WEIGHTS, "cpu").facts
    assert facts.speaks == "curated"
    assert "pip install '.[torch]'" in facts.trouble


@pytest.mark.models
def test_a_verifier_of_the_hub_says_what_to_install(tmp_path: Path) -> None:
    settings = EngineSettings(
        packs=write_small_pack(tmp_path), device="cpu", verifier=parse_verifier(f"hub:{tmp_path}")
    )
    with pytest.raises(EngineError, match=r"pip install '\.\[torch\]'"):
        load_engine(settings)


def test_a_library_of_the_program_itself_is_another_matter() -> None:
    said = missing_library(ModuleNotFoundError("No module named 'numpy'", name="numpy"))
    assert "pip install .`" in said
    assert "torch" not in said
