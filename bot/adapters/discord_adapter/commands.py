"""Builds the slash commands, in English and Korean, and completes what is typed in them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

import discord
from discord import app_commands

from bot.adapters.discord_adapter.acting import Acting
from bot.adapters.discord_adapter.opening import Opening
from bot.adapters.discord_adapter.rules import LANGUAGES, REPORTS, THREADS, Rules
from bot.adapters.discord_adapter.words import (
    ANSWER,
    GROUPS,
    LINK,
    PLAIN,
    SERVER,
    START,
    SlashCommand,
    localised,
)
from bot.errors import UnknownPackError
from bot.i18n import Translator
from bot.interview.flow import Length, Level
from bot.interview.messages import Action
from bot.interview.ports import Packs
from engine.contract import Mode
from engine.errors import PackError
from engine.questions import QuestionPack

Interaction = discord.Interaction[Any]
Named = app_commands.Choice[str]

_MOST_COMPLETIONS = 25
_LONGEST_NAME = 100
_MODES: Mapping[str, str] = {Mode.COACH: "choice.coach", Mode.EXAM: "choice.exam"}
_LEVELS: Mapping[str, str] = {
    Level.JUNIOR: "choice.junior",
    Level.MID: "choice.mid",
    Level.SENIOR: "choice.senior",
}
_LENGTHS: Mapping[str, str] = {
    Length.SHORT: "choice.short",
    Length.STANDARD: "choice.standard",
    Length.FULL: "choice.full",
}
_INTERVIEW_LANGUAGES: Mapping[str, str] = {"ko": "choice.korean", "en": "choice.english"}


class Commands:
    """Builds the commands.

    Args:
        acting: does what most of them ask for.
        opening: starts interviews.
        rules: shows and changes the settings of servers.
        packs: what can be asked.
        words: the texts.
    """

    def __init__(
        self, acting: Acting, opening: Opening, rules: Rules, packs: Packs, words: Translator
    ) -> None:
        self._acting = acting
        self._opening = opening
        self._rules = rules
        self._packs = packs
        self._words = words

    def add_to(self, tree: app_commands.CommandTree[Any]) -> None:
        """Add every command to a tree."""
        groups = {
            key: app_commands.Group(name=self._named(key), description=self._named(about))
            for key, about in GROUPS.items()
        }
        for command, built in self._all():
            if command.group:
                groups[command.group].add_command(built)
            else:
                tree.add_command(built)
        for group in groups.values():
            tree.add_command(group)

    def _all(self) -> Iterator[tuple[SlashCommand, app_commands.Command[Any, ..., Any]]]:
        yield START, self._start()
        for command in PLAIN:
            if command.action is not None:
                yield command, self._build(command, self._plain(command.action))
        yield LINK, self._link()
        yield ANSWER, self._build(ANSWER, self._answer())
        yield SERVER, self._server()

    def _build(
        self, command: SlashCommand, callback: Callable[..., Awaitable[None]]
    ) -> app_commands.Command[Any, ..., Any]:
        built: Any = app_commands.Command(
            name=self._named(command.name),
            description=self._named(command.about),
            callback=callback,  # type: ignore[arg-type] # its parameters are read at run time
        )
        return built  # type: ignore[no-any-return] # likewise

    def _plain(self, action: Action) -> Callable[..., Awaitable[None]]:
        async def callback(interaction: Interaction) -> None:
            await self._acting.command(interaction, action, {})

        return callback

    def _answer(self) -> Callable[..., Awaitable[None]]:
        async def callback(interaction: Interaction) -> None:
            await self._acting.open_form(interaction)

        return callback

    def _link(self) -> app_commands.Command[Any, ..., Any]:
        @app_commands.rename(code=self._named("discord.option_code"))
        @app_commands.describe(code=self._named("discord.about_code"))
        async def callback(interaction: Interaction, code: str = "") -> None:
            await self._acting.command(interaction, Action.LINK, {"code": code} if code else {})

        return self._build(LINK, callback)

    def _start(self) -> app_commands.Command[Any, ..., Any]:
        @app_commands.rename(
            pack=self._named("discord.option_pack"),
            topic=self._named("discord.option_topic"),
            level=self._named("discord.option_level"),
            mode=self._named("discord.option_mode"),
            length=self._named("discord.option_length"),
            language=self._named("discord.option_language"),
        )
        @app_commands.describe(
            pack=self._named("discord.about_pack"),
            topic=self._named("discord.about_topic"),
            level=self._named("discord.about_level"),
            mode=self._named("discord.about_mode"),
            length=self._named("discord.about_length"),
            language=self._named("discord.about_language"),
        )
        @app_commands.choices(
            level=self._choices(_LEVELS),
            mode=self._choices(_MODES),
            length=self._choices(_LENGTHS),
            language=self._choices(_INTERVIEW_LANGUAGES),
        )
        @app_commands.autocomplete(pack=self._complete_pack, topic=self._complete_topic)
        async def callback(  # noqa: PLR0913, PLR0917 - the options of the command
            interaction: Interaction,
            pack: str = "",
            topic: str = "",
            level: str = "",
            mode: str = "",
            length: str = "",
            language: str = "",
        ) -> None:
            chosen = {
                "pack": pack,
                "start_topic": topic,
                "level": level,
                "mode": mode,
                "length": length,
                "locale": language,
            }
            await self._opening.start(interaction, {k: v for k, v in chosen.items() if v})

        return self._build(START, callback)

    def _server(self) -> app_commands.Command[Any, ..., Any]:
        @app_commands.rename(
            channel=self._named("discord.option_channel"),
            language=self._named("discord.option_language"),
            pack=self._named("discord.option_pack"),
            threads=self._named("discord.option_threads"),
            reports=self._named("discord.option_reports"),
        )
        @app_commands.describe(
            channel=self._named("discord.about_channel"),
            language=self._named("discord.about_default_language"),
            pack=self._named("discord.about_default_pack"),
            threads=self._named("discord.about_threads"),
            reports=self._named("discord.about_reports"),
        )
        @app_commands.choices(
            language=self._choices(LANGUAGES),
            threads=self._choices(THREADS),
            reports=self._choices(REPORTS),
        )
        @app_commands.autocomplete(pack=self._complete_pack)
        @app_commands.default_permissions(manage_guild=True)
        @app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
        async def callback(  # noqa: PLR0913, PLR0917 - the options of the command
            interaction: Interaction,
            channel: discord.TextChannel | None = None,
            language: str = "",
            pack: str = "",
            threads: str = "",
            reports: str = "",
        ) -> None:
            given = {"locale": language, "pack": pack, "threads": threads, "reports": reports}
            changes = {k: v for k, v in given.items() if v}
            await self._rules.change(interaction, channel, changes)

        return self._build(SERVER, callback)

    async def _complete_pack(self, interaction: Interaction, typed: str) -> list[Named]:
        """Return the packs whose title or name holds what was typed."""
        locale = self._acting.language(interaction)
        found = ((_in(pack.title, locale), pack.id) for pack in self._readable())
        return _matching(found, typed)

    async def _complete_topic(self, interaction: Interaction, typed: str) -> list[Named]:
        """Return the questions of the chosen pack whose title holds what was typed."""
        locale = self._acting.language(interaction)
        chosen = _chosen(interaction, self._words.text("en", "discord.option_pack"))
        suggested = await self._acting.suggested(interaction)
        wanted = chosen or suggested.get("default_pack", "")
        packs = [pack for pack in self._readable() if not wanted or pack.id == wanted]
        found = (
            (_in(topic.title, locale), topic.id)
            for pack in packs[:1]
            for topic in pack
            if topic.kind.judged
        )
        return _matching(found, typed)

    def _readable(self) -> Iterator[QuestionPack]:
        for pack_id in self._packs.ids():
            try:
                yield self._packs.get(pack_id)
            except (UnknownPackError, PackError):
                continue  # an operator learns of its faults from doctor; nobody can be asked it

    def _named(self, key: str) -> app_commands.locale_str:
        return localised(self._words, key)

    def _choices(self, keys: Mapping[str, str]) -> list[Named]:
        return [
            Named(name=localised(self._words, key, mark=""), value=str(value))
            for value, key in keys.items()
        ]


def _matching(found: Iterator[tuple[str, str]], typed: str) -> list[Named]:
    wanted = typed.casefold()
    named = (
        Named(name=title[:_LONGEST_NAME], value=value)
        for title, value in found
        if wanted in title.casefold() or wanted in value
    )
    return [choice for _, choice in zip(range(_MOST_COMPLETIONS), named, strict=False)]


def _chosen(interaction: Interaction, option: str) -> str:
    """Return what was chosen for another option of the command that is being typed."""
    value = getattr(interaction.namespace, option, "")
    return value if isinstance(value, str) else ""


def _in(text: Mapping[str, str], locale: str) -> str:
    return text.get(locale) or next(iter(text.values()))
