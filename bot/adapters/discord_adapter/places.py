"""What is remembered about servers and about the threads that interviews are held in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.adapters.intake import Intake
from bot.adapters.recent import Recent

_REMEMBERED = 10_000


class ThreadKind(StrEnum):
    """Who sees the threads of a server."""

    PUBLIC = "public"
    PRIVATE = "private"


class ReportPlace(StrEnum):
    """Who sees reports in a server: whoever sees the thread, or only the person."""

    THREAD = "thread"
    DIRECT = "direct"


@dataclass(frozen=True, slots=True)
class GuildRules:
    """How interviews are held in a server.

    Args:
        channels: where they may be started; anywhere when empty.
        locale: their language where the person chose none; empty for that of the person's client.
        pack: their pack where the person chose none; empty for the bot's own default.
        threads: who sees them.
        reports: who sees their reports.
    """

    channels: frozenset[int] = frozenset()
    locale: str = ""
    pack: str = ""
    threads: ThreadKind = ThreadKind.PUBLIC
    reports: ReportPlace = ReportPlace.THREAD

    def allows(self, channel_id: int) -> bool:
        """Whether an interview may be started in a channel."""
        return not self.channels or channel_id in self.channels

    def to_settings(self) -> dict[str, str]:
        """Return what is to be stored."""
        return {
            "channels": " ".join(str(channel) for channel in sorted(self.channels)),
            "locale": self.locale,
            "pack": self.pack,
            "threads": self.threads.value,
            "reports": self.reports.value,
        }

    @classmethod
    def from_settings(cls, kept: Mapping[str, str]) -> GuildRules:
        """Return the rules that were stored."""
        return cls(
            frozenset(int(channel) for channel in kept.get("channels", "").split()),
            kept.get("locale", ""),
            kept.get("pack", ""),
            ThreadKind(kept.get("threads", ThreadKind.PUBLIC)),
            ReportPlace(kept.get("reports", ReportPlace.THREAD)),
        )


@dataclass(frozen=True, slots=True)
class InterviewThread:
    """A thread that an interview is held in.

    Args:
        id: the thread.
        guild_id: its server.
        owner_id: whose interview it is; nobody else answers in it.
        locale: the language that it was opened in.
    """

    id: int
    guild_id: int
    owner_id: int
    locale: str


class Places:
    """Keeps rules and threads, and what was read once, since only this program changes them.

    Args:
        intake: where they are stored.
    """

    def __init__(self, intake: Intake) -> None:
        self._intake = intake
        self._rules: dict[int, GuildRules] = {}
        self._threads: Recent[int, InterviewThread | None] = Recent(_REMEMBERED)

    async def rules(self, guild_id: int) -> GuildRules:
        """Return the rules of a server."""
        if guild_id not in self._rules:
            kept = await self._intake.settings(_guild(guild_id))
            self._rules[guild_id] = GuildRules.from_settings(kept)
        return self._rules[guild_id]

    async def keep_rules(self, guild_id: int, rules: GuildRules) -> None:
        """Set the rules of a server."""
        await self._intake.keep_settings(_guild(guild_id), rules.to_settings())
        self._rules[guild_id] = rules

    async def thread(self, thread_id: int) -> InterviewThread | None:
        """Return an interview's thread; None where a channel is none."""
        if thread_id not in self._threads:
            kept = await self._intake.settings(_thread(thread_id))
            self._threads[thread_id] = _read_thread(thread_id, kept)
        return self._threads.get(thread_id)

    async def refusal(self, channel_id: int | None) -> str:
        """Return the id of the text for whoever does something in a thread that is not theirs.

        A thread of which nothing is known was somebody's who has had everything deleted.
        """
        known = await self.thread(channel_id or 0)
        return "discord.nothing_kept" if known is None else "discord.not_yours"

    async def keep_thread(self, thread: InterviewThread) -> None:
        """Remember the thread of an interview."""
        values = {
            "owner": str(thread.owner_id),
            "guild": str(thread.guild_id),
            "locale": thread.locale,
        }
        await self._intake.keep_settings(_thread(thread.id), values)
        self._threads[thread.id] = thread


def conversation_of(channel_id: int) -> str:
    """Return the conversation that a thread, or a direct channel, is."""
    return f"channel:{channel_id}"


def channel_of(conversation: str) -> int:
    """Return the channel that a conversation is held in."""
    return int(conversation.removeprefix("channel:"))


def _read_thread(thread_id: int, kept: Mapping[str, str]) -> InterviewThread | None:
    if "owner" not in kept:
        return None
    return InterviewThread(thread_id, int(kept["guild"]), int(kept["owner"]), kept["locale"])


def _guild(guild_id: int) -> str:
    return f"discord:guild:{guild_id}"


def _thread(thread_id: int) -> str:
    return f"discord:thread:{thread_id}"
