"""The arithmetic of how many people are carried, against a simulation that knows none of it."""

from __future__ import annotations

import pytest

from tests.benchmarks.closed_queue import (
    HIGHEST_SHARE,
    Station,
    bottleneck,
    expected,
    people_carried,
)
from tests.benchmarks.queue_simulation import ClosedQueue

THINK = 60.0
BOT, WORKER = Station("bot", 0.004), Station("worker", 0.02)
CHAINS = ((WORKER,), (BOT, WORKER), (BOT, Station("workers", 0.06, servers=4)))


def test_the_slowest_station_is_the_bottleneck_whatever_its_servers() -> None:
    assert bottleneck((BOT, WORKER)) is WORKER
    assert bottleneck((BOT, Station("workers", 0.02, servers=8))) is BOT


def test_people_are_carried_in_proportion_to_workers() -> None:
    one, ten = (people_carried([Station("worker", 0.02, n)], THINK) for n in (1, 10))
    assert ten == pytest.approx(10 * one, rel=0.01)


def test_no_station_is_planned_fuller_than_it_may_be() -> None:
    people = people_carried((BOT, WORKER), THINK)
    assert expected((BOT, WORKER), people, THINK).rate == pytest.approx(
        HIGHEST_SHARE * WORKER.rate, rel=0.001
    )


def test_a_free_station_changes_nothing() -> None:
    free = Station("free", 0.0)
    assert expected((free, WORKER), 500, THINK) == expected((WORKER,), 500, THINK)


def test_people_who_never_think_keep_the_bottleneck_busy() -> None:
    told = expected((WORKER,), 100, 0.0)
    assert told.rate == pytest.approx(WORKER.rate, rel=0.05)
    assert told.response == pytest.approx(100 / WORKER.rate, rel=0.05)


@pytest.mark.parametrize("chain", CHAINS)
@pytest.mark.parametrize("load", [0.2, 0.8, 1.5])
def test_a_simulation_finds_the_rate_that_the_arithmetic_tells(
    chain: tuple[Station, ...], load: float
) -> None:
    people = int(load * bottleneck(chain).rate * THINK)
    found = ClosedQueue(chain, people, THINK).run(12_000)
    assert found.rate == pytest.approx(expected(chain, people, THINK).rate, rel=0.05)


@pytest.mark.parametrize("chain", CHAINS)
def test_nobody_waits_longer_than_the_arithmetic_tells(chain: tuple[Station, ...]) -> None:
    people = people_carried(chain, THINK)
    found = ClosedQueue(chain, people, THINK).run(12_000)
    assert found.response < 1.2 * expected(chain, people, THINK).response
