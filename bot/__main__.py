"""The command line: ``python -m bot chat · run · db · packs · doctor``.

Exit codes: 0 done, 1 something else went wrong, 2 wrong use, 3 question packs, 4 database,
5 engine, 130 interrupted before the interview began.
"""

from __future__ import annotations

import asyncio
import getpass
import os
import sys
from collections.abc import Awaitable, Callable
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from bot.adapters.console_adapter.faces import FaceStyle
from bot.config import Settings, read_settings
from bot.errors import (
    BotError,
    ConfigError,
    EngineUnavailableError,
    StorageError,
    UnknownPackError,
)
from bot.interview.flow import Length, Level
from bot.logs import set_up_logging
from bot.packs import PackLibrary
from bot.storage.database import Database
from engine.contract import Mode
from engine.errors import PackError
from engine.pack_reader import find_packs, read_pack

EXIT_OTHER, EXIT_USE, EXIT_PACKS, EXIT_DATABASE, EXIT_ENGINE = 1, 2, 3, 4, 5
EXIT_INTERRUPTED = 130
_EXIT_CODES: tuple[tuple[type[Exception], int], ...] = (
    (ConfigError, EXIT_USE),
    (UnknownPackError, EXIT_PACKS),
    (PackError, EXIT_PACKS),
    (StorageError, EXIT_DATABASE),
    (EngineUnavailableError, EXIT_ENGINE),
    (BotError, EXIT_OTHER),
)
# click's error for wrong use, wherever this version of typer keeps it
_WrongUse: type[Exception] = typer.BadParameter.__bases__[0]

