"""Records the transcripts in ``docs/transcripts`` anew, with the bundled models.

``python -m tests.support.record_transcripts [telegram|discord|terminal] …`` plays the lines that
stand behind ``>`` in each of them again: on Telegram and Discord through the tests' own servers and
``python -m bot run`` as a process that is restarted on the way, in the terminal through
``python -m bot chat --plain``.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path

from tests.support import recorded_discord, recorded_telegram, recorded_terminal
from tests.support.transcripts import LANGUAGES, read

_PLATFORMS = {
    "telegram": ("telegram", recorded_telegram.record),
    "discord": ("discord", recorded_discord.record),
    "terminal": ("interview", recorded_terminal.record),
}
"""How the transcripts of a platform are called, and what records them."""
_SPOKEN = {"terminal": (*LANGUAGES, "ko@jondaetmal")}
"""How those of a platform are spoken (`engine.outcomes.wording`), where in other ways, too."""


def main() -> None:
    """Record what the command line names; all of it by default."""
    parser = argparse.ArgumentParser(description="Record docs/transcripts anew.")
    parser.add_argument("platforms", nargs="*", metavar="platform", help=", ".join(_PLATFORMS))
    platforms = parser.parse_args().platforms or list(_PLATFORMS)
    if unknown := set(platforms) - set(_PLATFORMS):
        parser.error(f"no such platform: {', '.join(sorted(unknown))}")
    for platform in platforms:
        for spoken in _SPOKEN.get(platform, LANGUAGES):
            asyncio.run(_record(platform, spoken))


async def _record(platform: str, spoken: str) -> None:
    name, record = _PLATFORMS[platform]
    transcript = read(f"{name}-{spoken}")
    with tempfile.TemporaryDirectory() as folder:
        transcript.write(await record(transcript.steps, spoken, Path(folder)))


if __name__ == "__main__":
    main()
