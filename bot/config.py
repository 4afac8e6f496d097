"""Settings of the bot: read once from the environment (and ``.env``), then passed in."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Annotated, Literal

from platformdirs import user_data_path
from pydantic import AfterValidator, AliasChoices, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import URL

from bot.errors import ConfigError
from engine.generator_spec import parse_generator
from engine.model_location import SecretInAddressError
from engine.verifier_spec import parse_verifier

ROOT = Path(__file__).resolve().parent.parent


def default_database_url() -> str:
    """Return the SQLite database in the user's own data folder."""
    return sqlite_url(user_data_path("aurora") / "aurora.db")


def sqlite_url(path: Path) -> str:
    """Return the SQLAlchemy address of a SQLite file, whatever signs its name holds."""
    file = str(path.expanduser().resolve())
    return URL.create("sqlite+aiosqlite", database=file).render_as_string(hide_password=False)


def _generator(text: str) -> str:
    """Return a choice of generator such that another process reads the same.

    What is none stays as it is: the engine says so, and speaks in curated utterances meanwhile.
    """
    try:
        return str(parse_generator(text))
    except SecretInAddressError:
        raise
    except ValueError:
        return text


class Settings(BaseSettings):
    """What can be set from outside; every field has a default that works.

    Args:
        database_url: where interviews are kept (``DATABASE_URL``): SQLite or PostgreSQL.
        engine_url: address of a running engine worker, or of the NATS server of a fleet of them
            (``ENGINE_URL``, docs/fleet.md); the bot starts a worker of its own when this is empty.
        packs: folder of question packs (``AURORA_PACKS``).
        weights: folder of the engine's models (``AURORA_WEIGHTS``).
        device: where the engine that the bot starts runs its models (``AURORA_DEVICE``).
        verifier: what judges answers in that engine (``AURORA_VERIFIER``, docs/verifiers.md).
        verifier_key: for a verifier on a server that wants one (``AURORA_VERIFIER_KEY``).
        generator: what phrases utterances in that engine (``AURORA_GENERATOR``, docs/voices.md).
        generator_key: for a generator on a server that wants one (``AURORA_GENERATOR_KEY``).
        locale: language of an interview when none is chosen (``AURORA_LOCALE``).
        log_level: least severe log line that is written (``AURORA_LOG_LEVEL``).
        turn_timeout: seconds that one turn may take in the engine (``AURORA_TURN_TIMEOUT``).
        telegram_token, telegram_token_file: Telegram's token, or the file that it stands in; with
            neither Telegram is not started. So for ``AURORA_DISCORD_…``.
        telegram_base_url, discord_base_url: another server that speaks the platform's API.
        telegram_webhook_url: the public address that updates are sent to; without it they are
            fetched.
        telegram_webhook_secret: what Telegram sends along with each update.
        telegram_webhook_host, telegram_webhook_port: where a reverse proxy passes updates on to.
        discord_message_content: whether the Message Content Intent is on.
        monitor_host, monitor_port: where ``/healthz`` and ``/metrics`` are; the port ``off`` for
            nowhere (``AURORA_MONITOR_PORT``).
    """

    model_config = SettingsConfigDict(
        env_prefix="AURORA_", env_file=".env", extra="ignore", frozen=True
    )

    database_url: str = Field(
        default_factory=default_database_url,
        validation_alias=AliasChoices("DATABASE_URL", "database_url"),
    )
    engine_url: str = Field(default="", validation_alias=AliasChoices("ENGINE_URL", "engine_url"))
    packs: Path = ROOT / "dataset" / "packs"
    weights: Path = ROOT / "engine" / "weights"
    device: Literal["auto", "cpu", "cuda"] = "auto"
    verifier: Annotated[str, AfterValidator(lambda text: str(parse_verifier(text)))] = "bundled"
    verifier_key: SecretStr = SecretStr("")
    generator: Annotated[str, AfterValidator(_generator)] = "auto"
    generator_key: SecretStr = SecretStr("")
    locale: Literal["ko", "en"] = "ko"
    log_level: Literal["debug", "info", "warning", "error"] = "warning"
    turn_timeout: float = Field(default=30.0, gt=0, allow_inf_nan=False)
    telegram_token: SecretStr = SecretStr("")
    telegram_token_file: Path | None = None
    telegram_base_url: str = ""
    telegram_webhook_url: str = ""
    telegram_webhook_secret: SecretStr = SecretStr("")
    telegram_webhook_host: str = Field(default="127.0.0.1", min_length=1)
    telegram_webhook_port: int = Field(default=8443, ge=1, le=65535)
    discord_token: SecretStr = SecretStr("")
    discord_token_file: Path | None = None
    discord_base_url: str = ""
    discord_message_content: bool = False
    monitor_host: str = Field(default="127.0.0.1", min_length=1)
    monitor_port: Annotated[int, Field(ge=0, le=65535)] | Literal["off"] = 9464

    def secret(self, name: str) -> str:
        """Return a token, from the environment or from the file that is named there.

        Args:
            name: the field, such as ``telegram_token``.

        Raises:
            ConfigError: the file cannot be read.
        """
        given: SecretStr = getattr(self, name)
        path: Path | None = getattr(self, f"{name}_file")
        if given.get_secret_value() or path is None:
            return given.get_secret_value().strip()
        try:
            return path.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            variable = f"AURORA_{name.upper()}_FILE"
            raise ConfigError(f"{variable}: {path} cannot be read: {error}") from None

    def secrets(self) -> tuple[str, ...]:
        """Return everything that must never be shown."""
        keys = (self.telegram_webhook_secret, self.verifier_key, self.generator_key)
        found = [key.get_secret_value() for key in keys]
        for name in ("telegram_token", "discord_token"):
            with suppress(ConfigError):  # a file that cannot be read can give nothing away
                found.append(self.secret(name))
        return tuple(secret for secret in found if secret)


def read_settings(database: Path | None = None) -> Settings:
    """Read the settings.

    Args:
        database: SQLite file to use instead of the database that is set.

    Raises:
        ConfigError: one of them cannot be used.
    """
    try:
        settings = Settings()
    except ValidationError as error:
        faults = "; ".join(f"{_variable(e['loc'])}: {e['msg']}" for e in error.errors())
        raise ConfigError(f"settings: {faults}; see .env.example") from None
    if database is None:
        return settings
    return settings.model_copy(update={"database_url": sqlite_url(database)})


def _variable(place: tuple[int | str, ...]) -> str:
    """Return the name in the environment of a setting."""
    name = str(place[0])  # the field's own name, or the whole name where it has one of its own
    prefix = Settings.model_config["env_prefix"] if name in Settings.model_fields else ""
    return f"{prefix}{name.upper()}"
