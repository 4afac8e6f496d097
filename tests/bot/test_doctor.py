"""``python -m bot doctor`` says in plain words what is missing and what to do about it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bot import app
from bot.config import Settings, sqlite_url
from bot.doctor import Finding, examine
from engine.generator_facts import GeneratorFacts
from engine.pack_reader import read_pack
from tests.support.clock import FakeClock
from tests.support.command import Done, run
from tests.support.discord_server import TOKEN as DISCORD_TOKEN
from tests.support.discord_server import DiscordServer
from tests.support.engine_server import fake_pipeline, running_worker
from tests.support.fleet import fleet_worker
from tests.support.nats_server import NatsServer
from tests.support.packs import small_pack, write_pack
from tests.support.telegram_server import TOKEN as TELEGRAM_TOKEN
from tests.support.telegram_server import TelegramServer


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    write_pack(tmp_path / "packs" / "fruit", small_pack())
    return tmp_path / "packs"


@pytest.fixture
def settings(tmp_path: Path, packs: Path) -> Settings:
    return Settings().model_copy(
        update={
            "database_url": sqlite_url(tmp_path / "aurora.db"),
            "engine_url": "",
            "packs": packs,
            "weights": tmp_path / "weights",
        }
    )


class EngineCheck:
    """Stands for ``python -m engine --check``.

    Args:
        account: what it prints, or the error that comes instead.
    """

    def __init__(self, account: object) -> None:
        self._account = account
        self.command: Sequence[str] = ()
        self.environment: Mapping[str, str] = {}

    def __call__(
        self, command: Sequence[str], *, env: Mapping[str, str], **_: Any
    ) -> subprocess.CompletedProcess[str]:
        self.command = command
        self.environment = env
        if isinstance(self._account, Exception):
            raise self._account
        printed = self._account if isinstance(self._account, str) else json.dumps(self._account)
        return subprocess.CompletedProcess(command, 0, printed, "")


WELL = {"ok": True, "problems": [], "models": {"encoder": "abc"}, "device": "cpu"}


def by_subject(findings: Sequence[Finding]) -> dict[str, Finding]:
    return {finding.subject: finding for finding in findings}


async def test_where_all_is_well_it_says_what_there_is(settings: Settings) -> None:
    check = EngineCheck(WELL)
    found = await examine(settings, check)
    assert [problem for finding in found for problem in finding.problems] == []
    lines = "\n".join(line for finding in found for line in finding.lines)
    assert lines.count("✔") == len(found) == 4
    for part in ("en, ko", "fruit 1.0.0 (7 topics)", "aurora.db", "1 models on cpu"):
        assert part in lines
    assert str(settings.weights) in check.command


@pytest.mark.parametrize(
    "account", ["Traceback …", OSError("no such program"), subprocess.TimeoutExpired("engine", 1)]
)
async def test_an_engine_that_cannot_check_itself_is_a_problem(
    settings: Settings, account: object
) -> None:
    found = by_subject(await examine(settings, EngineCheck(account)))
    (problem,) = found["Engine"].problems
    assert "python -m engine --check" in problem


async def test_it_says_what_phrases_utterances_and_why_not_what_was_chosen(
    settings: Settings,
) -> None:
    speaks = {"chosen": "auto", "speaks": "aurora-tiny", "trouble": ""}
    found = by_subject(await examine(settings, EngineCheck({**WELL, "generator": speaks})))
    assert "utterances: aurora-tiny" in found["Engine"].note
    trouble = ["generator: kanana is no generator; write …; until then utterances are curated"]
    account = {**WELL, "ok": False, "problems": trouble}
    found = by_subject(await examine(settings, EngineCheck(account)))
    assert found["Engine"].problems == tuple(trouble)


async def test_an_engine_s_check_is_given_the_generator_and_its_key_out_of_sight(
    settings: Settings,
) -> None:
    check = EngineCheck(WELL)
    served = "openai:m@http://127.0.0.1:8000/v1"
    keyed = {"generator": served, "generator_key": SecretStr("sk-quite-secret")}
    await examine(settings.model_copy(update=keyed), check)
    assert f"--generator={served}" in check.command
    assert "sk-quite-secret" not in " ".join(check.command)
    assert check.environment["AURORA_GENERATOR_KEY"] == "sk-quite-secret"


async def test_faults_of_packs_are_told_once(settings: Settings, packs: Path) -> None:
    (packs / "fruit" / "topics" / "pears.yaml").unlink()
    account = {**WELL, "ok": False, "problems": ["pack: fruit/pack.yaml:12: topics: …"]}
    found = by_subject(await examine(settings, EngineCheck(account)))
    (problem,) = found["Question packs"].problems
    assert f"python -m bot packs validate {packs / 'fruit'}" in problem
    (waiting,) = found["Engine"].problems
    assert "pears" not in waiting


async def test_an_engine_at_an_address_is_asked(settings: Settings, packs: Path) -> None:
    pipeline = fake_pipeline(read_pack(packs / "fruit"))
    async with running_worker(pipeline) as worker:
        remote = settings.model_copy(update={"engine_url": str(worker.address)})
        found = by_subject(await examine(remote, EngineCheck(OSError("not asked"))))
    engine = found[f"Engine at {worker.address}"]
    assert engine.problems == ()
    assert "cpu" in engine.note


async def test_an_engine_at_an_address_tells_why_utterances_are_curated(
    settings: Settings, packs: Path
) -> None:
    facts = GeneratorFacts("transformers:kanana", trouble="kanana lacks weights: download it again")
    async with running_worker(fake_pipeline(read_pack(packs / "fruit")), generator=facts) as worker:
        remote = settings.model_copy(update={"engine_url": str(worker.address)})
        found = by_subject(await examine(remote, EngineCheck(OSError("not asked"))))
    (problem,) = found[f"Engine at {worker.address}"].problems
    assert "download it again" in problem
    assert "curated" in problem


async def test_a_fleet_is_asked_and_its_password_not_shown(
    settings: Settings, packs: Path, fleet_server: NatsServer
) -> None:
    place = fleet_server.address
    given = {"engine_url": f"nats://aurora:secret@{place.host}:{place.port}", "turn_timeout": 10}
    remote = settings.model_copy(update=given)
    async with fleet_worker(fake_pipeline(read_pack(packs / "fruit")), place):
        (served,) = engines(await examine(remote, EngineCheck(OSError("not asked"))))
    (alone,) = engines(await examine(remote.model_copy(update={"turn_timeout": 1.0})))
    assert served.problems == ()
    assert "cpu" in served.note
    assert "no worker" in alone.problems[0]
    assert f"python -m engine --listen {place}" in alone.problems[0]
    assert "secret" not in "".join([*served.lines, *alone.lines])


def engines(findings: tuple[Finding, ...]) -> list[Finding]:
    """Return what was found of an engine that runs somewhere."""
    return [finding for finding in findings if finding.subject.startswith("Engine at")]


async def test_an_address_of_a_fleet_that_is_none_is_a_problem(settings: Settings) -> None:
    remote = settings.model_copy(update={"engine_url": "nats://queue:many"})
    (engine,) = engines(await examine(remote))
    assert engine.problems[0].startswith("ENGINE_URL: that is no address")


async def test_an_engine_that_does_not_answer_is_a_problem(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "_REMOTE_ENGINE_SECONDS", 0.1)
    address = f"unix://{tmp_path}/engine.sock"
    remote = settings.model_copy(update={"engine_url": address})
    found = by_subject(await examine(remote))
    (problem,) = found[f"Engine at {address}"].problems
    assert f"python -m engine --listen {address}" in problem


class TestPlatforms:
    """Every platform with a token is asked; the others are nobody's problem."""

    async def examine(self, settings: Settings, **changes: object) -> dict[str, Finding]:
        changed = settings.model_copy(update=changes)
        return by_subject(await examine(changed, EngineCheck(WELL)))

    async def test_telegram_says_which_bot_a_token_is_of(self, settings: Settings) -> None:
        async with TelegramServer(FakeClock()) as server:
            found = await self.examine(
                settings,
                telegram_token=SecretStr(TELEGRAM_TOKEN),
                telegram_base_url=server.base_url,
            )
        assert found["Telegram"].note.startswith("@")
        assert "Discord" not in found

    async def test_discord_says_which_bot_a_token_is_of(self, settings: Settings) -> None:
        async with DiscordServer() as server:
            found = await self.examine(
                settings, discord_token=SecretStr(DISCORD_TOKEN), discord_base_url=server.base_url
            )
        assert found["Discord"].problems == ()
        assert "1 shard(s)" in found["Discord"].note

    async def test_an_intent_that_is_wanted_and_switched_off_is_a_problem(
        self, settings: Settings
    ) -> None:
        async with DiscordServer() as server:
            found = await self.examine(
                settings,
                discord_token=SecretStr(DISCORD_TOKEN),
                discord_base_url=server.base_url,
                discord_message_content=True,
            )
        (problem,) = found["Discord"].problems
        assert "Message Content Intent" in problem
        assert "AURORA_DISCORD_MESSAGE_CONTENT" in problem

    async def test_a_token_that_is_refused_is_a_problem_and_is_not_shown(
        self, settings: Settings
    ) -> None:
        wrong = "4343:a-token-of-nobody-at-all"
        async with TelegramServer(FakeClock()) as telegram, DiscordServer() as discord:
            found = await self.examine(
                settings,
                telegram_token=SecretStr(wrong),
                telegram_base_url=telegram.base_url,
                discord_token=SecretStr(wrong),
                discord_base_url=discord.base_url,
            )
        for subject in ("Telegram", "Discord"):
            (problem,) = found[subject].problems
            assert f"AURORA_{subject.upper()}_TOKEN" in problem
            assert wrong not in problem

    async def test_a_platform_that_does_not_answer_is_a_problem(self, settings: Settings) -> None:
        found = await self.examine(
            settings,
            telegram_token=SecretStr(TELEGRAM_TOKEN),
            telegram_base_url="http://127.0.0.1:1/bot",
            discord_token=SecretStr(DISCORD_TOKEN),
            discord_base_url="http://127.0.0.1:1/api/v10",
        )
        for subject in ("Telegram", "Discord"):
            (problem,) = found[subject].problems
            assert "does not answer" in problem

    async def test_a_token_s_file_that_cannot_be_read_is_a_problem(
        self, settings: Settings, tmp_path: Path
    ) -> None:
        found = await self.examine(settings, discord_token_file=tmp_path / "nowhere")
        (problem,) = found["Discord"].problems
        assert "AURORA_DISCORD_TOKEN_FILE" in problem


def doctor(folder: Path, **changes: str) -> Done:
    return run(folder, "doctor", "--db", folder / "aurora.db", changes=changes)


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    (tmp_path / "aurora.db").write_bytes(b"Dear diary, " * 1000)
    missing = str(tmp_path / "nowhere")
    done = doctor(tmp_path, AURORA_PACKS=missing, AURORA_WEIGHTS=missing)
    assert (done.code, done.err) == (1, "")
    *lines, last = done.out.splitlines()
    bad = [line for line in lines if line.startswith("✘ ")]
    assert last == f"{len(bad)} problem(s) to mend."
    for part in ("AURORA_PACKS", "is no database", "git checkout -- engine/weights"):
        assert any(part in line for line in bad)
    assert lines[0].startswith("✔ Message catalogues")
