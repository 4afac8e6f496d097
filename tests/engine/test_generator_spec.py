"""How a generator is named, on a command line and in the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.generator_spec import GeneratorKind, GeneratorSpec, parse_generator
from engine.model_location import SecretInAddressError


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("auto", GeneratorSpec()),
        (" curated\n", GeneratorSpec(GeneratorKind.CURATED)),
        ("aurora-tiny", GeneratorSpec(GeneratorKind.TINY)),
        ("transformers:some/model", GeneratorSpec(GeneratorKind.TRANSFORMERS, "some/model")),
        (
            "transformers:some/model+/models/mine",
            GeneratorSpec(GeneratorKind.TRANSFORMERS, "some/model", "/models/mine"),
        ),
        (
            "openai:aurora+lora@http://127.0.0.1:8000/v1/",
            GeneratorSpec(GeneratorKind.OPENAI, "aurora+lora", base_url="http://127.0.0.1:8000/v1"),
        ),
    ],
)
def test_each_form_is_read_and_read_back(text: str, spec: GeneratorSpec) -> None:
    assert parse_generator(text) == spec
    assert parse_generator(str(spec)) == spec


def test_folders_are_found_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "base").mkdir()
    monkeypatch.chdir(tmp_path)
    spec = parse_generator("transformers:base+adapter")
    assert (spec.model, spec.adapter) == (str(tmp_path / "base"), str(tmp_path / "adapter"))
    assert spec == parse_generator(f"transformers:./base+{tmp_path}/adapter")


def test_the_name_of_a_folder_may_hold_a_plus(tmp_path: Path) -> None:
    folder = tmp_path / "half+half"
    folder.mkdir()
    spec = parse_generator(f"transformers:{folder}")
    assert (spec.model, spec.adapter) == (str(folder), "")
    with_adapter = parse_generator(f"transformers:{folder}+adapter")
    assert (with_adapter.model, Path(with_adapter.adapter).name) == (str(folder), "adapter")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "kanana",
        "curated:x",
        "aurora-tiny:x",
        "transformers:",
        "transformers:+adapter",
        "transformers:base+",
        "openai:model",
        "openai:@http://host/v1",
        "openai:model@http://",
        "hub:some/model",
    ],
)
def test_what_is_none_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(ValueError, match="write"):
        parse_generator(text)


@pytest.mark.parametrize("kind", ["openai", "opnai"])
def test_a_password_in_an_address_is_refused_and_not_repeated(kind: str) -> None:
    with pytest.raises(SecretInAddressError, match="AURORA_GENERATOR_KEY") as refused:
        parse_generator(f"{kind}:model@https://me:hunter2@host/v1")
    assert "hunter2" not in str(refused.value)


def test_what_anybody_may_see_holds_neither_folders_nor_addresses(tmp_path: Path) -> None:
    local = parse_generator(f"transformers:{tmp_path}/base+{tmp_path}/mine")
    assert local.public_name == "transformers:base+mine"
    served = parse_generator("openai:kanana@http://10.0.0.7:8000/v1")
    assert served.public_name == "openai:kanana"
