"""Reads server-sent events, the form in which chat servers send a reply piece by piece."""

from __future__ import annotations

from collections.abc import AsyncIterator

# What OpenAI's API sends as the last event; not every server does.
END_OF_STREAM = "[DONE]"
_FIELD = b"data:"


async def events(chunks: AsyncIterator[bytes]) -> AsyncIterator[str]:
    """Yield the data of each event; chat servers write an event's data on one line.

    Lines end at line feeds alone: a text in JSON may hold any other sign that Python splits at.

    Args:
        chunks: the body of an answer, cut anywhere.
    """
    rest = b""
    async for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        for line in lines:
            if line.startswith(_FIELD):
                yield line.removeprefix(_FIELD).strip().decode("utf-8", "replace")
