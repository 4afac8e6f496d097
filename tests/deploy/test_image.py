"""The image: what it is built from is there, and its health check tells what the bot tells."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import Mapping
from fnmatch import fnmatch

from bot.metrics import Metrics
from bot.monitor import monitoring
from tests.support.command import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")


async def well() -> Mapping[str, str]:
    return {"telegram": ""}


async def ill() -> Mapping[str, str]:
    return {"telegram": "stopped"}


async def checked(**settings: str) -> subprocess.CompletedProcess[str]:
    """Run the health check with these settings."""
    command = [sys.executable, str(ROOT / "deploy" / "healthcheck.py")]
    given = {"PATH": "", "HTTP_PROXY": "http://127.0.0.1:1", **settings}
    return await asyncio.to_thread(
        subprocess.run, command, env=given, capture_output=True, text=True, check=False
    )


def used() -> list[str]:
    """Return what the image is built from."""
    lines = re.findall(r"^COPY (?:--chmod=\S+ )?(.+) \S+$", DOCKERFILE, re.MULTILINE)
    bound = re.findall(r"--mount=type=bind,source=([^,\s]+)", DOCKERFILE)
    return [*bound, *(name for line in lines for name in line.split())]


def required(*extras: str) -> set[str]:
    """Return the names of the libraries that the image gets with these extras."""
    command = [
        sys.executable,
        *(str(ROOT / name) for name in ("deploy/requirements.py", "pyproject.toml")),
    ]
    done = subprocess.run([*command, *extras], capture_output=True, text=True, check=True)
    return {re.split(r"[\[<>=]", line)[0] for line in done.stdout.splitlines()}


async def test_the_health_check_passes_where_all_is_well() -> None:
    async with monitoring("127.0.0.1", 0, Metrics(), well) as port:
        assert (await checked(AURORA_MONITOR_PORT=str(port))).returncode == 0


async def test_the_health_check_says_what_is_wrong() -> None:
    async with monitoring("127.0.0.1", 0, Metrics(), ill) as port:
        done = await checked(AURORA_MONITOR_PORT=str(port))
    assert done.returncode == 1
    assert "stopped" in done.stderr


async def test_the_health_check_fails_where_nobody_answers() -> None:
    async with monitoring("127.0.0.1", 0, Metrics(), well) as port:
        pass
    assert (await checked(AURORA_MONITOR_PORT=str(port))).returncode == 1


async def test_a_bot_that_is_not_watched_is_not_ill() -> None:
    assert (await checked(AURORA_MONITOR_PORT="off")).returncode == 0


def test_all_that_the_image_is_built_from_is_there_and_not_ignored() -> None:
    ignored = (ROOT / ".dockerignore").read_text("utf-8").split()
    for name in used():
        assert (ROOT / name).exists(), name
        assert not any(fnmatch(name, pattern) for pattern in ignored), name
    assert {"bot", "engine", "dataset", "migrations"} <= set(used())


def test_the_image_has_the_libraries_that_the_program_names() -> None:
    plain = required()
    assert {"aiohttp", "ctranslate2", "discord.py"} <= plain
    assert required("postgres") - plain == {"asyncpg"}
    assert required("fleet", "torch") - plain >= {"nats-py", "torch", "transformers"}


def test_the_image_is_made_without_the_libraries_that_the_bundled_models_do_not_need() -> None:
    (extras,) = re.findall(r'^ARG EXTRAS="(.*)"$', DOCKERFILE, re.MULTILINE)
    assert {"asyncpg", "nats-py"} <= required(*extras.split())
    assert not {"torch", "transformers", "peft", "sentence-transformers"} & required(
        *extras.split()
    )


def test_what_is_asked_for_health_can_be_read_by_whoever_runs_the_bot() -> None:
    (mode,) = re.findall(r"^COPY --chmod=(\d+) deploy/healthcheck\.py", DOCKERFILE, re.MULTILINE)
    assert int(mode, 8) & 0o004
    (user,) = re.findall(r"^USER (\d+)$", DOCKERFILE, re.MULTILINE)
    assert f"--uid {user} " in DOCKERFILE


def test_pytorch_is_the_same_in_the_image_as_elsewhere() -> None:
    pinned = [
        re.findall(r"torch==[\d.]+", (ROOT / name).read_text("utf-8"))
        for name in ("Makefile", "Dockerfile")
    ]
    assert pinned[0]
    assert pinned[0] == pinned[1]
