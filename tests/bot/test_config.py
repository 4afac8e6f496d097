"""Settings: defaults that work, the environment, and a file beside the program."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from bot.config import ROOT, Settings, read_settings, sqlite_url
from bot.errors import ConfigError
from bot.storage.database import Database


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Somebody who has set nothing, in a folder without a file of settings."""
    names = [f"AURORA_{name.upper()}" for name in Settings.model_fields]
    for name in (*names, "DATABASE_URL", "ENGINE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)


def test_everything_has_a_default_that_works(tmp_path: Path) -> None:
    settings = Settings()
    assert settings.database_url == f"sqlite+aiosqlite:///{tmp_path}/data/aurora/aurora.db"
    assert settings.engine_url == ""
    assert settings.packs == ROOT / "dataset" / "packs"
    assert (settings.packs / "ml-core" / "pack.yaml").is_file()
    assert (settings.device, settings.locale) == ("auto", "ko")


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "DATABASE_URL": "postgresql://localhost/aurora",
        "ENGINE_URL": "tcp://127.0.0.1:8790",
        "AURORA_PACKS": "/packs",
        "AURORA_LOCALE": "en",
        "AURORA_TURN_TIMEOUT": "2.5",
    }.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert settings.database_url == "postgresql://localhost/aurora"
    assert settings.engine_url == "tcp://127.0.0.1:8790"
    assert settings.packs == Path("/packs")
    assert (settings.locale, settings.turn_timeout) == ("en", 2.5)


def test_a_file_is_read_and_the_environment_goes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        "# mine",
        "AURORA_LOCALE=en",
        "AURORA_DEVICE=cuda",
        "SOMETHING_ELSE=1",
        "DATABASE_URL=x",
    ]
    (tmp_path / ".env").write_text("\n".join(lines))
    monkeypatch.setenv("AURORA_DEVICE", "cpu")
    settings = Settings()
    assert (settings.locale, settings.device, settings.database_url) == ("en", "cpu", "x")


def test_everything_in_the_example_is_a_setting_with_a_value_that_works(
    tmp_path: Path,
) -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8").splitlines()
    shown = [line.removeprefix("# ") for line in example if "=" in line]
    pairs = [line.split("   ")[0] for line in shown if line.split("=")[0].isupper()]
    (tmp_path / ".env").write_text("\n".join(pairs), encoding="utf-8")
    assert Settings().model_fields_set == set(Settings.model_fields)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("AURORA_LOCALE", "fr"),
        ("AURORA_DEVICE", "tpu"),
        ("AURORA_LOG_LEVEL", "loud"),
        ("AURORA_TURN_TIMEOUT", "0"),
        ("AURORA_TURN_TIMEOUT", "nan"),
        ("AURORA_TURN_TIMEOUT", "inf"),
        ("AURORA_TURN_TIMEOUT", "soon"),
        ("AURORA_VERIFIER", "some/model"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ValidationError, match=name.removeprefix("AURORA_").lower()):
        Settings()


def test_a_verifier_is_found_from_anywhere_and_its_key_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "model").mkdir()
    monkeypatch.setenv("AURORA_VERIFIER", "hub:model")
    monkeypatch.setenv("AURORA_VERIFIER_KEY", "sk-quite-secret")
    settings = Settings()
    assert settings.verifier == f"hub:{tmp_path}/model"
    assert settings.verifier_key.get_secret_value() == "sk-quite-secret"
    assert "sk-quite-secret" not in repr(settings)


def test_a_generator_is_found_from_anywhere_and_its_key_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "base").mkdir()
    monkeypatch.setenv("AURORA_GENERATOR", "transformers:base+adapter")
    monkeypatch.setenv("AURORA_GENERATOR_KEY", "sk-quite-secret")
    settings = Settings()
    assert settings.generator == f"transformers:{tmp_path}/base+{tmp_path}/adapter"
    assert "sk-quite-secret" in settings.secrets()
    assert "sk-quite-secret" not in repr(settings)


def test_a_generator_that_is_none_does_not_keep_the_bot_from_starting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AURORA_GENERATOR", "kanana")
    assert Settings().generator == "kanana"


def test_a_password_in_the_address_of_a_generator_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AURORA_GENERATOR", "openai:m@https://me:hunter2@host/v1")
    with pytest.raises(ConfigError, match="AURORA_GENERATOR_KEY") as refused:
        read_settings()
    assert "hunter2" not in str(refused.value)


def test_settings_cannot_be_changed_later() -> None:
    settings = Settings()
    with pytest.raises(ValidationError, match="frozen"):
        settings.locale = "en"  # type: ignore[misc]  # what the test is about


def test_the_address_of_a_file_does_not_depend_on_where_one_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = sqlite_url(Path("mine.db"))
    assert address == f"sqlite+aiosqlite:///{tmp_path}/mine.db"
    monkeypatch.setenv("HOME", str(tmp_path))
    assert sqlite_url(Path("~/mine.db")) == address


@pytest.mark.parametrize("name", ["what?.db", "100%.db", "a%20b.db", "인터뷰 #1.db", "a?mode=ro&b"])
async def test_the_address_of_a_file_leads_to_that_file(tmp_path: Path, name: str) -> None:
    database = Database(sqlite_url(tmp_path / name))
    try:
        await database.upgrade()
    finally:
        await database.close()
    assert name in os.listdir(tmp_path)  # noqa: PTH208 - the name as it is
