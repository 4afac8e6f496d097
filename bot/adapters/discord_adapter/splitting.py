"""Cuts a text into messages that Discord accepts, without breaking a block of code."""

from __future__ import annotations

import re

LONGEST_MESSAGE = 2_000
"""Counted in UTF-16 units, as Discord's own clients count; the API counts no stricter."""

_FENCE = "```"
_CLOSING = f"\n{_FENCE}"
_OPENING = re.compile(r"```[\w+#.-]*")
# Where a message is best cut, best first; within code only whole lines are worth keeping.
_SEPARATORS = ("\n\n", "\n", ". ", "? ", "! ", " ")
_IN_CODE = ("\n",)


def split(text: str, longest: int = LONGEST_MESSAGE) -> tuple[str, ...]:
    """Return a text as parts that fit a message each; none is empty.

    A block of code that a cut falls into ends with its part and is opened again, in the same
    language, in the next.

    Args:
        text: the text.
        longest: UTF-16 units that fit; at least a hundred.
    """
    parts: list[str] = []
    fence, rest = "", text.strip()
    while _units(opened := fence + rest) > longest:
        cut = _cut(opened, _reach(opened, longest - len(_CLOSING)), len(fence))
        head, rest = opened[:cut], opened[cut:]
        fence = _open_fence(head)
        parts.append(head.rstrip() + _CLOSING if fence else head.rstrip())
        rest = rest.removeprefix("\n") if fence else rest.lstrip()
    parts.append(opened)
    return tuple(part for part in parts if part)


def _open_fence(text: str) -> str:
    """Return the line that opens the block of code that a text ends in; empty outside one."""
    opening = ""
    for number, found in enumerate(_OPENING.finditer(text)):
        opening = f"{found[0]}\n" if number % 2 == 0 else ""
    return opening


def _cut(text: str, reach: int, kept: int) -> int:
    """Return where to cut: at the best separator in the second half of what fits.

    Args:
        text: the text.
        reach: how many of its characters fit.
        kept: how many at its beginning must stay together with more.
    """
    separators = _IN_CODE if _open_fence(text[:reach]) else _SEPARATORS
    for separator in separators:
        at = text.rfind(separator, max(reach // 2, kept), reach)
        if at > 0:
            return at + len(separator)
    return reach


def _reach(text: str, longest: int) -> int:
    """Return how many characters fit into so many UTF-16 units."""
    if len(text) <= longest // 2:
        return len(text)
    reach = taken = 0
    for character in text:
        taken += _units(character)
        if taken > longest:
            break
        reach += 1
    return reach


def _units(text: str) -> int:
    return len(text) + sum(character > "\uffff" for character in text)
