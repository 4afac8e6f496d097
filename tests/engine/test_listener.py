"""Where a worker listens: who may connect, what is replaced, what is left alone."""

from __future__ import annotations

import socket
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.listener import listen
from engine.wire import TcpAddress, UnixAddress, parse_address


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a path short enough for sockets."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_unix_socket_and_its_new_folder_are_their_owners_alone(folder: Path) -> None:
    path = folder / "new" / "engine.sock"
    listener = listen(UnixAddress(path))
    assert (_mode(path), _mode(path.parent)) == (0o600, 0o700)
    listener.close()
    assert not path.exists()


def test_an_existing_folder_keeps_its_mode(folder: Path) -> None:
    folder.chmod(0o755)
    listener = listen(UnixAddress(folder / "engine.sock"))
    assert _mode(folder) == 0o755
    listener.close()


def test_what_a_killed_worker_left_is_replaced(folder: Path) -> None:
    path = folder / "engine.sock"
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(path))
    listener = listen(UnixAddress(path))
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect(str(path))
    listener.close()


def test_a_socket_in_use_is_left_alone(folder: Path) -> None:
    address = UnixAddress(folder / "engine.sock")
    listener = listen(address)
    with pytest.raises(OSError, match="another worker"):
        listen(address)
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect(str(address.path))
    listener.close()


def test_a_file_that_is_no_socket_is_left_alone(folder: Path) -> None:
    path = folder / "precious"
    path.write_text("data")
    with pytest.raises(OSError, match="no socket"):
        listen(UnixAddress(path))
    assert path.read_text() == "data"


def test_closing_after_a_successor_took_over_leaves_its_file(folder: Path) -> None:
    address = UnixAddress(folder / "engine.sock")
    ending = listen(address)
    ending.remove_file()
    ending.socket.close()
    successor = listen(address)
    ending.close()
    assert address.path.exists()
    successor.close()


def test_port_0_is_any_free_port() -> None:
    listener = listen(TcpAddress("127.0.0.1", 0))
    assert isinstance(listener.address, TcpAddress)
    with socket.create_connection((listener.address.host, listener.address.port)):
        pass
    listener.close()


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("unix:///run/aurora/e.sock", UnixAddress(Path("/run/aurora/e.sock"))),
        ("unix:///tmp/with%20sign#1", UnixAddress(Path("/tmp/with%20sign#1"))),
        ("tcp://localhost:80", TcpAddress("localhost", 80)),
        ("tcp://[::1]:8790", TcpAddress("::1", 8790)),
    ],
)
def test_addresses_are_read_and_written_alike(url: str, address: UnixAddress | TcpAddress) -> None:
    assert parse_address(url) == address
    assert str(address) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "engine.sock",
        "/tmp/engine.sock",
        "unix://relative/path",
        "tcp://localhost",
        "tcp://:80",
        "tcp://localhost:99999",
        "tcp://localhost:port",
        "tcp://localhost:80/path",
        "http://localhost:80",
    ],
)
def test_anything_else_is_no_address(url: str) -> None:
    with pytest.raises(ValueError, match="is no address"):
        parse_address(url)
