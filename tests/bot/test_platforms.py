"""Which platforms are started, and with which settings."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.adapters.discord_adapter.settings import DiscordSettings
from bot.adapters.telegram_adapter.settings import TelegramSettings
from bot.config import Settings
from bot.errors import ConfigError
from bot.platforms import DISCORD, TELEGRAM, Only, discord_settings, platforms, telegram_settings


def settings(**changes: object) -> Settings:
    """Return the settings of somebody who has set only this."""
    nothing = {name: field.get_default() for name, field in Settings.model_fields.items()}
    plain = {name: value for name, value in nothing.items() if name.startswith(("tele", "disc"))}
    return Settings().model_copy(update={**plain, **changes})


BOTH = {"telegram_token": SecretStr("for telegram"), "discord_token": SecretStr("for discord")}


@pytest.mark.parametrize(
    ("tokens", "only", "started"),
    [
        (BOTH, Only(), {TELEGRAM, DISCORD}),
        (BOTH, Only(telegram=True), {TELEGRAM}),
        (BOTH, Only(discord=True), {DISCORD}),
        ({"discord_token": BOTH["discord_token"]}, Only(), {DISCORD}),
    ],
)
def test_every_platform_with_a_token_is_started_unless_left_out(
    tokens: dict[str, object], only: Only, started: set[str]
) -> None:
    assert set(platforms(settings(**tokens), only)) == started


@pytest.mark.parametrize(
    ("only", "wanted"),
    [
        (Only(), "AURORA_TELEGRAM_TOKEN or AURORA_DISCORD_TOKEN"),
        (Only(discord=True), "set AURORA_DISCORD_TOKEN"),
    ],
)
def test_where_none_can_be_started_it_is_said_what_to_set(only: Only, wanted: str) -> None:
    with pytest.raises(ConfigError, match=wanted):
        platforms(settings(), only)


def test_a_token_may_stand_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("from a file\n", encoding="utf-8")
    found = telegram_settings(settings(telegram_token_file=file))
    assert found == TelegramSettings(token="from a file", locale="ko")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"AURORA_TELEGRAM_TOKEN_FILE: .*nowhere"):
        telegram_settings(settings(telegram_token_file=tmp_path / "nowhere"))


def test_addresses_are_those_of_the_platforms_unless_set() -> None:
    plain, local = settings(**BOTH), settings(**BOTH, discord_base_url="http://127.0.0.1:1/api")
    assert telegram_settings(plain) == TelegramSettings(token="for telegram", locale="ko")
    assert discord_settings(plain) == DiscordSettings(token="for discord")
    found = discord_settings(local)
    assert found is not None
    assert found.base_url == "http://127.0.0.1:1/api"


def test_updates_are_taken_on_loopback_unless_another_address_is_set() -> None:
    found = telegram_settings(settings(**BOTH))
    elsewhere = telegram_settings(settings(**BOTH, telegram_webhook_host="0.0.0.0"))  # noqa: S104
    assert found is not None
    assert elsewhere is not None
    assert found.webhook_host == "127.0.0.1"
    assert elsewhere.webhook_host == "0.0.0.0"  # noqa: S104 - what a container needs


def test_a_webhook_without_a_secret_is_refused() -> None:
    with pytest.raises(ConfigError, match="AURORA_TELEGRAM_WEBHOOK_SECRET"):
        telegram_settings(settings(**BOTH, telegram_webhook_url="https://example.org/telegram"))


def test_no_token_is_ever_shown(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("from a file", encoding="utf-8")
    chosen = settings(telegram_token_file=file, discord_token=SecretStr("for discord"))
    for shown in (chosen, telegram_settings(chosen), discord_settings(chosen)):
        assert "from a file" not in repr(shown)
        assert "for discord" not in repr(shown)
    assert set(chosen.secrets()) >= {"from a file", "for discord"}


@pytest.mark.parametrize(
    ("given", "address"),
    [
        ("", "https://api.telegram.org/bot"),
        ("http://127.0.0.1:8081/bot", "http://127.0.0.1:8081/bot"),
        ("http://127.0.0.1:8081/bot/", "http://127.0.0.1:8081/bot"),
        ("http://127.0.0.1:8081", "http://127.0.0.1:8081/bot"),
        ("http://127.0.0.1:8081/test/", "http://127.0.0.1:8081/test/bot"),
        ("http://127.0.0.1/bot{token}/test", "http://127.0.0.1/bot{token}/test"),
    ],
)
def test_the_address_of_a_server_is_taken_however_it_ends(given: str, address: str) -> None:
    found = telegram_settings(settings(**BOTH, telegram_base_url=given))
    assert found is not None
    assert found.base_url == address
