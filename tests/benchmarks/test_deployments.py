"""Which stations a turn passes in each place, and how many servers a crowd needs."""

from __future__ import annotations

import pytest

from tests.benchmarks.closed_queue import bottleneck, people_carried
from tests.benchmarks.deployments import (
    H100,
    NEEDED,
    deployments,
    gpu_seconds,
    servers_for,
    telegram,
    worker_station,
)

FIGURES = dict.fromkeys(NEEDED, 10.0) | {"bot.telegram_messages": 1.0}


def test_a_telegram_bot_sends_thirty_messages_a_second_and_no_more() -> None:
    assert telegram(FIGURES, 1).rate == pytest.approx(30)
    assert telegram(FIGURES, 3).rate == pytest.approx(90)


def test_a_platform_can_be_what_is_busy_first() -> None:
    places = {place.name: place for place in deployments(FIGURES)}
    assert bottleneck(places["the same on Telegram"].stations).name == "Telegram's token"


def test_ten_gpus_with_their_cores_carry_ten_times_what_one_does() -> None:
    one, ten = (people_carried(place.stations, 60) for place in deployments(FIGURES)[-2:])
    assert ten == pytest.approx(10 * one, rel=0.02)


def test_servers_are_enough_for_the_rate_and_one_less_is_too_busy() -> None:
    worker = worker_station(FIGURES, 1)
    needed = servers_for(worker, 1000)
    assert worker_station(FIGURES, needed).rate * 0.8 >= 1000
    assert worker_station(FIGURES, needed - 1).rate * 0.8 < 1000


def test_without_a_gpu_its_figure_is_computed_from_the_goals_and_said_to_be() -> None:
    assert all(place.computed for place in deployments(FIGURES)[-2:])
    assert gpu_seconds(FIGURES) == H100.seconds(0.5, 40)


def test_a_measured_gpu_takes_the_place_of_the_computed_one() -> None:
    measured = FIGURES | {"gpu.decode_of_limit": 0.6, "gpu.streams_64_over_one": 50}
    assert not any(place.computed for place in deployments(measured))
    assert gpu_seconds(measured) < gpu_seconds(FIGURES)
