"""A language model behind an OpenAI-compatible address that phrases utterances.

Which model that is, and with which LoRA module, is the server's business: here it has a name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from engine.chat_completions import ChatCompletions
from engine.circuit_breaker import CircuitBreaker
from engine.errors import ServerUnavailableError, WriterUnavailableError
from engine.model_location import public_name
from engine.prompts import SpokenTurn, messages
from engine.utterance_writer import Sampling

# Servers keep seeds in 32 bits, some of them with a sign.
_SEEDS = 2**31
_NO_TEXT = "the language model's reply holds no text; choose one that does not think aloud first"


class ServerWriter:
    """Implements `UtteranceWriter`.

    Args:
        model: the name that the server knows it by.
        server: where it is asked.
        sampling: how it draws words.
        breaker: leaves the server alone when it keeps failing.
    """

    def __init__(
        self,
        model: str,
        server: ChatCompletions,
        sampling: Sampling | None = None,
        breaker: CircuitBreaker | None = None,
    ) -> None:
        self._model = model
        self._server = server
        self._sampling = sampling or Sampling()
        self._breaker = breaker or CircuitBreaker()

    @property
    def name(self) -> str:
        """What an operator knows it by."""
        return f"openai:{public_name(self._model)}"

    def write(self, turns: Sequence[SpokenTurn], seeds: Sequence[int]) -> list[str]:
        """Return one raw utterance a turn; the server is asked for all of them at once.

        Raises:
            WriterUnavailableError: the server did not answer usably, or did not lately.
        """
        bodies = [self._body(turn, seed) for turn, seed in zip(turns, seeds, strict=True)]
        with self._guarded():
            return [_said(reply).strip() for reply in self._server.ask(bodies)]

    def stream(self, turn: SpokenTurn, seed: int) -> Iterator[str]:
        """Yield the utterance so far, again and again as it grows; the last one is the whole.

        Raises:
            WriterUnavailableError: the server did not answer usably, did not lately, or stopped
                in the middle.
        """
        said = ""
        ended = False
        with self._guarded():
            for piece in self._server.stream(self._body(turn, seed)):
                more, last = _more(piece)
                ended = ended or last
                said += more
                if more:
                    yield said.lstrip()
            if not ended:
                raise ServerUnavailableError("the server ended its reply in the middle")
        yield said.strip()

    def _body(self, turn: SpokenTurn, seed: int) -> dict[str, Any]:
        return {
            "model": self._model,
            "messages": messages(turn),
            "temperature": self._sampling.temperature,
            "top_p": self._sampling.top_p,
            "max_tokens": self._sampling.most_tokens,
            "seed": seed % _SEEDS,
        }

    @contextmanager
    def _guarded(self) -> Iterator[None]:
        try:
            with self._breaker.guarding(self.name):
                yield
        except ServerUnavailableError as error:
            raise WriterUnavailableError(str(error)) from error


def _said(reply: Any) -> str:
    """Return the text of a chat completion.

    Raises:
        ServerUnavailableError: it is none.
    """
    try:
        text = reply["choices"][0]["message"]["content"]
    except (KeyError, IndexError, TypeError):
        text = None
    if not isinstance(text, str):
        raise ServerUnavailableError(_NO_TEXT)
    return text


def _more(piece: Any) -> tuple[str, bool]:
    """Return the text in one piece of a streamed completion, and whether it is the last piece.

    Raises:
        ServerUnavailableError: it is no such piece.
    """
    try:
        if not piece["choices"]:  # some servers close with the number of tokens
            return "", False
        choice = piece["choices"][0]
        text = choice["delta"].get("content") or ""
        last = choice.get("finish_reason") is not None
    except (AttributeError, KeyError, IndexError, TypeError):
        raise ServerUnavailableError("the server streams something else than a reply") from None
    if not isinstance(text, str):
        raise ServerUnavailableError(_NO_TEXT)
    return text, last
