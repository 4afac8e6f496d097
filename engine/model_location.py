"""Where a model is that somebody chose: on a server, on the hub, or in a folder.

What `engine.verifier_spec` and `engine.generator_spec` have in common; standard library only, the
bot reads it too.
"""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import urlsplit

_SERVED = re.compile(r"(?P<model>\S+?)@(?P<base_url>https?://\S+)")
_PASSWORD = re.compile(r"://[^/?#\s]*@")


class SecretInAddressError(ValueError):
    """An address holds a password, which everybody on the machine could read there."""


def refuse_password(text: str, key_variable: str) -> None:
    """Make sure that no address in a text holds a password.

    Args:
        text: what was written.
        key_variable: where in the environment the server's key belongs, for the message.

    Raises:
        SecretInAddressError: one does; the message does not repeat it.
    """
    if _PASSWORD.search(text):
        raise SecretInAddressError(f"leave the password out of the address and set {key_variable}")


def parse_served(text: str) -> tuple[str, str] | None:
    """Read ``MODEL@BASE_URL``.

    Returns:
        The model as the server calls it, and the address without a slash at its end; None where
        the text has another form.

    Raises:
        ValueError: the address is none.
    """
    served = _SERVED.fullmatch(text)
    return (served["model"], _address(served["base_url"])) if served else None


def name_or_folder(text: str) -> str:
    """Return a name on the hub as it is, and a folder as a path that holds from anywhere."""
    path = Path(text).expanduser()
    looks_like_folder = path.is_absolute() or text.startswith((".", "~")) or path.is_dir()
    return str(path.resolve()) if looks_like_folder else text


def public_name(model: str) -> str:
    """Return what may be shown to anybody: the name of a folder without where it lies."""
    return Path(model).name if Path(model).is_absolute() else model


def _address(url: str) -> str:
    parts = urlsplit(url)  # raises ValueError itself where the brackets of a host do not fit
    if not parts.hostname or parts.port == 0 or parts.query or parts.fragment:
        raise ValueError(f"{url!r} is no base address; write one like http://127.0.0.1:8000/v1")
    return url.rstrip("/")
