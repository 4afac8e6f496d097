"""The settings of a server, shown and changed by whoever manages it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import discord

from bot.adapters.discord_adapter.acting import Acting
from bot.adapters.discord_adapter.places import GuildRules, Places, ReportPlace, ThreadKind
from bot.i18n import Translator
from bot.interview.ports import Packs

AS_CLIENT = "client"
"""Chosen as the language: that of each person's client."""

LANGUAGES: Mapping[str, str] = {
    AS_CLIENT: "discord.rule_client",
    "ko": "discord.rule_korean",
    "en": "discord.rule_english",
}
THREADS: Mapping[str, str] = {
    ThreadKind.PUBLIC: "discord.rule_public",
    ThreadKind.PRIVATE: "discord.rule_private",
}
REPORTS: Mapping[str, str] = {
    ReportPlace.THREAD: "discord.rule_in_thread",
    ReportPlace.DIRECT: "discord.rule_direct",
}


class Rules:
    """Shows and changes the settings of servers.

    Args:
        acting: answers interactions.
        places: keeps the settings.
        packs: tells which packs there are.
        words: the texts.
    """

    def __init__(self, acting: Acting, places: Places, packs: Packs, words: Translator) -> None:
        self._acting = acting
        self._places = places
        self._packs = packs
        self._words = words

    async def change(
        self,
        interaction: discord.Interaction[Any],
        channel: discord.TextChannel | None,
        changes: Mapping[str, str],
    ) -> None:
        """Change what was given, and show where the settings stand.

        Args:
            interaction: the command.
            channel: a channel to allow, or to allow no longer.
            changes: ``locale``, ``pack``, ``threads``, ``reports``, as far as they were given.
        """
        await interaction.response.defer(ephemeral=True)
        if interaction.guild_id is None or not interaction.permissions.manage_guild:
            await self._acting.tell(interaction, "discord.not_manager")
            return
        pack = changes.get("pack")
        if pack is not None and pack not in self._packs.ids():
            known = ", ".join(self._packs.ids())
            await self._acting.tell(interaction, "notice.unknown_pack", pack=pack, known=known)
            return
        before = await self._places.rules(interaction.guild_id)
        after = _changed(before, channel, changes)
        if after != before:
            await self._places.keep_rules(interaction.guild_id, after)
        shown = self._shown(after, self._acting.language(interaction))
        await self._acting.tell(interaction, "discord.rules", **shown)

    def _shown(self, rules: GuildRules, locale: str) -> dict[str, str]:
        anywhere = self._words.text(locale, "discord.rule_anywhere")
        channels = ", ".join(f"<#{channel}>" for channel in sorted(rules.channels))
        return {
            "channels": channels or anywhere,
            "language": self._words.text(locale, LANGUAGES[rules.locale or AS_CLIENT]),
            "pack": rules.pack or self._words.text(locale, "discord.rule_default"),
            "threads": self._words.text(locale, THREADS[rules.threads]),
            "reports": self._words.text(locale, REPORTS[rules.reports]),
        }


def _changed(
    rules: GuildRules, channel: discord.TextChannel | None, changes: Mapping[str, str]
) -> GuildRules:
    if channel is not None:
        rules = replace(rules, channels=rules.channels ^ {channel.id})
    if "locale" in changes:
        chosen = changes["locale"]
        rules = replace(rules, locale="" if chosen == AS_CLIENT else chosen)
    return replace(
        rules,
        pack=changes.get("pack", rules.pack),
        threads=ThreadKind(changes.get("threads", rules.threads)),
        reports=ReportPlace(changes.get("reports", rules.reports)),
    )
