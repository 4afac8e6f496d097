"""What the three faces of the terminal share: typed text in, interruption, and who is who."""

from __future__ import annotations

import asyncio
import signal
import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Protocol

from bot.adapters.commands import read_command
from bot.adapters.console_adapter.choices import Choices
from bot.interview.messages import Account, Action, Inbound, Notice, Reply
from bot.interview.ports import Clock
from bot.presentation import Presenter

PLATFORM = "console"

Submit = Callable[[Inbound], Awaitable[None]]
Settled = Callable[[], Awaitable[None]]
Begin = Callable[[], Awaitable[None]]


class ConsoleFace(Protocol):
    """One way to hold an interview in a terminal. It is also the platform's `Messenger`.

    Attributes:
        offers_resume: whether somebody is there to be asked if an open interview should go on;
            otherwise it goes on unasked.
        left: after `run`, whether the person left, rather than the input coming to its end.
    """

    offers_resume: bool

    @property
    def left(self) -> bool:
        """Whether nobody waits for answers any more."""

    async def take_up(self, begin: Begin, settled: Settled) -> None:
        """Have what a crash left behind answered and delivered; called before the opening.

        Args:
            begin: begins with it.
            settled: returns when all of it has been answered and shown.
        """

    async def run(self, submit: Submit, settled: Settled) -> None:
        """Read messages until the end of input or until the person leaves.

        Args:
            submit: stores a message durably.
            settled: returns when everything that was submitted has been answered and shown.
        """

    async def deliver(self, conversation: str, key: str, reply: Reply) -> None:
        """Show a reply.

        Raises:
            DeliveryError: it cannot be shown.
        """

    def preview(self, conversation: str, reply: Reply) -> None:
        """Show what is known of a reply (see `bot.interview.ports.Previewer`)."""


def conversation_of(user_name: str) -> str:
    """Return the conversation of one person: several may share a database."""
    return f"{PLATFORM}:{user_name}"


class ConsoleInput:
    """Translates what is typed.

    Args:
        user_name: who sits at the terminal.
        clock: the time.
    """

    def __init__(self, user_name: str, clock: Clock) -> None:
        self._account = Account(PLATFORM, user_name)
        self._conversation = conversation_of(user_name)
        self._clock = clock
        self._choices = Choices()

    def offer(self, presenter: Presenter, reply: Reply) -> str:
        """Return the choices of a reply as they can be typed from now on; empty without any."""
        return self._choices.show(presenter, reply)

    def read(self, typed: str) -> Inbound | None:
        """Return the message that was typed, or None when it asks to leave."""
        text = typed.encode("utf-8", "replace").decode("utf-8")
        picked = self._choices.picked(text)
        if picked is not None:
            return self._inbound("", picked.action, picked.options)
        command = read_command(text)
        if command is None:
            return self._inbound(text)
        if command.action is None:
            return None
        return self._inbound(command.text, command.action, command.options)

    def _inbound(
        self, text: str, action: Action | None = None, options: Mapping[str, str] | None = None
    ) -> Inbound:
        return Inbound(
            event_id=uuid.uuid4().hex,
            account=self._account,
            conversation=self._conversation,
            text=text,
            received_at=self._clock.now(),
            action=action,
            options=options or {},
        )


def says_paused(reply: Reply) -> bool:
    """Whether a reply does nothing but confirm that the interview rests."""
    return _only(reply, "notice.paused", "notice.already_paused")


def says_nothing_open(reply: Reply) -> bool:
    """Whether a reply does nothing but say that there is no interview to go on with."""
    return _only(reply, "notice.ended", "notice.no_interview")


def is_farewell(reply: Reply) -> bool:
    """Whether a reply is no news to somebody who has just left."""
    return says_paused(reply) or says_nothing_open(reply)


def _only(reply: Reply, *keys: str) -> bool:
    return all(isinstance(block, Notice) and block.key in keys for block in reply.blocks)


@contextmanager
def on_interrupt(leave: Callable[[], None]) -> Iterator[None]:
    """Call `leave` on Ctrl-C instead of ending the program, where the system allows it."""
    loop = asyncio.get_running_loop()
    before = signal.getsignal(signal.SIGINT)
    try:
        loop.add_signal_handler(signal.SIGINT, leave)
    except (NotImplementedError, RuntimeError, ValueError):  # Windows, or not the main thread
        yield
        return
    try:
        yield
    finally:
        loop.remove_signal_handler(signal.SIGINT)
        signal.signal(signal.SIGINT, before)
