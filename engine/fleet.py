"""How turns travel between machines: addresses and subjects of NATS; standard library only.

| subject | what | kept |
|---|---|---|
| ``aurora.turns`` | each `engine.contract.Call` | in a work queue, until a worker has answered it |
| ``aurora.result.ID`` | the last `Answer` to a call | for ten minutes, for a bot that was away |
| ``aurora.progress.ID`` | an `Answer` with ``partial`` | not at all |
| ``aurora.holder.ID`` | the `Holder` that has taken up a call | not at all |
| ``aurora.worker.NAME`` | the question whether that worker is there | not at all |
| ``aurora.health`` | a question to any one worker | not at all |

A call is named by what it asks (`call_id`), and the engine answers the same question the same way:
so a call that is sent twice is dropped by the server, and an answer fits whoever asks again.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import unquote, urlsplit

TURNS = "AURORA_TURNS"
"""The stream that calls wait in."""
RESULTS = "AURORA_RESULTS"
"""The stream that answers are kept in."""
WORKERS = "workers"
"""The consumer that all workers share."""

TURN_SUBJECT = "aurora.turns"
HEALTH_SUBJECT = "aurora.health"
RESULT_SUBJECTS = "aurora.result.*"

DELIVERIES = "Aurora-Deliveries"
"""Header of an answer: how often its call was handed to a worker."""

LEASE_SECONDS = 2.0
"""A worker that has not been heard of for so long loses its turns to others."""

SCHEME = "nats"
_PORT = 4222
_LEASES = "$JS.ACK."
_WORKERS = "aurora.worker."
_CALL_ID = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class NatsAddress:
    """A NATS server.

    Args:
        host: its name.
        port: its port.
        user: who to be there, or a token where there is no password; empty for nobody.
        password: for that; never shown.
    """

    host: str
    port: int = _PORT
    user: str = field(default="", repr=False)
    password: str = field(default="", repr=False)

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{SCHEME}://{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Holder:
    """A worker that has taken up a call.

    Args:
        worker: where to ask whether it is there; nobody is reached any more once it has died.
        lease: where the server is told what becomes of the call.
    """

    worker: str
    lease: str

    def to_line(self) -> bytes:
        """Return it as it travels."""
        return json.dumps(asdict(self)).encode()

    @classmethod
    def from_line(cls, line: bytes) -> Holder:
        """Read what `to_line` wrote.

        Raises:
            ValueError: it is something else.
        """
        try:
            holder = cls(**json.loads(line))
            fits = holder.worker.startswith(_WORKERS) and holder.lease.startswith(_LEASES)
        except (ValueError, TypeError, AttributeError):
            fits = False
        if not fits:
            raise ValueError("that tells of no worker")
        return holder


def is_fleet(url: str) -> bool:
    """Return whether a URL names a NATS server, rather than a worker."""
    return url.strip().lower().startswith(f"{SCHEME}:")


def parse_fleet(url: str) -> NatsAddress:
    """Return the server that a URL names.

    Args:
        url: ``nats://host``, with ``:port``, ``user:password@`` or ``token@`` where needed.

    Raises:
        ValueError: it is none; the message does not repeat it, because it may hold a password.
    """
    wrong = ValueError(
        "that is no address of a NATS server: write nats://host:4222 or nats://user:password@host"
    )
    try:
        parts = urlsplit(url.strip())
        port = parts.port or _PORT
    except ValueError:
        raise wrong from None
    if parts.scheme != SCHEME or not parts.hostname or parts.path.strip("/"):
        raise wrong
    user, password = (unquote(text or "") for text in (parts.username, parts.password))
    return NatsAddress(parts.hostname, port, user, password)


def call_id(payload: Mapping[str, Any]) -> str:
    """Return what names a call: equal for equal requests, other for any other one.

    Args:
        payload: the request (`engine.contract.TurnRequest.to_dict`).
    """
    text = json.dumps(payload, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


def is_call_id(text: str) -> bool:
    """Return whether a text can name a call, and therefore be part of a subject."""
    return _CALL_ID.fullmatch(text) is not None


def result_subject(name: str) -> str:
    """Return where the answer to a call goes."""
    return f"aurora.result.{name}"


def progress_subject(name: str) -> str:
    """Return where it is told how far a call has come."""
    return f"aurora.progress.{name}"


def holder_subject(name: str) -> str:
    """Return where it is told which worker has taken up a call."""
    return f"aurora.holder.{name}"


def worker_subject(name: str) -> str:
    """Return where a worker can be asked whether it is there."""
    return f"{_WORKERS}{name}"


def answer_subjects(name: str) -> str:
    """Return what to listen to for the answer to a call, and all that is told on the way there."""
    return f"aurora.*.{name}"
