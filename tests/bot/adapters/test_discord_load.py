"""Many people at once on Discord: nobody waits for somebody else, and no limit is broken."""

from __future__ import annotations

import asyncio
from pathlib import Path

from tests.support.discord_person import Hands
from tests.support.discord_scene import Scene, scene

PEOPLE = 200
TOGETHER = 40  # how many arrive in the same instant
SHARE = 0.95
ACKNOWLEDGED_SECONDS = 1.0


async def interviewed(here: Scene, who: Hands, door: asyncio.Semaphore) -> list[str]:
    """Have somebody start, greet, answer and ask for a hint; return all that was said to them."""
    direct = here.direct(who.person)
    async with door:
        await who.command(direct, "interview start")
    await here.said(direct, 1)
    await who.write(direct, "Hello!")
    await here.said(direct, 2)
    await who.write(direct, f"right colour en {who.person.name}")
    await here.said(direct, 4)
    await who.press(direct, "Hint")
    return await here.said(direct, 5)


async def test_two_hundred_people_are_interviewed_at_once(tmp_path: Path) -> None:
    async with scene(tmp_path) as here, here.bot():
        people = [here.arrives(f"{number}") for number in range(PEOPLE)]
        door = asyncio.Semaphore(TOGETHER)
        said = await asyncio.gather(*(interviewed(here, who, door) for who in people))
        for who, texts in zip(people, said, strict=True):
            assert "question hello" in texts[0]
            assert f"right colour en {who.person.name}" in texts[2]
            assert "hint apples" in texts[4]
        waited = sorted(sent.acknowledged_after for sent in here.server.interactions.all)
        assert waited[int(SHARE * len(waited))] <= ACKNOWLEDGED_SECONDS
