"""Language models of either kind are loaded whole, or not at all."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from peft import LoraConfig, get_peft_model
from transformers import AutoConfig

from engine.errors import ArtifactError
from engine.language_model import (
    add_adapter,
    base_digest,
    chat_of,
    folder_of,
    load_language_model,
    prompt_of,
    reads_fields,
)
from engine.outcomes import Outcome, Style
from engine.prompts import SpokenTurn, messages, render
from engine.wide_heads import accept_wide_heads
from tests.support.tiny_language_model import write_chat_model, write_fields_model

TURN = SpokenTurn("en", Style.PLAIN, Outcome.COVERED, "Why?", "so", (), (), "Loss", "What is it?")


@pytest.fixture(scope="module")
def fields(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_fields_model(tmp_path_factory.mktemp("fields"))


@pytest.fixture(scope="module")
def chat(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_chat_model(tmp_path_factory.mktemp("chat"))


def test_a_model_reads_fields_or_a_chat_by_its_tokenizer(fields: Path, chat: Path) -> None:
    own = load_language_model(str(fields), "cpu").tokenizer
    other = load_language_model(str(chat), "cpu").tokenizer
    assert reads_fields(own)
    assert not reads_fields(other)
    assert prompt_of(own, TURN) == render(TURN)
    assert prompt_of(other, TURN).endswith("<|start_header_id|>assistant<|end_header_id|>\n\n")
    assert other.pad_token == "<|eot_id|>"


def test_a_template_without_a_system_role_gets_its_text_from_the_user(chat: Path) -> None:
    tokenizer = load_language_model(str(chat), "cpu").tokenizer
    tokenizer.chat_template = (
        "{% for m in messages %}{% if m['role'] == 'system' %}"
        "{{ raise_exception('no system role') }}{% endif %}{{ m['content'] }}{% endfor %}"
    )
    (only,) = chat_of(tokenizer, TURN)
    assert only["role"] == "user"
    assert all(part["content"] in only["content"] for part in messages(TURN))
    assert prompt_of(tokenizer, TURN) == only["content"]


def test_heads_that_are_wider_than_the_states_are_no_fault(chat: Path) -> None:
    accept_wide_heads()
    config = AutoConfig.from_pretrained(str(chat))
    assert config.num_attention_heads * config.head_dim > config.hidden_size
    with pytest.raises(Exception, match="not a multiple"):
        type(config)(hidden_size=100, num_attention_heads=3)


def test_layers_that_a_file_lacks_are_not_left_to_chance(tmp_path: Path) -> None:
    folder = write_fields_model(tmp_path / "base")
    file = folder / "config.json"
    config = json.loads(file.read_text(encoding="utf-8"))
    file.write_text(json.dumps({**config, "num_hidden_layers": 3}), encoding="utf-8")
    with pytest.raises(ArtifactError, match=r"lacks weights \(model\.layers\.2"):
        load_language_model(str(folder), "cpu")


def test_a_tokenizer_that_knows_no_turns_is_refused(tmp_path: Path) -> None:
    folder = write_chat_model(tmp_path / "base")
    (folder / "chat_template.jinja").unlink()
    with pytest.raises(ArtifactError, match="choose an instruction-tuned model"):
        load_language_model(str(folder), "cpu")


def test_the_digest_is_that_of_the_weights(fields: Path, tmp_path: Path) -> None:
    same, other = write_fields_model(tmp_path / "same"), write_fields_model(tmp_path / "o", seed=2)
    assert base_digest(str(fields)) == base_digest(str(same)) != base_digest(str(other))
    (same / "model.safetensors").unlink()
    with pytest.raises(ArtifactError, match="holds no weights"):
        base_digest(str(same))


def test_what_can_only_be_a_folder_is_not_looked_for_on_the_hub(tmp_path: Path) -> None:
    assert folder_of("kakaocorp/kanana-1.5-2.1b-instruct-2505") is None
    assert folder_of(str(tmp_path)) == tmp_path
    for missing in ("/no/such/folder", "./nothing", "runs/a/b"):
        with pytest.raises(ArtifactError, match="is no folder"):
            folder_of(missing)


def test_an_adapter_for_other_shapes_is_refused(fields: Path, tmp_path: Path) -> None:
    loaded = load_language_model(str(fields), "cpu")
    lora = LoraConfig(r=2, target_modules=["q_proj"], task_type="CAUSAL_LM")
    get_peft_model(loaded.model, lora).save_pretrained(str(tmp_path), save_embedding_layers=False)
    again = load_language_model(str(fields), "cpu")
    add_adapter(again, tmp_path, str(fields))

    config_file = tmp_path / "adapter_config.json"
    config = json.loads(config_file.read_text(encoding="utf-8"))
    wrong = {"target_modules": ["q_proj", "v_proj"]}, {"r": 3}, {"target_modules": ["attention"]}
    for changed in wrong:
        config_file.write_text(json.dumps({**config, **changed}), encoding="utf-8")
        with pytest.raises(ArtifactError, match="does not go with"):
            add_adapter(load_language_model(str(fields), "cpu"), tmp_path, str(fields))
