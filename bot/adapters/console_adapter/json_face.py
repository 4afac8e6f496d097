"""The machine-readable face of the terminal: one JSON object per turn on standard output."""

from __future__ import annotations

import json
from contextlib import suppress

from bot.adapters.console_adapter.core import Begin, Settled, Submit, is_farewell
from bot.adapters.console_adapter.lines import LineLoop
from bot.adapters.console_adapter.output import LineOutput
from bot.errors import RecipientGoneError
from bot.interview.messages import Action, Reply, TurnFacts
from bot.presentation import Presenter

# Legal within JSON, but many readers of lines end a line at them.
_LINE_ENDS = {ord(sign): f"\\u{ord(sign):04x}" for sign in "\x85\u2028\u2029"}


class JsonFace:
    """Prints the facts of each turn; what is no turn goes to standard error as text.

    Args:
        loop: the input side.
        output: where the objects go, UTF-8, one a line.
        notices: where everything else goes.
        presenter: words what has no utterance of its own, such as a report.
    """

    offers_resume = False

    def __init__(
        self, loop: LineLoop, output: LineOutput, notices: LineOutput, presenter: Presenter
    ) -> None:
        self._loop = loop
        self._output = output
        self._notices = notices
        self._presenter = presenter
        self._taking_up = False
        output.on_closed = loop.leave

    @property
    def left(self) -> bool:
        """Whether the person left, rather than the input coming to its end."""
        return self._loop.left

    async def take_up(self, begin: Begin, settled: Settled) -> None:
        """Pass over turns that a crash left behind: the opening says where the interview stands.

        Whoever goes on after the first line would otherwise send again what was answered already.
        """
        self._taking_up = True
        await begin()
        await settled()
        self._taking_up = False

    async def run(self, submit: Submit, settled: Settled) -> None:
        """Read messages until the end of input or until a line asks to leave."""
        await self._loop.run(submit, settled)

    async def deliver(self, conversation: str, key: str, reply: Reply) -> None:  # noqa: ARG002 - the port's
        """Print a reply.

        Raises:
            DeliveryError: it cannot be written.
        """
        if self._loop.over and is_farewell(reply):
            return
        choices = self._loop.offer(self._presenter, reply)
        if reply.facts is None:
            self._notice("\n".join(filter(None, (self._presenter.plain(reply), choices))))
            return
        if choices:
            self._notice(choices)
        if self._taking_up and _goes_on(reply):
            return
        said = reply.facts.utterance or self._presenter.plain(reply)
        self._output.line(turn_line(reply.facts, said))

    def _notice(self, text: str) -> None:
        with suppress(RecipientGoneError):  # whoever closed standard error wants none of it
            self._notices.line(text)

    def preview(self, conversation: str, reply: Reply) -> None:
        """Print nothing: a turn is one object."""


def _goes_on(reply: Reply) -> bool:
    """Whether a reply leaves its interview open, so that the opening repeats its last turn."""
    over = reply.facts is None or reply.facts.next_topic is None
    return not over and Action.REPORT not in reply.buttons


def turn_line(facts: TurnFacts, utterance: str) -> str:
    """Return the account of a turn as one line of JSON."""
    account = {
        "turn": facts.turn,
        "topic": facts.topic,
        "intent": facts.intent,
        "verdicts": [
            {
                "point": verdict.point,
                "status": verdict.status.value,
                "similarity": verdict.similarity,
                "evidence": verdict.evidence,
            }
            for verdict in facts.verdicts
        ],
        "answered": list(facts.answered),
        "remaining": list(facts.remaining),
        "next_topic": facts.next_topic,
        "utterance": utterance,
        "timings_ms": dict(facts.timings_ms),
    }
    return json.dumps(account, ensure_ascii=False).translate(_LINE_ENDS)
