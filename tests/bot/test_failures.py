"""What cannot work is said on one line on standard error, with what to do, and an exit code.

Nothing reaches standard output then: whoever reads it would take it for the interview.
"""

from __future__ import annotations

import os
import socket
import sqlite3
from pathlib import Path

import pytest

from tests.support.command import Done, finish, one_clear_line, run, start
from tests.support.packs import small_pack, write_pack

USE, PACKS, DATABASE, ENGINE = 2, 3, 4, 5


def chat(folder: Path, *arguments: str | Path, **changes: str) -> Done:
    return run(folder, "chat", "--json", *arguments, typed=["hello"], changes=changes)


def fake_chat(folder: Path, *arguments: str | Path, **changes: str) -> Done:
    return chat(folder, "--fake", *arguments, **changes)


def assert_says(done: Done, code: int, *parts: str) -> None:
    assert one_clear_line(done), done
    assert done.code == code
    for part in parts:
        assert part in done.err


@pytest.fixture
def packs(tmp_path: Path) -> Path:
    folder = tmp_path / "packs"
    write_pack(folder / "fruit", small_pack())
    return folder


class TestPacks:
    def test_a_broken_pack(self, tmp_path: Path, packs: Path) -> None:
        for name in ("apples", "pears"):
            topic = packs / "fruit" / "topics" / f"{name}.yaml"
            topic.write_text(topic.read_text().replace("level: 1", "level: high"))
        done = fake_chat(tmp_path, "--pack", "fruit", AURORA_PACKS=str(packs))
        assert_says(done, PACKS, "topics/apples.yaml:3: level", "(and 1 more)", "packs validate")

    def test_a_pack_that_was_not_asked_for_is_broken(self, tmp_path: Path, packs: Path) -> None:
        files = small_pack()
        files["pack.yaml"] |= {"id": "fruit-salad", "version": "new"}
        write_pack(packs / "fruit-salad", files)
        done = fake_chat(tmp_path, "--pack", "fruit", AURORA_PACKS=str(packs))
        assert_says(done, ENGINE, "fruit-salad/pack.yaml", "version", "packs validate")

    def test_a_folder_that_is_not_called_like_its_pack(self, tmp_path: Path, packs: Path) -> None:
        (packs / "fruit").rename(packs / "vegetables")
        done = fake_chat(tmp_path, "--pack", "vegetables", AURORA_PACKS=str(packs))
        assert_says(done, PACKS, "vegetables", "'fruit'")

    def test_a_pack_that_there_is_not(self, tmp_path: Path) -> None:
        assert_says(
            fake_chat(tmp_path, "--pack", "nope"), PACKS, "'nope'", "ml-core", "AURORA_PACKS"
        )

    def test_no_packs_at_all(self, tmp_path: Path) -> None:
        done = fake_chat(tmp_path, AURORA_PACKS=str(tmp_path / "nowhere"))
        assert_says(done, PACKS, "nowhere", "AURORA_PACKS")

    def test_a_language_that_the_pack_is_not_written_in(self, tmp_path: Path, packs: Path) -> None:
        for file in (packs / "fruit").rglob("*.yaml"):
            if file.name == "pack.yaml":
                file.write_text(file.read_text().replace("- en\n", ""))
        done = fake_chat(tmp_path, "--pack", "fruit", "--lang", "en", AURORA_PACKS=str(packs))
        assert done.code == PACKS
        assert one_clear_line(done)


class TestUse:
    def test_a_topic_that_there_is_not(self, tmp_path: Path) -> None:
        done = fake_chat(tmp_path, "--start-topic", "nope")
        assert_says(done, USE, "'nope'", "loss-function-definition")

    @pytest.mark.parametrize(
        ("arguments", "parts"),
        [
            (("--lang", "fr"), ("--lang", "fr", "ko", "en", "chat --help")),
            (("--mode", "hard"), ("--mode", "coach", "exam")),
            (("--bogus",), ("--bogus", "chat --help")),
        ],
    )
    def test_an_option_that_there_is_not(
        self, tmp_path: Path, arguments: tuple[str, ...], parts: tuple[str, ...]
    ) -> None:
        assert_says(fake_chat(tmp_path, *arguments), USE, *parts)

    def test_settings_that_cannot_be_used(self, tmp_path: Path) -> None:
        done = fake_chat(tmp_path, AURORA_LOCALE="fr", AURORA_TURN_TIMEOUT="soon")
        assert_says(done, USE, "AURORA_LOCALE", "AURORA_TURN_TIMEOUT", ".env.example")


