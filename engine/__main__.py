"""``python -m engine``: the worker as a process.

Exit codes: 0 ended as asked, 1 cannot listen there or is refused there (or ``--check`` found
problems), 2 models or libraries are not usable, 3 question packs are not usable.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import logging
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from engine.artifacts import WEIGHTS
from engine.cache_folder import CACHE_VARIABLE
from engine.check import check_engine
from engine.errors import EngineError, PackError
from engine.fleet import LEASE_SECONDS, NatsAddress, is_fleet, parse_fleet
from engine.freed_memory import give_back_freed_memory
from engine.generator_spec import FORMS as GENERATOR_FORMS
from engine.generator_spec import GeneratorKind
from engine.listener import Listener, listen
from engine.loading import DEVICES, PACKS, EngineSettings, LoadedEngine, load_engine, prepare_engine
from engine.verifier_spec import BUNDLED_VERIFIER, FORMS, VerifierSpec, parse_verifier
from engine.wire import Address, parse_address
from engine.worker import Worker

EXIT_LISTEN = 1
EXIT_ARTIFACTS = 2
EXIT_PACKS = 3
DEFAULT_ADDRESS = "tcp://127.0.0.1:8790"
ADDRESS_VARIABLE = "ENGINE_LISTEN"
"""Where a password in the address of a server stays out of the list of processes."""
LEAST_LEASE, MOST_LEASE = 0.5, 300.0
# A worker whose owner is gone gets this long to end in order, in seconds.
_ORPHAN_GRACE = 10.0

log = logging.getLogger("engine")


def main(argv: Sequence[str] | None = None) -> int:
    """Run the worker until it is told to stop; return the exit code."""
    options = _parser().parse_args(argv)
    settings = EngineSettings(
        options.packs,
        options.weights,
        options.device,
        options.fake,
        options.verifier,
        options.generator,
    )
    if options.exit_with_stdin:
        threading.Thread(target=_end_with_stdin, daemon=True).start()
    logging.basicConfig(stream=sys.stderr, format="engine: %(message)s")
    log.setLevel(logging.INFO)
    # Libraries that greet on standard output must not reach whoever reads ours.
    with contextlib.redirect_stdout(sys.stderr):
        if options.prepare:
            return _prepare(settings)
        if not options.check:
            return _serve(settings, options.listen, options.lease)
        account = check_engine(settings)
    print(json.dumps(account, ensure_ascii=False))  # noqa: T201 - what --check is for
    return 0 if account["ok"] else 1


def _prepare(settings: EngineSettings) -> int:
    try:
        prepare_engine(settings)
    except EngineError as error:
        return _refused(error, settings)
    return 0


def _refused(error: EngineError, settings: EngineSettings) -> int:
    """Say what is missing; return the exit code."""
    if not isinstance(error, PackError):
        log.error("cannot start: %s", error)
        return EXIT_ARTIFACTS
    more = len(error.faults) - 1
    rest = f" (and {more} more faults)" if more else ""
    see = f"see all with `python -m bot packs validate {settings.packs}`"
    log.error("the question packs cannot be used: %s%s; %s", error.faults[0], rest, see)
    return EXIT_PACKS


def _serve(settings: EngineSettings, address: Address | NatsAddress, lease: float) -> int:
    try:
        loaded = load_engine(settings)
    except EngineError as error:
        return _refused(error, settings)
    if settings.verifier != BUNDLED_VERIFIER and not settings.fake:
        log.info("answers are judged by %s", settings.verifier)
    give_back_freed_memory()
    generator = loaded.facts.generator
    if generator.trouble:
        log.error("utterances are curated: %s", generator.trouble)
    elif loaded.writer:
        log.info("utterances are written by %s", generator.speaks)
    if isinstance(address, NatsAddress):
        return _serve_fleet(loaded, address, lease)
    try:
        listener = listen(address)
    except OSError as error:
        log.error("cannot listen at %s: %s", address, error.strerror or error)  # noqa: TRY400
        return EXIT_LISTEN
    with contextlib.closing(listener):
        asyncio.run(_run(loaded, listener))
    return 0


async def _run(loaded: LoadedEngine, listener: Listener) -> None:
    stop = _stop_signals()
    log.info("listening at %s", listener.address)
    await Worker(loaded.pipeline, loaded.facts).serve(listener, stop)


def _serve_fleet(loaded: LoadedEngine, address: NatsAddress, lease: float) -> int:
    try:
        from engine.fleet_worker import FleetWorker  # noqa: PLC0415 - only fleets need NATS
    except ImportError as error:
        log.error("%s: install what a fleet needs: pip install '.[fleet]'", error)  # noqa: TRY400
        return EXIT_ARTIFACTS

    async def run() -> None:
        stop = _stop_signals()
        await FleetWorker(loaded.pipeline, loaded.facts, address, lease).serve(stop)

    try:
        asyncio.run(run())
    except ConnectionError as error:
        log.error("%s refuses this worker: %s", address, error)  # noqa: TRY400
        return EXIT_LISTEN
    return 0


def _stop_signals() -> asyncio.Event:
    """Return what SIGTERM and SIGINT set from now on."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def ask(*_: object) -> None:
        # An owner that stops asks twice: by a signal, and by closing the pipe.
        with contextlib.suppress(RuntimeError):
            loop.call_soon_threadsafe(stop.set)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, ask)
    return stop


