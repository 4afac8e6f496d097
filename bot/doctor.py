"""Says in plain words what is missing or misconfigured, and what to do about it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.app import open_database, open_engine, worker_options
from bot.config import ROOT, Settings
from bot.errors import BotError, ConfigError
from bot.i18n import Translator
from bot.logs import hide_secrets
from bot.platform_checks import check_discord, check_telegram
from bot.platforms import discord_settings, telegram_settings
from bot.storage.faults import describe
from engine.errors import PackError
from engine.pack_reader import find_packs, read_pack

_CHECK_SECONDS = 180


@dataclass(frozen=True, slots=True)
class Finding:
    """What one examination found.

    Args:
        subject: what was looked at.
        problems: what is wrong and what to do, one sentence each; empty when all is well.
        note: what is there, when all is well.
    """

    subject: str
    problems: tuple[str, ...] = ()
    note: str = ""

    @property
    def lines(self) -> Iterable[str]:
        """The finding as lines of text."""
        if not self.problems:
            return (f"✔ {self.subject}: {self.note}",)
        return tuple(f"✘ {self.subject}: {problem}" for problem in self.problems)


Run = Callable[..., subprocess.CompletedProcess[str]]


async def examine(settings: Settings, run: Run = subprocess.run) -> tuple[Finding, ...]:
    """Look at everything that the bot needs.

    Args:
        settings: where everything is.
        run: runs a program to its end.
    """
    return (
        _texts(),
        _packs(settings),
        await _database(settings),
        await _remote_engine(settings) if settings.engine_url else _own_engine(settings, run),
        *await _platforms(settings),
    )


def _texts() -> Finding:
    try:
        translator = Translator.load()
    except BotError as error:
        return Finding("Message catalogues", (str(error),))
    return Finding("Message catalogues", note=", ".join(translator.locales))


def _packs(settings: Settings) -> Finding:
    subject = "Question packs"
    packs = find_packs(settings.packs)
    if not packs:
        return Finding(subject, (f"none in {settings.packs}; set AURORA_PACKS to their folder",))
    problems: list[str] = []
    notes: list[str] = []
    for name, folder in packs.items():
        try:
            pack = read_pack(folder)
            notes.append(f"{pack.id} {pack.version} ({len(pack.topics)} topics)")
        except PackError as error:
            count = len(error.faults)
            see = f"list them with `python -m bot packs validate {folder}`"
            problems.append(f"{name} has {count} fault(s); {see}")
    return Finding(subject, tuple(problems), ", ".join(notes))


async def _database(settings: Settings) -> Finding:
    try:
        async with open_database(settings.database_url) as database:
            return Finding("Database", note=describe(database.url))
    except BotError as error:
        return Finding("Database", (str(error),))


async def _remote_engine(settings: Settings) -> Finding:
    subject = f"Engine at {hide_secrets(settings.engine_url)}"
    try:
        async with open_engine(settings) as (client, _):
            health = await client.health()
    except BotError as error:
        return Finding(subject, (str(error),))
    generator = health.get("generator") or {}
    if trouble := generator.get("trouble"):
        return Finding(subject, (f"generator: {trouble}; until then utterances are curated",))
    note = f"on {health.get('device')}, packs {health.get('packs')}{_spoken_by(generator)}"
    return Finding(subject, note=note)


async def _platforms(settings: Settings) -> tuple[Finding, ...]:
    """Ask every platform that is configured whether it takes the token."""
    found = []
    for subject, check in (("Telegram", _telegram), ("Discord", _discord)):
        try:
            note = await check(settings)
        except ConfigError as error:
            found.append(Finding(subject, (str(error),)))
        else:
            found += [Finding(subject, note=note)] if note else []
    return tuple(found)


async def _telegram(settings: Settings) -> str:
    configured = telegram_settings(settings)
    return await check_telegram(configured) if configured else ""


async def _discord(settings: Settings) -> str:
    configured = discord_settings(settings)
    return await check_discord(configured) if configured else ""


def _own_engine(settings: Settings, run: Run) -> Finding:
    """Have a fresh engine process check itself: models, libraries, device."""
    options = worker_options(settings)
    command = [sys.executable, "-m", "engine", "--check", *options.arguments()]
    try:
        done = run(
            command,
            capture_output=True,
            text=True,
            timeout=_CHECK_SECONDS,
            cwd=ROOT,
            env=options.environment(),
            check=False,
        )
        account = json.loads(done.stdout)
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        what = f"could not check itself ({error}); try `python -m engine --check`"
        return Finding("Engine", (what,))
    if not account["ok"]:
        # Faults of packs are the business of another finding, which says how to list them.
        problems = tuple(p for p in account["problems"] if not p.startswith("pack: "))
        return Finding("Engine", problems or ("cannot start before the question packs are mended",))
    spoken_by = _spoken_by(account.get("generator") or {})
    note = f"{len(account['models'])} models on {account['device']}{spoken_by}"
    return Finding("Engine", note=note)


def _spoken_by(generator: Mapping[str, Any]) -> str:
    speaks = generator.get("speaks")
    return f", utterances: {speaks}" if speaks else ""