class TestDatabase:
    @pytest.fixture
    def file(self, tmp_path: Path) -> Path:
        return tmp_path / "aurora.db"

    def test_an_old_database(self, tmp_path: Path, file: Path) -> None:
        assert run(tmp_path, "db", "upgrade", "--db", file).code == 0
        assert run(tmp_path, "db", "downgrade", "base", "--db", file).code == 0
        advice = f"run `python -m bot db upgrade --db {file}`"
        assert_says(fake_chat(tmp_path, "--db", file), DATABASE, str(file), advice)
        assert run(tmp_path, "db", "upgrade", "--db", file).code == 0
        assert fake_chat(tmp_path, "--db", file).code == 0

    def test_an_old_database_that_may_be_brought_up_to_date(
        self, tmp_path: Path, file: Path
    ) -> None:
        assert run(tmp_path, "db", "upgrade", "--db", file).code == 0
        assert run(tmp_path, "db", "downgrade", "base", "--db", file).code == 0
        assert fake_chat(tmp_path, "--migrate", "--db", file).code == 0
        assert fake_chat(tmp_path, "--db", file).code == 0

    @pytest.mark.parametrize("more", [(), ("--migrate",)])
    def test_a_database_of_another_program(
        self, tmp_path: Path, file: Path, more: tuple[str, ...]
    ) -> None:
        with sqlite3.connect(file) as connection:
            connection.execute("CREATE TABLE recipes (name TEXT)")
        connection.close()
        done = fake_chat(tmp_path, "--db", file, *more)
        assert_says(done, DATABASE, str(file), "tables of another program")
        assert "is new" not in done.err

    def test_a_database_of_a_newer_version(self, tmp_path: Path, file: Path) -> None:
        with sqlite3.connect(file) as connection:
            connection.execute("CREATE TABLE alembic_version (version_num TEXT)")
            connection.execute("INSERT INTO alembic_version VALUES ('29991231')")
        connection.close()
        assert_says(fake_chat(tmp_path, "--db", file), DATABASE, str(file), "update the program")
        upgrade = run(tmp_path, "db", "upgrade", "--db", file)
        assert_says(upgrade, DATABASE, str(file), "newer version")

    def test_a_revision_that_there_is_not(self, tmp_path: Path, file: Path) -> None:
        done = run(tmp_path, "db", "downgrade", "nope", "--db", file)
        assert_says(done, DATABASE, "nope")

    def test_a_file_that_is_no_database(self, tmp_path: Path, file: Path) -> None:
        file.write_bytes(b"Dear diary, today I learned about loss functions. " * 100)
        assert_says(fake_chat(tmp_path, "--db", file), DATABASE, str(file), "is no database")
        assert file.read_bytes().startswith(b"Dear diary")

    def test_a_folder_in_its_place(self, tmp_path: Path, file: Path) -> None:
        file.mkdir()
        assert_says(fake_chat(tmp_path, "--db", file), DATABASE, "cannot be opened")

    def test_a_folder_that_cannot_be_made(self, tmp_path: Path, file: Path) -> None:
        file.touch()
        done = fake_chat(tmp_path, "--db", file / "below" / "it.db")
        assert_says(done, DATABASE, "cannot be made")

    @pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
    def test_a_folder_that_may_not_be_written(self, tmp_path: Path) -> None:
        folder = tmp_path / "locked"
        folder.mkdir(mode=0o500)
        assert_says(fake_chat(tmp_path, "--db", folder / "aurora.db"), DATABASE, str(folder))

    @pytest.mark.parametrize(
        ("url", "part"),
        [
            ("nonsense", "sqlite:///"),
            ("mysql://localhost/aurora", "sqlite or postgresql"),
            ("postgresql://secret:word@127.0.0.1:1/aurora", "does not answer"),
        ],
    )
    def test_an_address_that_leads_nowhere(self, tmp_path: Path, url: str, part: str) -> None:
        done = fake_chat(tmp_path, DATABASE_URL=url)
        assert_says(done, DATABASE, part)
        assert "word" not in done.err.replace("password", "")


class TestEngine:
    def test_nobody_answers_at_its_address(self, tmp_path: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            port = server.getsockname()[1]
        addresses = (f"tcp://127.0.0.1:{port}", f"unix://{tmp_path}/engine.sock")
        # Both at once, since each waits for a while.
        waiting = [
            start(
                *(tmp_path, "chat", "--json", "--db", tmp_path / f"{number}.db"),
                changes={"ENGINE_URL": address},
            )
            for number, address in enumerate(addresses)
        ]
        for process, address in zip(waiting, addresses, strict=True):
            done = finish(process, b"hello\n")
            assert_says(done, ENGINE, address, f"python -m engine --listen {address}")

    def test_its_address_is_none(self, tmp_path: Path) -> None:
        assert_says(chat(tmp_path, ENGINE_URL="http://example.org"), USE, "unix://", "tcp://")

    @pytest.mark.parametrize("style", ["--json", "--plain"])
    def test_its_models_are_missing(self, tmp_path: Path, style: str) -> None:
        changes = {"AURORA_WEIGHTS": str(tmp_path / "nowhere")}
        done = run(tmp_path, "chat", style, changes=changes)
        assert_says(done, ENGINE, "manifest.json is missing", "git checkout -- engine/weights")

    def test_a_manifest_was_altered(self, tmp_path: Path) -> None:
        manifest = tmp_path / "weights" / "encoder" / "manifest.json"
        manifest.parent.mkdir(parents=True)
        manifest.write_text('{"kind": "encoder", "files": ')
        done = chat(tmp_path, AURORA_WEIGHTS=str(tmp_path / "weights"))
        assert_says(done, ENGINE, str(manifest), "is no manifest", "git checkout")
