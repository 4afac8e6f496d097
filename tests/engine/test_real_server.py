"""A whole turn on a server that other people wrote, and one that dies while it speaks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from engine.chat_completions import ChatCompletions, Retries, ServerKey
from engine.checked_generator import CheckedGenerator
from engine.circuit_breaker import CircuitBreaker
from engine.curated_generator import CuratedGenerator
from engine.curated_lines import load_reactions
from engine.fakes import FakeEvaluator, FakeSelector
from engine.generator_spec import KEY_VARIABLE
from engine.open_answers import OpenAnswers
from engine.pipeline import Pipeline
from engine.progress import TurnProgress
from engine.prompts import SpokenTurn
from engine.questions import QuestionPack
from engine.server_writer import ServerWriter
from engine.utterance_checks import UtteranceChecker
from engine.utterance_relevance import load_relevance
from engine.utterance_writer import Sampling
from tests.support.reciting_model import write_reciting_model
from tests.support.small_pack import PACK, read_small_pack, turn
from tests.support.transformers_server import (
    TransformersServer,
    missing,
    transformers_server,
)

SAID = "That's right, well put! Now, what else does training do with the loss?"
PATIENCE = 60.0

pytestmark = pytest.mark.skipif(
    bool(missing()),
    reason=f"{', '.join(missing())} missing: pip install 'transformers[serving]'",
)


@pytest.fixture(scope="module")
def server() -> Iterator[TransformersServer]:
    with transformers_server() as running:
        yield running


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Callable[[bool], str]:
    made = {
        endless: write_reciting_model(tmp_path_factory.mktemp("model"), SAID, endless=endless)
        for endless in (False, True)
    }
    return lambda endless: str(made[endless])


@pytest.fixture
def pack(tmp_path: Path) -> QuestionPack:
    return read_small_pack(tmp_path / "packs")


def writer(
    server: TransformersServer, model: str, breaker: CircuitBreaker, most_tokens: int = 60
) -> ServerWriter:
    retries = Retries(attempts=2, first_pause=0.0)
    client = ChatCompletions(server.url, ServerKey(KEY_VARIABLE), PATIENCE, retries)
    return ServerWriter(model, client, Sampling(most_tokens=most_tokens), breaker)


class DiesOnce:
    """A writer whose server dies in the middle of the first reply.

    Args:
        endless: writes that reply, and would for hours.
        steady: writes all others.
        kill: ends the server.
    """

    name = "dies once"

    def __init__(
        self, endless: ServerWriter, steady: ServerWriter, kill: Callable[[], None]
    ) -> None:
        self._endless = endless
        self._steady = steady
        self._kill = kill
        self.seen = ""

    def write(self, turns: Sequence[SpokenTurn], seeds: Sequence[int]) -> list[str]:
        return self._steady.write(turns, seeds)

    def stream(self, turn: SpokenTurn, seed: int) -> Iterator[str]:
        if self.seen:
            yield from self._steady.stream(turn, seed)
            return
        for text in self._endless.stream(turn, seed):
            if not self.seen:
                self._kill()
            self.seen = text
            yield text


def speaking(
    pack: QuestionPack, voice: ServerWriter | DiesOnce
) -> tuple[Pipeline, CheckedGenerator]:
    packs = {pack.id: pack}
    checker = UtteranceChecker(load_relevance(packs), OpenAnswers([pack]))
    generator = CheckedGenerator(voice, checker, CuratedGenerator(load_reactions()))
    return Pipeline(packs, FakeEvaluator(), FakeSelector(), generator), generator


def curated(pack: QuestionPack) -> Pipeline:
    generator = CuratedGenerator(load_reactions())
    return Pipeline({PACK.id: pack}, FakeEvaluator(), FakeSelector(), generator)


def test_an_interview_turn_is_spoken_by_a_real_server(
    server: TransformersServer, models: Callable[[bool], str], pack: QuestionPack
) -> None:
    pipeline, generator = speaking(pack, writer(server, models(False), CircuitBreaker()))
    assert pipeline.run(turn(1)).utterance.text == SAID
    shown: list[TurnProgress] = []
    assert pipeline.run(turn(2), shown.append).utterance.text == SAID
    assert [progress.text for progress in shown][-1].startswith("That's right, well put!")
    assert generator.counters.snapshot()["fallbacks"] == {}


def test_killed_in_the_middle_the_turn_is_answered_and_the_voice_is_back_with_its_server(
    server: TransformersServer, models: Callable[[bool], str], pack: QuestionPack
) -> None:
    breaker = CircuitBreaker(failures=2, rest=0.0)
    dying = DiesOnce(
        writer(server, models(True), breaker, most_tokens=100_000),
        writer(server, models(False), breaker),
        server.kill,
    )
    pipeline, generator = speaking(pack, dying)
    expected = curated(pack)
    assert pipeline.run(turn(1), lambda _: None).utterance == expected.run(turn(1)).utterance
    assert dying.seen.startswith("That's")  # it had begun to speak
    assert pipeline.run(turn(3)).utterance == expected.run(turn(3)).utterance
    assert generator.counters.snapshot()["fallbacks"] == {"unavailable": 2}
    server.start()
    assert pipeline.run(turn(1), lambda _: None).utterance.text == SAID
