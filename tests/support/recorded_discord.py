"""Plays the script of a transcript on Discord, and tells what was said on both sides."""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import AsyncExitStack
from pathlib import Path

from tests.support.bot_process import BotProcess
from tests.support.command import PATIENCE
from tests.support.discord_interactions import Interaction
from tests.support.discord_person import Hands
from tests.support.discord_scene import Scene, scene
from tests.support.discord_server import TOKEN, DiscordServer
from tests.support.discord_world import Channel, Payload, components_of
from tests.support.transcripts import Ending, Kind, Step

_PEOPLE = {"en": ("Ada", "en-US"), "ko": ("Mina", "ko")}
_PHOTO = {"id": "1", "filename": "photo.png", "size": 1, "url": "http://x.invalid", "proxy_url": ""}
_SHARE = ("Share one line in the channel", "채널에 한 줄 남기기")


async def record(
    steps: Sequence[Step], language: str, folder: Path, *, models: bool = True
) -> list[str]:
    """Return what an interview in a server consists of once somebody has done what a script says.

    Args:
        steps: the script, which begins with the command that opens a thread.
        language: of the person's client.
        folder: home of the bot.
        models: whether the bundled models judge and speak.

    Raises:
        TimeoutError: a reply did not come.
    """
    async with scene(folder) as here, AsyncExitStack() as started:
        url = here.server.base_url
        settings = {
            "AURORA_DISCORD_TOKEN": TOKEN,
            "AURORA_DISCORD_BASE_URL": url,
            "AURORA_DISCORD_MESSAGE_CONTENT": "on",
        }
        bot = BotProcess(folder, settings, models=models)
        await _start(here.server, bot, started)
        player = _Player(here, here.arrives(*_PEOPLE[language]))
        blocks: list[str] = []
        for step in steps:
            blocks.append(step.line)
            if step.kind is Kind.RESTART:
                await started.aclose()
                await _start(here.server, bot, started)
            else:
                blocks += await player.replies(step)
    return blocks


async def _start(server: DiscordServer, bot: BotProcess, started: AsyncExitStack) -> None:
    """Start the bot, and wait until it is signed on and its commands are known."""
    before = server.gateway.heard["identify"]
    await started.enter_async_context(bot)
    await server.until(
        lambda: server.gateway.heard["identify"] > before and server.rest.commands, PATIENCE
    )


class _Player:
    """Does what the script says.

    Args:
        here: the server with its people.
        hands: whoever is interviewed.
    """

    def __init__(self, here: Scene, hands: Hands) -> None:
        self._here = here
        self._server = here.server
        self._hands = hands

    async def replies(self, step: Step) -> list[str]:
        """Do one step, and return what it is answered with."""
        threads = self._server.threads()
        if not threads:
            return await self._open(step)
        if step.text in _SHARE:
            return await self._share(step, threads[0])
        thread = threads[0]
        before = len(thread.from_bot())
        await self._act(step, thread)
        await self._server.until(
            lambda: any(_ends(said, step.ending) for said in thread.from_bot()[before:]), PATIENCE
        )
        return [self._drawn(said) for said in thread.from_bot()[before:]]

    async def _open(self, step: Step) -> list[str]:
        opened = await self._command(step.text, self._here.lobby)
        told = (await self._server.interactions.answered(opened)).answer or ""
        [thread] = self._server.threads()
        await self._server.until(thread.from_bot, PATIENCE)
        return [f"({self._readable(told)})", *map(self._drawn, thread.from_bot())]

    async def _share(self, step: Step, thread: Channel) -> list[str]:
        pressed = await self._hands.press(thread, step.text)
        told = await self._here.whispered(pressed)
        lobby = self._here.lobby
        shared = [f"— #{lobby.name} —\n{self._drawn(said)}" for said in lobby.from_bot()]
        return [*shared, f"({self._readable(told)})"]

    async def _act(self, step: Step, thread: Channel) -> None:
        if step.kind is Kind.PRESS:
            await self._hands.press(thread, step.text)
        elif step.kind is Kind.SHOW:
            await self._hands.write(thread, "", attachments=[_PHOTO])
        elif step.text.startswith("/"):
            await self._command(step.text, thread)
        else:
            await self._hands.write(thread, step.text)

    async def _command(self, typed: str, channel: Channel) -> Interaction:
        """Run a command that was typed in the client's own language."""
        known, path = self._server.rest.commands, []
        for word in typed.removeprefix("/").split():
            spec = next(s for s in known if word in _names(s))
            path.append(spec["name"])
            known = spec.get("options") or []
        return await self._hands.command(channel, " ".join(path))

    def _drawn(self, said: Payload) -> str:
        """Return a message as a transcript shows it."""
        framed = [
            f"┃ {self._readable(line)}".rstrip()
            for embed in said["embeds"]
            for words in (embed.get("title"), embed.get("description"))
            for line in (words or "").splitlines()
        ]
        files = [f"📎 {file['filename']}" for file in said["attachments"]]
        rows = [{"components": [row]} for row in said["components"]]
        buttons = [" ".join(f"[{b['label']}]" for b in components_of(row)) for row in rows]
        words = [self._readable(line) for line in said["content"].splitlines()]
        return "\n".join([*words, *framed, *files, *buttons])

    def _readable(self, text: str) -> str:
        """Return a line as the client shows it: mentions by their names, no mark of small print."""
        text = re.sub(
            r"<#(\d+)>", lambda found: f"#{self._server.channels[int(found[1])].name}", text
        )
        return re.sub(r"</([^:>]+):\d+>", r"/\1", text.removeprefix("-# "))


def _names(spec: Payload) -> set[str]:
    return {spec["name"], *(spec.get("name_localizations") or {}).values()}


def _ends(said: Payload, ending: Ending) -> bool:
    if ending is Ending.FILE:
        return bool(said["attachments"])
    return ending is Ending.WORDS or bool(said["components"])
