"""The socket that the worker listens on, from its making to its removal."""

from __future__ import annotations

import errno
import os
import socket
import stat
from pathlib import Path

from engine.wire import Address, TcpAddress, UnixAddress

_BACKLOG = 128


class Listener:
    """A listening socket and, for a Unix address, its file.

    Args:
        address: where it listens, the port filled in.
        socket: the socket itself.
    """

    def __init__(self, address: Address, socket: socket.socket) -> None:
        self.address = address
        self.socket = socket

    def remove_file(self) -> None:
        """Remove the file of a Unix socket.

        To be called while the socket is open: a worker started meanwhile takes the file of an open
        socket for another's and leaves it alone, so that no successor's file is ever removed.
        """
        if isinstance(self.address, UnixAddress) and self.socket.fileno() >= 0:
            self.address.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Stop listening."""
        self.remove_file()
        self.socket.close()


def listen(address: Address) -> Listener:
    """Open the socket of a worker.

    A Unix socket can be used by its owner alone; a folder that does not exist yet is made for the
    owner alone, and what a killed worker left behind is replaced.

    Args:
        address: where to listen; port 0 stands for any free one.

    Raises:
        OSError: the address cannot be listened at; the message says why.
    """
    if isinstance(address, TcpAddress):
        return _listen_tcp(address)
    return Listener(address, _listen_unix(address.path))


def _listen_tcp(address: TcpAddress) -> Listener:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    made = socket.create_server((address.host, address.port), family=family, backlog=_BACKLOG)
    return Listener(TcpAddress(address.host, made.getsockname()[1]), made)


def _listen_unix(path: Path) -> socket.socket:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    _remove_stale(path)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    # Bound with the mode it keeps: no moment at which others could connect.
    before = os.umask(0o177)
    try:
        made.bind(str(path))
        made.listen(_BACKLOG)
    except BaseException:
        made.close()
        raise
    finally:
        os.umask(before)
    return made


def _remove_stale(path: Path) -> None:
    """Remove a socket file that nobody listens at any more."""
    try:
        mode = path.lstat().st_mode
    except FileNotFoundError:
        return
    if not stat.S_ISSOCK(mode):
        raise OSError(errno.EEXIST, "there is a file that is no socket; choose another path")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink(missing_ok=True)
            return
    raise OSError(errno.EADDRINUSE, "another worker listens there; stop it first")
