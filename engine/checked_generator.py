"""Stage 3 with a language model: what it writes is checked, and written lines take over.

A first try is checked; if it has a fault, the remaining tries are written in one batch. The first
one without a fault is said. Where there is none, where the model cannot write, or where only the
pack knows what to say, the curated generator speaks.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Sequence
from functools import partial

from engine.contract import Intent, Mode, TurnRequest, Utterance, VerdictStatus
from engine.curated_generator import CuratedGenerator
from engine.errors import WriterUnavailableError
from engine.generator_counters import GeneratorCounters
from engine.ports import Evaluation, ShowText
from engine.prompts import SpokenTurn
from engine.questions import QuestionPack, TopicKind
from engine.sentence_stream import stream_sentences
from engine.sentences import last_question, sentences
from engine.spoken_turns import spoken_turn
from engine.utterance_checks import CheckedUtterance, UtteranceChecker
from engine.utterance_writer import UtteranceWriter

TRIES = 4
# What only the pack can say: its hints, its glossary, its question word for word; or what a written
# line says best.
_WRITTEN = frozenset(
    {
        Intent.HINT,
        Intent.TERM_QUESTION,
        Intent.REPEAT,
        Intent.OTHER_LANGUAGE,
        Intent.UNREADABLE,
    }
)
# A question shorter than this ("And why?") does not stand on its own.
_SHORTEST_QUESTION = 10

log = logging.getLogger(__name__)


class CheckedGenerator:
    """Implements `UtteranceGenerator`; deterministic for a request where the writer is.

    Args:
        writer: the language model.
        checker: what its utterances must pass.
        curated: speaks where the model does not.
        tries: how many utterances are written at most for one turn.
    """

    def __init__(
        self,
        writer: UtteranceWriter,
        checker: UtteranceChecker,
        curated: CuratedGenerator,
        *,
        tries: int = TRIES,
    ) -> None:
        self._writer = writer
        self._checker = checker
        self._curated = curated
        self._tries = tries
        self.counters = GeneratorCounters()

    def generate(
        self,
        request: TurnRequest,
        pack: QuestionPack,
        evaluation: Evaluation,
        next_topic: str,
        show: ShowText | None = None,
    ) -> Utterance:
        """Return the utterance that reacts to the message and asks about `next_topic`.

        Only the first try is shown as it grows: another one may begin otherwise.
        """
        curated = self._curated.generate(request, pack, evaluation, next_topic)
        if is_written(request, pack, evaluation, next_topic, curated):
            self.counters.by_rule()
            return curated
        turn = spoken_turn(request, pack, evaluation, next_topic, request.spoken_style)
        try:
            chosen, faults = self._choose(turn, request, show)
        except WriterUnavailableError as error:
            log.warning("%s cannot write (%s); a written line is said", self._writer.name, error)
            self.counters.fell_back(("unavailable",))
            return curated
        if chosen is None:
            self.counters.fell_back(faults)
            return curated
        self.counters.written()
        asked = pack.topic(next_topic).question[request.wording][0]
        return _utterance(chosen.text, asked)

    def _choose(
        self, turn: SpokenTurn, request: TurnRequest, show: ShowText | None
    ) -> tuple[CheckedUtterance | None, Sequence[str]]:
        """Return an utterance without a fault, or None and the faults of the first try.

        One that begins as an earlier one of the interview is said only where there is no other.
        """
        first = self._first(turn, request, show)
        if _is_fresh(first, request):
            return first, ()
        tried = [first, *self._more(turn, request)]
        fresh = (checked for checked in tried if _is_fresh(checked, request))
        faultless = (checked for checked in tried if not checked.faults)
        return next(fresh, next(faultless, None)), first.faults

    def _first(
        self, turn: SpokenTurn, request: TurnRequest, show: ShowText | None
    ) -> CheckedUtterance:
        seed = seed_of(request.seed, 0)
        if show is None:
            texts = self._writer.write([turn], [seed])
        else:
            growing = self._writer.stream(turn, seed)
            may_begin = partial(self._checker.may_begin, turn)
            texts = [stream_sentences(growing, show, may_begin)]
        return self._checker.check(turn, texts)[0]

    def _more(self, turn: SpokenTurn, request: TurnRequest) -> list[CheckedUtterance]:
        seeds = [seed_of(request.seed, number) for number in range(1, self._tries)]
        if not seeds:
            return []
        self.counters.tried_again(len(seeds))
        return self._checker.check(turn, self._writer.write([turn] * len(seeds), seeds))


def is_written(
    request: TurnRequest,
    pack: QuestionPack,
    evaluation: Evaluation,
    next_topic: str,
    curated: Utterance,
) -> bool:
    """Whether a turn is always answered in written lines.

    Args:
        request, pack, evaluation, next_topic: the turn.
        curated: what the curated generator says in it.
    """
    answered = evaluation.intent is Intent.ANSWER
    wrong = bool(evaluation.points(VerdictStatus.WRONG))
    return (
        evaluation.intent in _WRITTEN
        or request.truncated
        # In an exam nothing may tell how it goes; a model that knows the verdicts might.
        or request.mode is Mode.EXAM
        # The farewell goes with the report.
        or pack.topic(next_topic).kind is TopicKind.END
        # What exactly is off about a known misconception stands in the pack.
        or (answered and wrong and any("/nudge/" in line for line in curated.lines))
    )


def _is_fresh(checked: CheckedUtterance, request: TurnRequest) -> bool:
    return not checked.faults and line_of(checked.text) not in request.spoken


def line_of(text: str) -> str:
    """Return the id under which an interview remembers how an utterance began."""
    beginning = "".join(sign for sign in sentences(text)[0].casefold() if sign.isalnum())
    return f"voice/{hashlib.sha256(beginning.encode()).hexdigest()[:12]}"


def _utterance(text: str, asked: str) -> Utterance:
    """Return what is said; where its question does not stand on its own, `asked` stands."""
    question = last_question(text)
    return Utterance(
        text=text,
        question=question if len(question) >= _SHORTEST_QUESTION else asked,
        lines=(line_of(text),),
    )


def seed_of(seed: str, number: int) -> int:
    """Return the seed of a try, below 2⁶³ as generators of random numbers need it."""
    digest = hashlib.sha256(f"{seed}|voice|{number}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
