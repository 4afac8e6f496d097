"""Log lines tell what happened, and never a secret."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import structlog

from bot.logs import hide_secrets, set_up_logging

TELEGRAM = "1234567890:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"
DISCORD = "MTk4NjIyNDgzNDcxOTI1MjQ4.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"


@pytest.fixture
def logging_restored() -> Iterator[None]:
    """Leave the logging of the other tests as it was."""
    root, before = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**before)


@pytest.mark.parametrize(
    "text",
    [
        f"POST https://api.telegram.org/bot{TELEGRAM}/getUpdates",
        f"token {TELEGRAM} refused",
        f"Authorization: Bot {DISCORD}",
        f"logging in with {DISCORD}",
        "https://example.org/hook?chat=1&secret=tell-nobody",
        "postgresql://aurora:tell-nobody@localhost/aurora",
    ],
)
def test_a_secret_is_hidden_wherever_it_stands(text: str) -> None:
    shown = hide_secrets(text)
    assert "[hidden]" in shown
    for secret in (TELEGRAM, TELEGRAM.partition(":")[2], DISCORD, "tell-nobody"):
        assert secret not in shown


def test_what_is_configured_is_hidden_whatever_it_looks_like() -> None:
    assert hide_secrets("sent my own words along", ["my own words"]) == "sent [hidden] along"


@pytest.mark.parametrize(
    "text",
    [
        "platform=telegram conversation=chat:7 outbox_id=12",
        "text_missing locale=ko key=notice.paused",
        "http://127.0.0.1:9464/metrics",
        "2026-11-26T09:46:00.123456Z",
    ],
)
def test_ordinary_lines_stay_as_they_are(text: str) -> None:
    assert hide_secrets(text, ["", "ko"]) == text


@pytest.mark.usefixtures("logging_restored")
class TestLines:
    def test_a_line_of_the_bot_holds_its_facts_and_no_secret(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        set_up_logging("info", ["open sesame"])
        structlog.get_logger("bot").info("reply.sent", outbox_id=7, said="open sesame")
        line = capsys.readouterr().err
        assert "level=info event=reply.sent" in line
        assert "outbox_id=7" in line
        assert "sesame" not in line

    def test_a_traceback_holds_no_secret(self, capsys: pytest.CaptureFixture[str]) -> None:
        set_up_logging("info")
        error = ValueError(f"https://api.telegram.org/bot{TELEGRAM}/getMe")
        structlog.get_logger("bot").error("call.failed", exc_info=error)
        line = capsys.readouterr().err
        assert "ValueError" in line
        assert TELEGRAM not in line

    def test_a_library_is_heard_only_when_it_warns(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        set_up_logging("debug")
        library = logging.getLogger("httpx")
        library.info("HTTP Request: POST https://api.telegram.org/bot%s/getMe", TELEGRAM)
        library.warning("no answer from https://api.telegram.org/bot%s/getMe", TELEGRAM)
        (line,) = capsys.readouterr().err.splitlines()
        assert "level=warning" in line
        assert "logger=httpx" in line
        assert TELEGRAM not in line
