"""The faces in a process of their own: real pipes, a real terminal, and how it ends."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pexpect
import pytest

ROOT = Path(__file__).parents[4]
CHILD = "tests.support.console_child"


def hold(style: str, typed: bytes, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """Type everything into a face and wait for its end."""
    return subprocess.run(
        [sys.executable, "-m", CHILD, style],
        input=typed,
        capture_output=True,
        cwd=ROOT,
        env={**os.environ, **environment},
        timeout=60,
        check=False,
    )


def test_json_over_pipes_prints_one_object_a_line_and_nothing_else() -> None:
    typed = b"one\n" + b"x" * 100_000 + b"\n\xff\x00\n" + "끝이 없는 줄".encode()
    ended = hold("json", typed)
    said = [json.loads(line)["utterance"] for line in ended.stdout.decode("utf-8").splitlines()]
    assert [text[:12] for text in said] == [
        "들었어: one",
        "들었어: xxxxxxx",
        "들었어: \ufffd\x00",
        "들었어: 끝이 없는 줄",
    ]
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_plain_over_pipes_survives_a_terminal_that_prints_only_ascii() -> None:
    ended = hold("plain", b"MSE\n", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert ended.stdout == b"???: MSE\n\n"
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_without_a_terminal_the_rich_face_gives_way_to_the_plain_one() -> None:
    ended = hold("rich", "안녕\n".encode())
    assert ended.stdout.decode("utf-8") == "들었어: 안녕\n\n"


@pytest.mark.parametrize("style", ["plain", "json"])
def test_a_reader_that_goes_away_ends_it_quietly(style: str) -> None:
    source, sink = os.pipe()
    os.close(source)  # nobody will ever read
    child = subprocess.Popen(
        [sys.executable, "-m", CHILD, style],
        stdin=subprocess.PIPE,
        stdout=sink,
        stderr=subprocess.PIPE,
        cwd=ROOT,
    )
    os.close(sink)
    # The input stays open: it is the closed output that ends the program.
    assert child.stdin is not None
    assert child.stderr is not None
    child.stdin.write(b"one\n/quit\n")
    child.stdin.flush()
    assert child.wait(timeout=60) == 0
    assert child.stderr.read() == b""
    child.stdin.close()
    child.stderr.close()


def test_a_full_disk_is_reported_and_not_passed_over() -> None:
    with Path("/dev/full").open("wb") as full:
        ended = subprocess.run(
            [sys.executable, "-m", CHILD, "json"],
            input=b"one\n",
            stdout=full,
            stderr=subprocess.PIPE,
            cwd=ROOT,
            timeout=60,
            check=False,
        )
    assert b"DeliveryError: cannot write the reply" in ended.stderr


class TestTerminal:
    """The faces at a pseudo-terminal."""

    def open(self, style: str, term: str = "xterm-256color") -> pexpect.spawn[str]:
        # Nobody answers when the library asks for the position of the cursor.
        environment = {**os.environ, "TERM": term, "PROMPT_TOOLKIT_NO_CPR": "1"}
        arguments = ["-m", CHILD, style]
        return pexpect.spawn(
            sys.executable,
            arguments,
            cwd=str(ROOT),
            env=environment,
            encoding="utf-8",
            timeout=30,
            dimensions=(24, 80),
        )

    def test_the_plain_face_asks_answers_and_leaves_on_ctrl_c(self) -> None:
        with self.open("plain") as terminal:
            terminal.expect_exact("나 ▸ ")
            terminal.sendline("안녕")
            terminal.expect_exact("들었어: 안녕")
            terminal.expect_exact("나 ▸ ")
            terminal.sendintr()
            terminal.expect(pexpect.EOF)
            terminal.wait()
            assert terminal.exitstatus == 0

    def test_the_rich_face_asks_answers_and_leaves_on_ctrl_d(self) -> None:
        with self.open("rich") as terminal:
            terminal.expect_exact("▸")
            terminal.send("안녕\r")
            terminal.expect_exact("들었어: 안녕")
            terminal.send("\x04")
            terminal.expect(pexpect.EOF)
            terminal.wait()
            assert terminal.exitstatus == 0

    def test_a_terminal_that_can_draw_nothing_gets_the_plain_face(self) -> None:
        with self.open("rich", term="dumb") as terminal:
            terminal.sendline("안녕")
            terminal.expect_exact("들었어: 안녕")
            assert "\x1b" not in terminal.before
            terminal.sendeof()
            terminal.expect(pexpect.EOF)
