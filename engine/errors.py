"""The engine's error tree.

EngineError                     anything the engine raises on purpose
├── ContractError               a request or result that does not fit the contract
├── PackError                   a question pack cannot be used (carries every fault)
├── ArtifactError               a model folder is missing, incomplete or altered
├── ServerUnavailableError      a server of language models does not answer, or not usably
├── VerifierUnavailableError    a verifier on another machine does not answer; another one can judge
├── WriterUnavailableError      a language model writes nothing now; curated utterances can be said
└── OverloadedError             the worker's queue is full; try again later

Each message says what is wrong and what to do about it: an operator reads it.
"""

from __future__ import annotations


class EngineError(Exception):
    """Root of everything that the engine raises on purpose."""

    code = "engine"


class ContractError(EngineError):
    """A request or a result does not fit the contract."""

    code = "contract"


class PackError(EngineError):
    """A question pack cannot be used.

    Args:
        faults: every fault found, one line each: ``file:line: field: what is wrong``.
    """

    code = "pack"

    def __init__(self, faults: tuple[str, ...]) -> None:
        self.faults = faults
        super().__init__("\n".join(faults))


class ArtifactError(EngineError):
    """A model folder is missing, incomplete, or does not match its manifest."""

    code = "artifact"


class ServerUnavailableError(EngineError):
    """A server that speaks OpenAI's API does not answer, or not usably."""

    code = "server"


class VerifierUnavailableError(EngineError):
    """A verifier that runs elsewhere does not answer, or not usably."""

    code = "verifier"


class WriterUnavailableError(EngineError):
    """A language model that phrases utterances cannot write now, wherever it runs."""

    code = "writer"


class OverloadedError(EngineError):
    """The worker has as many requests waiting as it will hold."""

    code = "overloaded"
