"""The plain face of the terminal: one message a line in, plain text out, no colours, no keys."""

from __future__ import annotations

from dataclasses import replace

from bot.adapters.console_adapter.core import Begin, Settled, Submit, is_farewell
from bot.adapters.console_adapter.lines import LineLoop
from bot.adapters.console_adapter.output import LineOutput
from bot.interview.messages import Action, Reply, Verdicts
from bot.presentation import Presenter, progress_line


class PlainFace:
    """Shows replies as plain text.

    Args:
        loop: the input side.
        output: where replies go.
        presenter: draws them.
    """

    offers_resume = False

    def __init__(self, loop: LineLoop, output: LineOutput, presenter: Presenter) -> None:
        self._loop = loop
        self._output = output
        self._presenter = presenter
        self.locale: str | None = None  # of the latest reply
        self._offered: set[Action] = set()
        self._previewed: Verdicts | None = None
        output.on_closed = loop.leave

    @property
    def left(self) -> bool:
        """Whether the person left, rather than the input coming to its end."""
        return self._loop.left

    async def take_up(self, begin: Begin, settled: Settled) -> None:  # noqa: ARG002 - the port's
        """Show what a crash left behind like any other reply."""
        await begin()

    async def run(self, submit: Submit, settled: Settled) -> None:
        """Read messages until the end of input or until the person leaves."""
        await self._loop.run(submit, settled)

    async def deliver(self, conversation: str, key: str, reply: Reply) -> None:  # noqa: ARG002 - the port's
        """Print a reply: where the interview stands, what is shown, and what can be typed now.

        Raises:
            DeliveryError: it cannot be written.
        """
        if self._loop.over and is_farewell(reply):
            return
        self.locale = reply.locale
        parts = [f"[{progress_line(reply.progress)}]"] if reply.progress else []
        parts.append(self._presenter.plain(self._without_previewed(reply)))
        # Each command is offered once: repeated under every question it would only be noise.
        fresh = [action for action in reply.buttons if action not in self._offered]
        self._offered.update(fresh)
        if fresh:
            parts.append(f"▸ {self._presenter.choices(reply.locale, fresh)}")
        if choices := self._loop.offer(self._presenter, reply):
            parts.append(choices)
        self._output.line("\n".join(parts) + "\n")

    def preview(self, conversation: str, reply: Reply) -> None:  # noqa: ARG002 - the port's
        """Print verdicts ahead of the reply to somebody who waits for it; words come whole."""
        judged = next((block for block in reply.blocks if isinstance(block, Verdicts)), None)
        if self._loop.interactive and judged is not None and judged != self._previewed:
            self._previewed = judged
            self._output.line(self._presenter.plain(Reply(reply.locale, (judged,))))

    def _without_previewed(self, reply: Reply) -> Reply:
        """Return what of a reply has not been printed ahead."""
        rest = tuple(block for block in reply.blocks if block != self._previewed)
        if len(rest) < len(reply.blocks):
            self._previewed = None
        return replace(reply, blocks=rest)