app = typer.Typer(
    help="Aurora interviews you on machine learning.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
db = typer.Typer(help="Look after the database.", no_args_is_help=True)
packs = typer.Typer(help="Look after question packs.", no_args_is_help=True)
app.add_typer(db, name="db")
app.add_typer(packs, name="packs")


class Locale(StrEnum):
    """Languages that an interview can be held in."""

    KO = "ko"
    EN = "en"


class KoreanStyle(StrEnum):
    """How Korean is spoken."""

    BANMAL = "banmal"
    JONDAETMAL = "jondaetmal"


DatabaseOption = Annotated[
    Path | None, typer.Option("--db", help="SQLite file to keep interviews in.")
]


def main() -> None:
    """Run the command line; an error that was foreseen is one line on standard error."""
    try:
        sys.exit(app(standalone_mode=False))
    except _WrongUse as error:
        _explain_use(error)
        sys.exit(EXIT_USE)
    except (KeyboardInterrupt, typer.Abort):
        sys.exit(EXIT_INTERRUPTED)
    except tuple(kind for kind, _ in _EXIT_CODES) as error:
        code = next(code for kind, code in _EXIT_CODES if isinstance(error, kind))
        print(f"aurora: {error}", file=sys.stderr)
        sys.exit(code)


def _explain_use(error: Any) -> None:
    """Say what was wrong; where nothing at all was asked for the help has been printed."""
    said = str(error.format_message())
    if said.strip():
        see = f"see `{error.ctx.command_path} --help`" if error.ctx else "see --help"
        print(f"aurora: {said.rstrip('.')}; {see}", file=sys.stderr)


@app.command()
def chat(  # noqa: PLR0913, PLR0917 - each is an option of the command line
    lang: Annotated[Locale | None, typer.Option(help="Language of the interview.")] = None,
    style: Annotated[
        KoreanStyle | None, typer.Option(help="How Korean is spoken: casually, or politely.")
    ] = None,
    pack: Annotated[str | None, typer.Option(help="Question pack.")] = None,
    mode: Annotated[
        Mode | None, typer.Option(help="coach: verdicts at once; exam: only in the report.")
    ] = None,
    level: Annotated[Level | None, typer.Option(help="Hardest questions to ask.")] = None,
    length: Annotated[Length | None, typer.Option(help="How many questions to ask.")] = None,
    start_topic: Annotated[
        str | None, typer.Option(metavar="ID", help="Begin with this topic.")
    ] = None,
    new: Annotated[
        bool, typer.Option("--new", help="Begin a new interview although one is open.")
    ] = False,
    plain: Annotated[
        bool, typer.Option("--plain", help="One message a line in, plain text out.")
    ] = False,
    json: Annotated[
        bool, typer.Option("--json", help="One message a line in, one JSON object a turn out.")
    ] = False,
    database: DatabaseOption = None,
    migrate: Annotated[
        bool, typer.Option("--migrate", help="Bring an older database up to date first.")
    ] = False,
    fake: Annotated[
        bool, typer.Option("--fake", help="Stand-ins instead of models, for trying things out.")
    ] = False,
) -> None:
    """Take an interview in the terminal."""
    from bot.chat import ChatOptions, run_chat  # noqa: PLC0415 - db and packs start without it

    choice = {
        "locale": lang,
        "style": style,
        "pack": pack,
        "mode": mode,
        "level": level,
        "length": length,
        "start_topic": start_topic,
    }
    options = ChatOptions(
        style=FaceStyle.JSON if json else FaceStyle.PLAIN if plain else FaceStyle.RICH,
        user_name=_user_name(),
        chosen={name: str(value) for name, value in choice.items() if value is not None},
        new=new,
        fake_engine=fake,
        migrate=migrate,
    )
    _run(lambda settings: run_chat(settings, options), database)


@app.command()
def run(
    telegram_only: Annotated[
        bool, typer.Option("--telegram-only", help="Start Telegram, whatever else is configured.")
    ] = False,
    discord_only: Annotated[
        bool, typer.Option("--discord-only", help="Start Discord, whatever else is configured.")
    ] = False,
    database: DatabaseOption = None,
    migrate: Annotated[
        bool, typer.Option("--migrate", help="Bring an older database up to date first.")
    ] = False,
    fake: Annotated[
        bool, typer.Option("--fake", help="Stand-ins instead of models, for trying things out.")
    ] = False,
) -> None:
    """Interview people on every platform whose token is set."""
    from bot.platforms import Only  # noqa: PLC0415 - db and packs start without them
    from bot.run import RunOptions, run_platforms  # noqa: PLC0415

    if telegram_only and discord_only:
        raise typer.BadParameter("--telegram-only and --discord-only exclude each other")
    options = RunOptions(Only(telegram_only, discord_only), fake, migrate)

    def started(settings: Settings) -> Awaitable[None]:
        return run_platforms(settings, options)

    # Nobody sits at this terminal: what the bot does is to be read in its log.
    _run(started, database, default_level="info")


@app.command()
def doctor(database: DatabaseOption = None) -> None:
    """Say what is missing or misconfigured, and what to do about it."""
    from bot.doctor import examine  # noqa: PLC0415 - brings the whole bot in

    found: list[str] = []

    async def look(settings: Settings) -> None:
        for finding in await examine(settings):
            print(*finding.lines, sep="\n")
            found.extend(finding.problems)

    _run(look, database)
    print("Everything is in place." if not found else f"{len(found)} problem(s) to mend.")
    if found:
        raise typer.Exit(EXIT_OTHER)


@db.command()
def upgrade(database: DatabaseOption = None) -> None:
    """Bring the database to this version's tables; creates it where there is none."""
    _on_database(database, lambda opened: opened.upgrade())


@db.command()
def downgrade(
    revision: Annotated[str, typer.Argument(help="Revision to go back to.")],
    database: DatabaseOption = None,
) -> None:
    """Take the database back to an older version's tables."""
    _on_database(database, lambda opened: opened.downgrade(revision))


@db.command()
def check(database: DatabaseOption = None) -> None:
    """Say whether the database fits this version."""
    _on_database(database, lambda opened: opened.check_schema())


@packs.command()
def validate(path: Annotated[Path, typer.Argument(help="A pack, or a folder of packs.")]) -> None:
    """Check packs and list all their faults, each with file, line and field."""
    folder = path.parent if path.name == "pack.yaml" else path
    found = {folder.name: folder} if (folder / "pack.yaml").exists() else find_packs(folder)
    if not found:
        raise PackError((f"{path}:1: there is no pack.yaml here",))
    faults = 0
    for place in found.values():
        try:
            pack = read_pack(place)
        except PackError as error:
            faults += len(error.faults)
            print(*(f"{place}/{fault}" for fault in error.faults), sep="\n", file=sys.stderr)
        else:
            print(f"{place}: {pack.id} {pack.version} is valid: {len(pack.topics)} topics")
    if faults:
        print(f"{faults} fault(s)", file=sys.stderr)
        raise typer.Exit(EXIT_PACKS)


@packs.command("list")
def list_packs() -> None:
    """List the packs at hand."""
    settings = read_settings()
    library = PackLibrary(settings.packs)
    if not library.ids():
        raise UnknownPackError(f"there is no question pack in {settings.packs}")
    for pack_id in library.ids():
        pack = library.get(pack_id)
        print(f"{pack.id} {pack.version}  {', '.join(pack.locales)}  {len(pack.topics)} topics")


def _run(
    work: Callable[[Settings], Awaitable[None]], database: Path | None, default_level: str = ""
) -> None:
    settings = read_settings(database)
    level_set = "log_level" in settings.model_fields_set
    level = settings.log_level if level_set or not default_level else default_level
    set_up_logging(level, settings.secrets())

    async def run() -> None:
        await work(settings)

    asyncio.run(run())


def _on_database(path: Path | None, work: Callable[[Database], Awaitable[None]]) -> None:
    async def run(settings: Settings) -> None:
        opened = Database(settings.database_url)
        try:
            await work(opened)
        finally:
            await opened.close()

    _run(run, path)


def _user_name() -> str:
    """Return who sits at the terminal; a container may not know."""
    try:
        return getpass.getuser().encode("utf-8", "replace").decode("utf-8")
    except (OSError, KeyError, ImportError):
        return f"user-{os.getuid()}" if hasattr(os, "getuid") else "user"


if __name__ == "__main__":
    main()
