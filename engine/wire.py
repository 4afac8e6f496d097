"""How calls and answers travel: addresses, the length of a line, error codes of the worker itself.

Each `engine.contract.Call` and `Answer` is one line of JSON over a stream socket. Both sides import
this module; it needs the standard library only.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

LINE_LIMIT = 4 * 1024 * 1024
"""The longest line that either side takes, in bytes."""

DEADLINE = "deadline"
"""The call's deadline had passed before it was done."""
INTERNAL = "internal"
"""Something unexpected went wrong in the worker; its log says what."""
STOPPING = "stopping"
"""The worker is about to end; the same call may be sent to the next one."""


@dataclass(frozen=True, slots=True)
class UnixAddress:
    """A Unix domain socket."""

    path: Path

    def __str__(self) -> str:
        return f"unix://{self.path}"


@dataclass(frozen=True, slots=True)
class TcpAddress:
    """A TCP port. Whoever reaches it can use the engine, so keep it on the loopback interface."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"tcp://{host}:{self.port}"


Address = UnixAddress | TcpAddress


def parse_address(url: str) -> Address:
    """Return the address that a URL names.

    Args:
        url: ``unix:///path`` or ``tcp://host:port``.

    Raises:
        ValueError: it is neither.
    """
    wrong = ValueError(
        f"{url!r} is no address of an engine: write unix:///path/to/socket, tcp://host:port or "
        "nats://host:port"
    )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise wrong from None
    if parts.scheme == "unix" and not parts.netloc and parts.path.startswith("/"):
        return UnixAddress(Path(url.removeprefix("unix://")))
    if parts.scheme == "tcp" and parts.hostname and port is not None and not parts.path.strip("/"):
        return TcpAddress(parts.hostname, port)
    raise wrong
