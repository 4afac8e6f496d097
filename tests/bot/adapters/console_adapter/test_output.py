"""Lines to a stream that nobody reads any more."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TextIO

import pytest

from bot.adapters.console_adapter.output import LineOutput
from bot.errors import RecipientGoneError


@pytest.fixture
def broken() -> Iterator[TextIO]:
    """A pipe whose reader has left."""
    source, sink = os.pipe()
    os.close(source)
    with os.fdopen(sink, "w", encoding="utf-8") as stream:
        yield stream


def test_what_nobody_reads_counts_as_not_delivered(broken: TextIO) -> None:
    closings: list[str] = []
    output = LineOutput(broken, on_closed=lambda: closings.append("closed"))
    for _ in range(2):
        with pytest.raises(RecipientGoneError) as caught:
            output.line("Is anybody there?")
        assert not caught.value.permanent
    assert closings == ["closed"]
