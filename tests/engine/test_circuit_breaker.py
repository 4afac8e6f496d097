"""A server that keeps failing is left alone, and tried by one caller at a time after a rest."""

from __future__ import annotations

import pytest

from engine.circuit_breaker import CircuitBreaker
from engine.errors import ServerUnavailableError


class Clock:
    """A clock that the test sets."""

    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def opened(clock: Clock) -> CircuitBreaker:
    """Return one that has let two calls fail, and would rest for half a minute."""
    breaker = CircuitBreaker(2, rest=30.0, clock=clock)
    for _ in range(2):
        with pytest.raises(ServerUnavailableError, match="no answer"), breaker.guarding("m"):
            raise ServerUnavailableError("no answer")
    return breaker


def test_while_a_trial_is_under_way_nobody_else_waits_for_the_server() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.seconds = 30.0
    with (
        breaker.guarding("m"),
        pytest.raises(ServerUnavailableError, match="left alone"),
        breaker.guarding("m"),
    ):
        pass
    with breaker.guarding("m"), breaker.guarding("m"):
        assert not breaker.is_open


def test_a_trial_that_fails_begins_another_rest() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.seconds = 30.0
    with pytest.raises(ServerUnavailableError, match="again"), breaker.guarding("m"):
        raise ServerUnavailableError("again")
    clock.seconds = 59.0
    with pytest.raises(ServerUnavailableError, match="left alone"), breaker.guarding("m"):
        pass


def test_a_trial_that_nobody_saw_through_is_followed_by_another() -> None:
    clock = Clock()
    breaker = opened(clock)
    clock.seconds = 30.0
    with pytest.raises(KeyError), breaker.guarding("m"):
        raise KeyError
    clock.seconds = 60.0
    with breaker.guarding("m"):
        pass
    assert not breaker.is_open
