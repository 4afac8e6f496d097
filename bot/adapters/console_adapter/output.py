"""Writes lines to a stream that may be closed, or unable to print some letters."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import TextIO

from bot.errors import DeliveryError, RecipientGoneError


class LineOutput:
    """Writes whole lines, each flushed.

    Args:
        stream: where to; standard output or standard error.
        encoding: how to write; that of the stream by default. What it lacks becomes ``?``.
        on_closed: called once when nobody reads any more.
    """

    def __init__(
        self,
        stream: TextIO,
        encoding: str | None = None,
        on_closed: Callable[[], None] | None = None,
    ) -> None:
        self._stream = stream
        self._encoding = encoding or stream.encoding or "utf-8"
        self.on_closed = on_closed
        self._closed = False

    def line(self, text: str) -> None:
        """Write a line.

        Raises:
            RecipientGoneError: nobody reads any more.
            DeliveryError: the stream takes nothing, for example because the disk is full.
        """
        self.write(text + "\n")

    def write(self, text: str) -> None:
        """Write a text as it is.

        Raises:
            RecipientGoneError: nobody reads any more.
            DeliveryError: the stream takes nothing, for example because the disk is full.
        """
        if self._closed:
            raise RecipientGoneError("nobody reads any more")
        try:
            self._stream.buffer.write(text.encode(self._encoding, "replace"))
            self._stream.buffer.flush()
        except BrokenPipeError:
            self._close()
            raise RecipientGoneError("nobody reads any more") from None
        except OSError as error:
            raise DeliveryError(f"cannot write the reply: {error}", permanent=True) from None

    def _close(self) -> None:
        """Send what is still buffered nowhere, or Python complains about it at its end."""
        self._closed = True
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)
        if self.on_closed is not None:
            self.on_closed()
