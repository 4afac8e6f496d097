"""Settings of the bot: read once from the environment (and ``.env``), then passed in."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from platformdirs import user_data_path
from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import URL

ROOT = Path(__file__).resolve().parent.parent


def default_database_url() -> str:
    """Return the SQLite database in the user's own data folder."""
    return sqlite_url(user_data_path("aurora") / "aurora.db")


def sqlite_url(path: Path) -> str:
    """Return the SQLAlchemy address of a SQLite file, whatever signs its name holds."""
    file = str(path.expanduser().resolve())
    return URL.create("sqlite+aiosqlite", database=file).render_as_string(hide_password=False)


class Settings(BaseSettings):
    """What can be set from outside; every field has a default that works.

    Args:
        database_url: where interviews are kept (``DATABASE_URL``): SQLite or PostgreSQL.
        engine_url: address of a running engine worker (``ENGINE_URL``); the bot starts its own
            when this is empty.
        packs: folder of question packs (``AURORA_PACKS``).
        weights: folder of the engine's models (``AURORA_WEIGHTS``).
        device: where the engine that the bot starts runs its models (``AURORA_DEVICE``).
        locale: language of an interview when none is chosen (``AURORA_LOCALE``).
        log_level: least severe log line that is written (``AURORA_LOG_LEVEL``).
        turn_timeout: seconds that one turn may take in the engine (``AURORA_TURN_TIMEOUT``).
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
    locale: Literal["ko", "en"] = "ko"
    log_level: Literal["debug", "info", "warning", "error"] = "warning"
    turn_timeout: float = Field(default=30.0, gt=0, allow_inf_nan=False)
