"""How a verifier is named, on a command line and in the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.verifier_spec import BUNDLED_VERIFIER, VerifierKind, VerifierSpec, parse_verifier


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("bundled", BUNDLED_VERIFIER),
        (" bundled\n", BUNDLED_VERIFIER),
        ("hub:some/model", VerifierSpec(VerifierKind.HUB, "some/model")),
        (
            "openai:qwen2.5:7b@http://127.0.0.1:11434/v1/",
            VerifierSpec(VerifierKind.OPENAI, "qwen2.5:7b", "http://127.0.0.1:11434/v1"),
        ),
        (
            "openai:org/model@4bit@https://[::1]:8000/v1",
            VerifierSpec(VerifierKind.OPENAI, "org/model@4bit", "https://[::1]:8000/v1"),
        ),
    ],
)
def test_each_form_is_read_and_read_back(text: str, spec: VerifierSpec) -> None:
    assert parse_verifier(text) == spec
    assert parse_verifier(str(spec)) == spec


def test_a_folder_is_found_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "model").mkdir()
    monkeypatch.chdir(tmp_path)
    spec = parse_verifier("hub:model")
    assert spec == parse_verifier("hub:./model") == parse_verifier(f"hub:{tmp_path}/model")
    assert spec.model == str(tmp_path / "model")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "bundled:x",
        "hub:",
        "some/model",
        "openai:model",
        "openai:@http://host/v1",
        "openai:model@ftp://host/v1",
        "openai:model@http://",
        "openai:model@http://host:99999/v1",
        "openai:model@https://host/v1?key=1",
    ],
)
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"write|[Pp]ort"):
        parse_verifier(text)


def test_a_password_in_an_address_is_refused_and_not_repeated() -> None:
    with pytest.raises(ValueError, match="AURORA_VERIFIER_KEY") as refused:
        parse_verifier("openai:model@https://me:hunter2@host/v1")
    assert "hunter2" not in str(refused.value)


def test_a_calibration_goes_with_the_model_wherever_it_runs(tmp_path: Path) -> None:
    here, there, other = (
        parse_verifier(f"openai:{model}@http://{host}/v1").folder_name
        for model, host in (("m", "one"), ("m", "two"), ("n", "one"))
    )
    assert here == there != other
    folder = parse_verifier(f"hub:{tmp_path}")
    assert str(tmp_path.parent) not in folder.public_name
    assert "/" not in folder.folder_name
