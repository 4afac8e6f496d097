"""What a turn needs in each place that Aurora may run in, from the figures of a benchmark.

Everything is seconds of one server a turn: a core, a GPU, the database's core, a platform's token.
Figures without a GPU to measure on are computed from what a GPU is sold with and from the least
that the goals ask of it; `Deployment.computed` says so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from tests.benchmarks.closed_queue import HIGHEST_SHARE, Station
from tests.benchmarks.goals import GOALS

TELEGRAM_MESSAGES = 30.0
"""A second and bot: https://core.telegram.org/bots/faq#my-bot-is-hitting-limits-how-do-i-avoid-this"""
DISCORD_REQUESTS = 50.0
"""A second and bot: https://docs.discord.com/developers/topics/rate-limits#global-rate-limit"""
DISCORD_GUILDS = 2_500
"""A gateway session: https://docs.discord.com/developers/events/gateway#sharding"""
# Typing, the reply, and the buttons of the reply before, which are taken away.
_DISCORD_REQUESTS_A_TURN = 3.0

NEEDED = {
    "conversations.64.computed": "a worker's core, milliseconds a turn",
    "bot.computed": "a bot's core, milliseconds a message",
    "bot.telegram_messages": "messages that Telegram is sent for one of a person's",
    "stored.postgresql.server_computed": "the database server's cores, milliseconds a message",
}


@dataclass(frozen=True, slots=True)
class Gpu:
    """A GPU that writes utterances with a model of Kanana 1.5 2.1B's shape.

    Args:
        name: which.
        bandwidth: bytes a second of its memory, as sold.
        rate: operations a second that a prompt is read at; half of what it is sold with.
    """

    name: str
    bandwidth: float
    rate: float

    def seconds(self, one_of_limit: float, streams_over_one: float) -> float:
        """Return the seconds of an utterance when many are written together.

        Args:
            one_of_limit: share of the bandwidth's limit that one stream reaches.
            streams_over_one: how many times as much many streams write as one.
        """
        token = _WEIGHTS / (self.bandwidth * one_of_limit * streams_over_one)
        return _WRITTEN * token + 2 * _PARAMETERS * _PROMPT / self.rate


_PARAMETERS, _PROMPT, _WRITTEN = 2.1e9, 400, 60
_WEIGHTS = 2 * _PARAMETERS
H100 = Gpu("H100 SXM", bandwidth=3.35e12, rate=0.5e15)


@dataclass(frozen=True, slots=True)
class Deployment:
    """A place that Aurora runs in.

    Args:
        name: what it is.
        stations: what a turn needs there, one after the other.
        computed: whether one of its figures was computed rather than measured.
    """

    name: str
    stations: tuple[Station, ...]
    computed: bool = False


def deployments(figures: Mapping[str, float]) -> list[Deployment]:
    """Return the places whose people are counted.

    Args:
        figures: name → value of a benchmark run; all of `NEEDED` and perhaps a GPU's.
    """
    bot, worker = bot_station(figures, 1), worker_station(figures, 1)
    return [
        Deployment("laptop, 2 cores, without platform limits", (bot, worker)),
        Deployment("the same on Telegram", (bot, worker, telegram(figures, 1))),
        Deployment("the same on Discord", (bot, worker, discord(1))),
        *(_with_gpus(figures, count) for count in (1, 10)),
    ]


def _with_gpus(figures: Mapping[str, float], count: int) -> Deployment:
    """Return so many GPUs with the cores that keep them busy, without platform limits."""
    gpu = Station("generator's GPU", gpu_seconds(figures), count)
    rate = HIGHEST_SHARE * gpu.rate
    sized = [
        station(figures, servers_for(station(figures, 1), rate))
        for station in (bot_station, worker_station, database_station)
    ]
    cores = sum(station.servers for station in sized)
    return Deployment(
        f"{count} GPU{'s' if count > 1 else ''} and {cores} cores to feed them",
        (*sized, gpu),
        computed="gpu.decode_of_limit" not in figures,
    )


def servers_for(station: Station, rate: float) -> int:
    """Return how many servers a station needs for so many turns a second."""
    return math.ceil(rate * station.seconds / HIGHEST_SHARE)


def worker_station(figures: Mapping[str, float], cores: int) -> Station:
    """Return the workers that judge, one a core."""
    return Station("worker's core", figures["conversations.64.computed"] / 1000, cores)


def bot_station(figures: Mapping[str, float], cores: int) -> Station:
    """Return the bots, one a core."""
    return Station("bot's core", figures["bot.computed"] / 1000, cores)


def database_station(figures: Mapping[str, float], cores: int) -> Station:
    """Return the cores of a PostgreSQL server."""
    return Station("database's core", figures["stored.postgresql.server_computed"] / 1000, cores)


def telegram(figures: Mapping[str, float], tokens: int) -> Station:
    """Return Telegram's limit on messages of one bot."""
    seconds = figures["bot.telegram_messages"] / TELEGRAM_MESSAGES
    return Station("Telegram's token", seconds, tokens)


def discord(tokens: int) -> Station:
    """Return Discord's limit on requests of one bot."""
    return Station("Discord's token", _DISCORD_REQUESTS_A_TURN / DISCORD_REQUESTS, tokens)


def gpu_seconds(figures: Mapping[str, float]) -> float:
    """Return the seconds of a GPU for an utterance; by the goals where none was measured."""
    least = {goal.record: goal.bound for goal in GOALS}
    names = ("gpu.decode_of_limit", "gpu.streams_64_over_one")
    one, many = (figures.get(name, least[name]) for name in names)
    return H100.seconds(one, many)
