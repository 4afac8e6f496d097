"""Many people at once: everybody in order, nothing lost, no limit broken, and no more memory.

`tests/benchmarks/crowd.py` does it with two hundred people and tells how quickly they are seen.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.crowd import Crowd, conversations, settled
from tests.support.crowd_stage import PLATFORMS

PEOPLE, WAVES, ROUNDS = 25, 3, 2
GROWTH = 1.15  # of the memory after the first wave; what every later one may cost is nothing


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_waves_of_people_who_all_speak_in_the_same_instant(
    platform: str, tmp_path: Path
) -> None:
    memory = []
    async with PLATFORMS[platform](tmp_path) as stage:
        crowd = Crowd(stage.side, PEOPLE, None)
        for _ in range(WAVES):
            await crowd.talks(ROUNDS)
            await settled(stage.bot.database)
            memory.append(stage.bot.memory())
        assert stage.violations == 0
    assert crowd.measured.messages == PEOPLE * WAVES * (1 + ROUNDS)
    # A slash command has an acknowledgement of its own under it.
    acknowledged = PEOPLE * WAVES if platform == "discord" else 0
    assert stage.side.ear.replies == crowd.measured.messages + acknowledged
    told = crowd.measured.told
    assert len(told) == PEOPLE * WAVES
    assert conversations(stage.bot.database) == told
    assert memory[-1] <= memory[0] * GROWTH
