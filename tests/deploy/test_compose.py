"""The compose files: what they start fits together, may write where it has to, and may end."""

from __future__ import annotations

import re
from typing import Any

import pytest
import yaml
from sqlalchemy.engine import make_url

from engine.fleet import parse_fleet
from tests.support.command import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
STOP_SECONDS = 10.0
"""How long the bot may take to its end; `tests/bot/test_run.py` holds it to that."""


def services(name: str) -> dict[str, dict[str, Any]]:
    """Return the services of a compose file."""
    file = (ROOT / name).read_text("utf-8")
    return dict(
        yaml.safe_load(re.sub(r"\$\{POSTGRES_PASSWORD:[^}]*\}", "secret", file))["services"]
    )


ALONE = services("compose.yaml")["aurora"]
FLEET = services("deploy/compose.fleet.yaml")
OURS = {"alone": ALONE, "bot": FLEET["bot"], "worker": FLEET["worker"]}


def seconds(text: str) -> float:
    return float(text.removesuffix("s"))


@pytest.mark.parametrize("service", OURS.values(), ids=OURS)
def test_what_runs_may_do_nothing_but_its_work(service: dict[str, Any]) -> None:
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["read_only"] is True
    # Of a read-only system, this is left for sockets and for what libraries keep at home.
    assert service["tmpfs"] == ["/tmp"]
    assert service["environment"]["HOME"] == "/tmp"


@pytest.mark.parametrize("service", OURS.values(), ids=OURS)
def test_what_is_told_to_stop_has_the_time_for_it(service: dict[str, Any]) -> None:
    assert seconds(service["stop_grace_period"]) > STOP_SECONDS
    assert service["init"] is True


def test_a_bot_alone_keeps_its_database_in_a_volume() -> None:
    (place,) = re.findall(r"^VOLUME (\S+)$", DOCKERFILE, re.MULTILINE)
    (database,) = re.findall(r"DATABASE_URL=(sqlite\S+)", DOCKERFILE)
    assert str(make_url(database).database).startswith(f"{place}/")
    assert ALONE["volumes"] == [f"aurora:{place}"]


def test_a_fleet_is_two_bots_and_three_workers_that_find_one_another() -> None:
    assert set(FLEET) == {"bot", "worker", "nats", "postgres"}
    assert FLEET["bot"]["deploy"]["replicas"] == 2
    assert FLEET["worker"]["deploy"]["replicas"] == 3
    bot, worker, server = (FLEET[name]["environment"] for name in ("bot", "worker", "postgres"))
    assert parse_fleet(bot["ENGINE_URL"]) == parse_fleet(worker["ENGINE_LISTEN"])
    assert parse_fleet(bot["ENGINE_URL"]).host in FLEET
    database = make_url(bot["DATABASE_URL"])
    assert database.host in FLEET
    assert (database.database, database.username) == (
        server["POSTGRES_DB"],
        server["POSTGRES_USER"],
    )


def test_the_bots_wait_for_a_database_that_can_be_reached_from_elsewhere() -> None:
    assert FLEET["bot"]["depends_on"]["postgres"]["condition"] == "service_healthy"
    # While it sets itself up it answers too, but on its socket alone.
    assert "pg_isready -h 127.0.0.1 " in FLEET["postgres"]["healthcheck"]["test"][-1]
