"""Log lines: structured, on standard error, without message text and without secrets."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import Callable, Collection

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

_HIDDEN = "[hidden]"
# What must not be seen even where nobody told that it is a secret.
_SECRETS = (
    (re.compile(r"\bbot\d+:[\w-]{20,}"), f"bot{_HIDDEN}"),  # Telegram's, as part of an address
    (re.compile(r"\b\d{6,}:[\w-]{30,}"), _HIDDEN),  # Telegram's
    (re.compile(r"\b[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}"), _HIDDEN),  # Discord's
    (re.compile(r"(?i)\b(bot|bearer)\s+[\w.~+/=-]{16,}"), rf"\1 {_HIDDEN}"),
    (re.compile(r"://([^\s:/@]*):[^\s/@]+@"), rf"://\1:{_HIDDEN}@"),  # a password in an address
    (re.compile(r"\bnats://[^\s:/@]+@"), f"nats://{_HIDDEN}@"),  # a token in one
    (re.compile(r"(?i)([?&](?:token|secret|key|password))=[^\s&'\"]+"), rf"\1={_HIDDEN}"),
)
_SHORTEST_SECRET = 6  # characters; hiding anything shorter would garble ordinary words


def hide_secrets(text: str, secrets: Collection[str] = ()) -> str:
    """Return a text without tokens, keys and passwords, also where they are part of an address.

    Args:
        text: anything that may be logged.
        secrets: what is known to be secret.
    """
    for secret in secrets:
        if len(secret) >= _SHORTEST_SECRET:
            text = text.replace(secret, _HIDDEN)
    for pattern, shown in _SECRETS:
        text = pattern.sub(shown, text)
    return text


def set_up_logging(level: str, secrets: Collection[str] = ()) -> None:
    """Write log lines to standard error: standard output belongs to the interview.

    Libraries are heard from ``warning`` on: below that they log addresses and what people wrote.

    Args:
        level: least severe line that is written.
        secrets: what is never shown.
    """
    least = logging.getLevelNamesMapping()[level.upper()]
    before: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.format_exc_info,
    ]
    written = _rendered(secrets)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        processors=[*before, written],
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[structlog.stdlib.add_logger_name, *before],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, written],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(least, logging.WARNING), force=True)


def _rendered(secrets: Collection[str]) -> Callable[[WrappedLogger, str, EventDict], str]:
    """Return the last step of a line: written as ``key=value``, then cleared of secrets."""
    render = structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"])

    def write(logger: WrappedLogger, name: str, event: EventDict) -> str:
        return hide_secrets(render(logger, name, event), secrets)

    return write
