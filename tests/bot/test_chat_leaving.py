"""Several people on one database, and leaving while the engine is silent."""

from __future__ import annotations

import json
import signal
import sqlite3
import time
from pathlib import Path

import pytest
import typer

from bot import __main__ as command_line
from tests.support.command import chat, database, finish, one_clear_line, run, start
from tests.support.silent_engine import silent_engine

DATABASE = 4
SOON = 30  # seconds; far less than the engine may take, far more than leaving takes


def held(folder: Path) -> list[tuple[str, str]]:
    """Return whose interviews are stored, and what was written in them."""
    connection = sqlite3.connect(database(folder))
    try:
        query = "SELECT conversation, text FROM turns JOIN interviews ON id = interview_id"
        return sorted(connection.execute(query).fetchall())
    finally:
        connection.close()


def waiting(folder: Path) -> list[str]:
    """Return what still waits for an answer."""
    connection = sqlite3.connect(database(folder))
    try:
        rows = connection.execute("SELECT payload FROM inbox WHERE done_at IS NULL ORDER BY id")
        return [json.loads(payload)["text"] for (payload,) in rows]
    finally:
        connection.close()


def test_two_people_on_one_database_read_only_their_own(tmp_path: Path) -> None:
    given = ("chat", "--json", "--fake", "--lang", "en", "--db", database(tmp_path))
    people = {name: start(tmp_path, *given, changes={"LOGNAME": name}) for name in ("ada", "bob")}
    done = {
        name: finish(process, f"Hello, I am {name}\n/skip\n".encode())
        for name, process in people.items()
    }
    for found in done.values():
        assert (found.code, found.err) == (0, "")
        assert [o["turn"] for o in found.objects] == [0, 1, 2]
    assert held(tmp_path) == [
        ("console:ada", ""),
        ("console:ada", "Hello, I am ada"),
        ("console:bob", ""),
        ("console:bob", "Hello, I am bob"),
    ]


def test_what_one_person_left_behind_is_not_shown_to_another(tmp_path: Path) -> None:
    with silent_engine() as address:
        process = start(
            tmp_path,
            *("chat", "--json", "--db", database(tmp_path)),
            changes={"ENGINE_URL": address, "LOGNAME": "ada"},
        )
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline()
        process.stdin.write(b"mine alone\n")
        process.stdin.flush()
        while waiting(tmp_path) != ["mine alone"]:
            pass
        process.kill()
        finish(process)
    given = ("chat", "--json", "--fake", "--db", database(tmp_path))
    bob = run(tmp_path, *given, typed=[], changes={"LOGNAME": "bob"})
    assert [o["turn"] for o in bob.objects] == [0]
    assert waiting(tmp_path) == ["mine alone"]
    ada = run(tmp_path, *given, typed=[], changes={"LOGNAME": "ada"})
    assert [o["turn"] for o in ada.objects] == [1]
    assert waiting(tmp_path) == []


def test_a_second_chat_of_one_person_is_refused_until_the_first_is_gone(tmp_path: Path) -> None:
    first = start(tmp_path, "chat", "--json", "--fake", "--db", database(tmp_path))
    assert first.stdout is not None
    assert first.stdout.readline()
    second = chat(tmp_path, typed=["hello"])
    assert one_clear_line(second), second
    assert second.code == DATABASE
    assert "in use by another chat" in second.err
    first.kill()
    finish(first)
    assert chat(tmp_path, typed=["hello"]).code == 0


@pytest.mark.parametrize("style", ["--json", "--plain"])
def test_ctrl_c_leaves_although_the_engine_is_silent(tmp_path: Path, style: str) -> None:
    with silent_engine() as address:
        process = start(
            tmp_path,
            *("chat", style, "--db", database(tmp_path)),
            changes={"ENGINE_URL": address, "AURORA_TURN_TIMEOUT": "600"},
        )
        assert process.stdout is not None
        assert process.stdin is not None
        assert process.stdout.readline()
        process.stdin.write(b"Hello\n")
        process.stdin.flush()
        while waiting(tmp_path) != ["Hello"]:
            pass
        process.send_signal(signal.SIGINT)
        began = time.monotonic()
        done = finish(process)
        assert time.monotonic() - began < SOON
    assert (done.code, done.err) == (0, "")
    assert waiting(tmp_path) == ["Hello", ""], "the message, and the pause behind it"


@pytest.mark.parametrize("interrupt", [KeyboardInterrupt(), typer.Abort()])
def test_an_interrupt_before_the_interview_begins_ends_it_without_a_word(
    interrupt: BaseException, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def app(**_: object) -> int:
        raise interrupt

    monkeypatch.setattr(command_line, "app", app)
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    assert ended.value.code == 130
    assert capsys.readouterr() == ("", "")
