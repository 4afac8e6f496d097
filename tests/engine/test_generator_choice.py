"""What was chosen to speak, or curated utterances and one clear word about why."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from engine import model_memory
from engine.artifacts import ANSWER_EVALUATOR, UTTERANCE_GENERATOR, Manifest, write_manifest
from engine.generator_choice import GeneratorChoice, choose_generator
from engine.generator_spec import KEY_VARIABLE
from tests.support.tiny_language_model import write_fields_model


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_fields_model(tmp_path_factory.mktemp("model"))


def choose(text: str, weights: Path) -> GeneratorChoice:
    return choose_generator(text, weights, "cpu")


def bundle(model: Path, weights: Path, kind: str = UTTERANCE_GENERATOR) -> Path:
    """Put a model where the bundled one lies."""
    folder = weights / UTTERANCE_GENERATOR
    shutil.copytree(model, folder)
    write_manifest(folder, Manifest(kind, {}, {}, {}, {}, 1))
    return folder


@pytest.mark.parametrize("text", ["auto", "curated"])
def test_without_a_bundled_model_curated_utterances_are_no_trouble(
    text: str, tmp_path: Path
) -> None:
    choice = choose(text, tmp_path)
    assert choice.writer is None
    assert (choice.facts.chosen, choice.facts.speaks, choice.facts.trouble) == (text, "curated", "")


@pytest.mark.parametrize("text", ["auto", "aurora-tiny"])
def test_the_bundled_model_speaks_where_there_is_one(
    text: str, model: Path, tmp_path: Path
) -> None:
    bundle(model, tmp_path)
    choice = choose(text, tmp_path)
    assert choice.writer is not None
    assert choice.writer.name == choice.facts.speaks == "aurora-tiny"
    assert choice.facts.trouble == ""
    assert choose("curated", tmp_path).writer is None


def test_any_model_by_folder(model: Path, tmp_path: Path) -> None:
    choice = choose(f"transformers:{model}", tmp_path)
    assert choice.facts.speaks == f"transformers:{model.name}"
    assert str(model) not in str(choice.facts)


def test_a_server_is_chosen_without_being_asked(tmp_path: Path) -> None:
    choice = choose("openai:m@http://127.0.0.1:1/v1", tmp_path)
    assert (choice.facts.speaks, choice.facts.trouble) == ("openai:m", "")


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("kanana", "transformers:BASE"),
        ("openai:m@https://me:hunter2@host/v1", KEY_VARIABLE),
        ("aurora-tiny", "restore it"),
        ("transformers:nobody/nothing", "network"),
        ("transformers:{weights}/nowhere", "no folder"),
        ("transformers:{model}+{weights}/nowhere", "adapter"),
    ],
)
def test_what_cannot_be_used_is_told_in_a_line_and_curated_utterances_are_said(
    text: str, advice: str, model: Path, tmp_path: Path
) -> None:
    choice = choose(text.format(weights=tmp_path, model=model), tmp_path)
    assert choice.writer is None
    assert choice.facts.speaks == "curated"
    assert advice in choice.facts.trouble
    assert "\n" not in choice.facts.trouble
    assert "hunter2" not in str(choice.facts)


def test_a_bundled_model_that_is_damaged_or_another_is_told_even_by_default(
    model: Path, tmp_path: Path
) -> None:
    bundle(model, tmp_path / "other", ANSWER_EVALUATOR)
    assert "kind" in choose("auto", tmp_path / "other").facts.trouble
    (bundle(model, tmp_path / "damaged") / "model.safetensors").write_bytes(b"half")
    damaged = choose("auto", tmp_path / "damaged").facts
    assert (damaged.speaks, "restore it" in damaged.trouble) == ("curated", True)


def test_a_model_for_which_there_is_no_memory_is_told(
    model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model_memory, "available_memory", lambda: 10_000)
    assert "smaller model" in choose(f"transformers:{model}", tmp_path).facts.trouble


def test_a_key_that_no_header_can_carry_is_told_without_being_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, "sk-비밀")
    facts = choose("openai:m@http://127.0.0.1:1/v1", tmp_path).facts
    assert KEY_VARIABLE in facts.trouble
    assert "비밀" not in str(replace(facts))
