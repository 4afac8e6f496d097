"""Plays the script of a transcript in the plain terminal, and tells what was said on both sides."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence
from pathlib import Path

from tests.support.command import PATIENCE, run
from tests.support.transcripts import Step

_REPLY = re.compile(r"^(?=\[.*   \d+/\d+.*\]$)", re.MULTILINE)
"""Where a reply begins: with the line that says where the interview stands."""


async def record(
    steps: Sequence[Step], spoken: str, folder: Path, *, models: bool = True
) -> list[str]:
    """Return what the terminal shows when all lines of a script are piped in at once.

    Args:
        steps: the script.
        spoken: the language of the interview, with its style (`engine.outcomes.wording`).
        folder: home of whoever types.
        models: whether the bundled models judge and speak.
    """
    language, _, style = spoken.partition("@")
    styled = ("--style", style) if style else ()
    engine = () if models else ("--fake",)
    arguments = (
        "chat",
        *engine,
        "--plain",
        "--lang",
        language,
        *styled,
        "--db",
        folder / "aurora.db",
    )
    typed = [step.text for step in steps]
    done = await asyncio.to_thread(
        run, folder, *arguments, typed=typed, changes={"AURORA_TURN_TIMEOUT": str(PATIENCE)}
    )
    assert done.code == 0, done.err
    opening, *replies = _REPLY.split(done.out)[1:]
    assert len(replies) == len(steps), f"{len(steps)} lines, {len(replies)} replies:\n{done.out}"
    told = zip(steps, replies, strict=True)
    return [opening, *(block for step, reply in told for block in (step.line, reply))]
