"""Addresses of a fleet's server, and the names of calls."""

from __future__ import annotations

import pytest

from engine.fleet import (
    Holder,
    NatsAddress,
    call_id,
    is_call_id,
    is_fleet,
    parse_fleet,
    worker_subject,
)
from tests.support.small_pack import turn


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("nats://localhost", NatsAddress("localhost", 4222)),
        ("nats://10.0.0.7:5222/", NatsAddress("10.0.0.7", 5222)),
        ("nats://[::1]:4222", NatsAddress("::1", 4222)),
        ("nats://aurora:a%40b@queue", NatsAddress("queue", 4222, "aurora", "a@b")),
        ("nats://token@queue", NatsAddress("queue", 4222, "token")),
    ],
)
def test_an_address_names_host_port_and_account(url: str, address: NatsAddress) -> None:
    assert is_fleet(url)
    assert parse_fleet(url) == address
    assert parse_fleet(str(address)).host == address.host


@pytest.mark.parametrize(
    "url", ["nats://", "nats:queue", "nats://queue:port", "nats://queue/stream", "tcp://queue:1"]
)
def test_what_is_no_address_is_refused_without_repeating_it(url: str) -> None:
    with pytest.raises(ValueError, match="nats://host:4222") as caught:
        parse_fleet(url)
    assert "queue" not in str(caught.value)


def test_an_account_is_not_shown() -> None:
    address = parse_fleet("nats://aurora:secret@queue")
    assert "secret" not in f"{address} {address!r}"
    assert "aurora" not in str(address)


def test_workers_on_sockets_are_no_fleet() -> None:
    assert not any(map(is_fleet, ("", "tcp://127.0.0.1:8790", "unix:///run/nats:engine.sock")))


def test_equal_requests_have_one_name_and_others_another() -> None:
    name = call_id(turn(1).to_dict())
    assert is_call_id(name)
    assert name == call_id(turn(1).to_dict())
    assert name != call_id(turn(1, answer="edited").to_dict())


@pytest.mark.parametrize("text", ["", "7", "*", "a" * 31, "A" * 32, f"{'a' * 32}.>", "a" * 33])
def test_what_cannot_be_part_of_a_subject_names_no_call(text: str) -> None:
    assert not is_call_id(text)


def test_who_has_taken_up_a_call_is_read_as_it_was_written() -> None:
    holder = Holder(worker_subject("a"), "$JS.ACK.AURORA_TURNS.workers.1.2.3.4.5")
    assert Holder.from_line(holder.to_line()) == holder


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b"[]",
        b'{"worker": 1, "lease": 2}',
        b'{"worker": "aurora.worker.a"}',
        Holder(worker_subject("a"), "aurora.turns").to_line(),
        Holder("aurora.turns", "$JS.ACK.AURORA_TURNS").to_line(),
    ],
)
def test_what_tells_of_no_worker_is_refused(line: bytes) -> None:
    with pytest.raises(ValueError, match="no worker"):
        Holder.from_line(line)
