"""The systemd unit: it starts what there is, with settings that there are, and lets it end."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.config import Settings
from tests.support.command import ROOT

STOP_SECONDS = 10.0
"""How long the bot may take to its end; `tests/bot/test_run.py` holds it to that."""
UNIT = (ROOT / "deploy" / "aurora.service").read_text("utf-8")


def values(name: str) -> list[str]:
    """Return what is set under a name, as often as it stands there."""
    return re.findall(rf"^{name}=(.*)$", UNIT, re.MULTILINE)


def test_it_starts_the_bot_with_options_that_there_are() -> None:
    (started,) = values("ExecStart")
    program, *options = started.partition(" -m bot ")[2].split()
    assert program == "run"
    shown = CliRunner().invoke(app, ["run", "--help"], env={"COLUMNS": "200"}).output
    assert all(option in shown for option in options)


def test_what_it_sets_are_settings() -> None:
    known = {f"AURORA_{name.upper()}" for name in Settings.model_fields}
    known |= {"DATABASE_URL", "ENGINE_CACHE"}
    assert {line.partition("=")[0] for line in values("Environment")} <= known


@pytest.mark.parametrize("platform", ["telegram", "discord"])
def test_tokens_are_read_from_credentials_and_stand_in_no_environment(platform: str) -> None:
    name = f"{platform}_token"
    assert f"{name}:/etc/aurora/{name}" in values("LoadCredential")
    assert f"AURORA_{name.upper()}_FILE=%d/{name}" in values("Environment")


def test_it_waits_longer_for_the_end_than_the_bot_takes() -> None:
    (seconds,) = values("TimeoutStopSec")
    assert float(seconds) > STOP_SECONDS


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd-analyze")
def test_systemd_understands_every_line_of_it(tmp_path: Path) -> None:
    unit = tmp_path / "aurora.service"
    # Everything is as it will be, but for the program, which is installed elsewhere.
    unit.write_text(UNIT.replace("/opt/aurora/.venv/bin/python", sys.executable))
    command = ["systemd-analyze", "verify", "--man=no", str(unit)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, [line for line in done.stderr.splitlines() if "aurora" in line]) == (
        0,
        [],
    )
