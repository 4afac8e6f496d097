"""The image: what it is built from is there, and its health check tells what the bot tells."""

from __future__ import annotations

import asyncio
import re
import subprocess
import sys
from collections.abc import Mapping
from fnmatch import fnmatch

import yaml
from sqlalchemy.engine import make_url

from bot.metrics import Metrics
from bot.monitor import monitoring
from engine.fleet import parse_fleet
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


def copied() -> list[str]:
    """Return what the image is built from."""
    lines = re.findall(r"^COPY (?!--)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    return [name for line in lines for name in line.split()]


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
    for name in copied():
        assert (ROOT / name).exists(), name
        assert not any(fnmatch(name, pattern) for pattern in ignored), name
    assert {"bot", "engine", "dataset", "migrations"} <= set(copied())


def test_the_image_has_the_libraries_that_the_program_names() -> None:
    files = (ROOT / "deploy" / "requirements.py", ROOT / "pyproject.toml")
    command = [sys.executable, *map(str, files)]
    plain, more = (
        subprocess.run([*command, *extras], capture_output=True, text=True, check=True).stdout
        for extras in ((), ("postgres",))
    )
    assert "aiohttp>=" in plain
    assert "asyncpg" not in plain
    assert more.startswith(plain)
    assert "asyncpg>=" in more


def test_the_compose_file_of_a_fleet_brings_up_two_bots_and_three_workers() -> None:
    file = (ROOT / "deploy" / "compose.fleet.yaml").read_text("utf-8")
    services = yaml.safe_load(file.replace("${POSTGRES_PASSWORD:?put one into .env}", "secret"))[
        "services"
    ]
    assert set(services) == {"bot", "worker", "nats", "postgres"}
    assert services["bot"]["deploy"]["replicas"] == 2
    assert services["worker"]["deploy"]["replicas"] == 3
    bot, worker, server = (services[name]["environment"] for name in ("bot", "worker", "postgres"))
    assert parse_fleet(bot["ENGINE_URL"]) == parse_fleet(worker["ENGINE_LISTEN"])
    assert parse_fleet(bot["ENGINE_URL"]).host in services
    database = make_url(bot["DATABASE_URL"])
    assert database.host in services
    assert (database.database, database.username) == (
        server["POSTGRES_DB"],
        server["POSTGRES_USER"],
    )


def test_pytorch_is_the_same_in_the_image_as_elsewhere() -> None:
    pinned = [
        re.findall(r"torch==[\d.]+", (ROOT / name).read_text("utf-8"))
        for name in ("Makefile", "Dockerfile")
    ]
    assert pinned[0]
    assert pinned[0] == pinned[1]