def _end_with_stdin() -> None:
    """End this process when standard input ends, which a killed owner brings about."""
    with contextlib.suppress(OSError):
        while os.read(0, 4096):
            pass
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(_ORPHAN_GRACE)
    os._exit(EXIT_LISTEN)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m engine", description="Judges answers and phrases replies, for the bot."
    )
    parser.add_argument(
        "--listen",
        type=_address,
        default=os.environ.get(ADDRESS_VARIABLE, DEFAULT_ADDRESS),
        metavar="URL",
        help=f"unix:///path or tcp://host:port (default {ADDRESS_VARIABLE} or {DEFAULT_ADDRESS}); "
        "there is no password, so keep it where only the bot can reach it. Or nats://host:port: "
        "take turns from there, as one of many workers (docs/fleet.md)",
    )
    parser.add_argument(
        "--lease",
        type=_seconds,
        default=LEASE_SECONDS,
        metavar="SECONDS",
        help="in a fleet: turns of a worker that is not heard of for so long go to others; the "
        f"same for all workers (default {LEASE_SECONDS:g})",
    )
    parser.add_argument("--packs", type=Path, default=PACKS, help="folder with question packs")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="folder with models")
    parser.add_argument("--device", choices=DEVICES, default="auto", help="where models run")
    parser.add_argument(
        "--verifier",
        type=_verifier,
        default=BUNDLED_VERIFIER,
        metavar="SPEC",
        help=f"what judges answers: {FORMS} (docs/verifiers.md)",
    )
    parser.add_argument(
        "--generator",
        default=GeneratorKind.AUTO.value,
        metavar="SPEC",
        help=f"what phrases utterances: {GENERATOR_FORMS} (docs/voices.md); curated lines are "
        "said where it cannot be used",
    )
    parser.add_argument("--fake", action="store_true", help="stand-ins instead of models")
    parser.add_argument(
        "--exit-with-stdin", action="store_true", help="end when standard input ends"
    )
    parser.add_argument(
        "--prepare",
        action="store_true",
        help=f"make what later starts find ready, in the folder {CACHE_VARIABLE} or in the user's "
        "cache, and end",
    )
    parser.add_argument(
        "--check", action="store_true", help="say as JSON whether everything is there, and end"
    )
    return parser


def _verifier(text: str) -> VerifierSpec:
    try:
        return parse_verifier(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _seconds(text: str) -> float:
    seconds = float(text)
    if not LEAST_LEASE <= seconds <= MOST_LEASE:
        raise argparse.ArgumentTypeError(f"{LEAST_LEASE:g} to {MOST_LEASE:g} seconds")
    return seconds


def _address(url: str) -> Address | NatsAddress:
    try:
        return parse_fleet(url) if is_fleet(url) else parse_address(url)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


if __name__ == "__main__":
    sys.exit(main())
