"""Lets a voice speak: what its language model writes, and what a user would be told.

*Raw* is the first try of the model, as it comes; *served* is what `CheckedGenerator` says, with its
resamples and written lines. Both are judged by the checks that guard the bot.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import groupby

from engine.checked_generator import CheckedGenerator, seed_of
from engine.contract import TurnRequest, Utterance
from engine.curated_generator import CuratedGenerator
from engine.generator_counters import FALLBACK, MODEL, RULE
from engine.outcomes import Style, style_in, wording
from engine.ports import UtteranceGenerator
from engine.prompts import SpokenTurn
from engine.questions import QuestionPack
from engine.spoken_turns import spoken_turn
from engine.utterance_checks import UtteranceChecker, UtteranceFault
from engine.utterance_writer import UtteranceWriter
from training.evaluation.utterance_memory import NotWrittenYetError, RememberingWriter
from training.evaluation.utterance_prompts import UtterancePrompt


@dataclass(frozen=True, slots=True)
class Voice:
    """Stage 3 in its parts.

    Args:
        name: what a report calls it.
        pack: what it speaks about.
        writer: the language model; None for a voice of written lines alone.
        checker: what its utterances must pass.
        curated: speaks where the model does not.
    """

    name: str
    pack: QuestionPack
    writer: UtteranceWriter | None
    checker: UtteranceChecker
    curated: CuratedGenerator

    def generator(self) -> UtteranceGenerator:
        """Return the stage as the bot runs it."""
        if self.writer is None:
            return self.curated
        return CheckedGenerator(self.writer, self.checker, self.curated)


@dataclass(frozen=True, slots=True)
class Said:
    """One utterance with its verdict.

    Args:
        prompt: what was to be phrased.
        number: which generation of the prompt it is, from 0.
        text: the utterance.
        source: who worded it: `MODEL`, `RULE` or `FALLBACK`.
        resamples: how many tries followed the first.
        faults: what is wrong with it.
        reasons: the same in words.
    """

    prompt: UtterancePrompt
    number: int
    text: str
    source: str
    resamples: int = 0
    faults: tuple[UtteranceFault, ...] = ()
    reasons: tuple[str, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Spoken:
    """All that a voice said, in order of prompts and generations.

    Args:
        raw: first tries of the language model; what was served where there is none.
        served: what users would be told.
    """

    raw: tuple[Said, ...]
    served: tuple[Said, ...]


def speak(voice: Voice, prompts: Sequence[UtterancePrompt], generations: int, seed: int) -> Spoken:
    """Let a voice phrase every prompt several times, and judge what it says.

    Args:
        voice: what speaks.
        prompts: what to phrase.
        generations: how often.
        seed: of everything that is drawn.

    Raises:
        WriterUnavailableError: the language model cannot write.
    """
    numbered = [(prompt, number) for prompt in prompts for number in range(generations)]
    if voice.writer is None:
        served = [_curated(voice, prompt, number, seed) for prompt, number in numbered]
        judged = tuple(_judged(voice, served, _served_turn))
        return Spoken(judged, judged)
    memory = RememberingWriter(voice.writer)
    remembering = replace(voice, writer=memory)
    raw = _until_written(memory, numbered, lambda p, n: _first_try(memory, p, n, seed))
    served = _until_written(memory, numbered, lambda p, n: _served(remembering, p, n, seed))
    return Spoken(
        tuple(_judged(voice, raw, lambda _, prompt: prompt.turn)),
        tuple(_judged(voice, served, _served_turn)),
    )


def seconds_each(voice: Voice, prompts: Sequence[UtterancePrompt], seed: int) -> list[float]:
    """Return how long each prompt takes, one at a time, as a user waits for it.

    Turns that are answered in written lines whatever a model would say are left out, where there
    is a model: they take no time.
    """
    times = []
    for prompt in prompts:
        generator, asked = voice.generator(), _request(voice, prompt, 0, seed)
        if asked is None:
            continue
        began = time.perf_counter()
        generator.generate(asked, voice.pack, prompt.evaluation, prompt.next_topic)
        taken = time.perf_counter() - began
        if not isinstance(generator, CheckedGenerator) or _source(generator) != RULE:
            times.append(taken)
    return times


def _until_written(
    memory: RememberingWriter,
    numbered: Sequence[tuple[UtterancePrompt, int]],
    attempt: Callable[[UtterancePrompt, int], Said],
) -> list[Said]:
    """Ask for every generation again and again, until all that is needed has been written."""
    said: dict[int, Said] = {}
    while True:
        for index, (prompt, number) in enumerate(numbered):
            if index in said:
                continue
            with suppress(NotWrittenYetError):
                said[index] = attempt(prompt, number)
        if not memory.write_noted():
            return [said[index] for index in range(len(numbered))]


def _first_try(memory: RememberingWriter, prompt: UtterancePrompt, number: int, seed: int) -> Said:
    (text,) = memory.write([prompt.turn], [seed_of(_seed(prompt, number, seed), 0)])
    return Said(prompt, number, text.strip(), MODEL)


def _served(voice: Voice, prompt: UtterancePrompt, number: int, seed: int) -> Said:
    asked, generator = _request(voice, prompt, number, seed), voice.generator()
    if asked is None or not isinstance(generator, CheckedGenerator):
        return _curated(voice, prompt, number, seed)
    said = generator.generate(asked, voice.pack, prompt.evaluation, prompt.next_topic)
    resamples = generator.counters.snapshot()["resamples"]["total"]
    return Said(prompt, number, said.text, _source(generator), resamples)


def _source(generator: CheckedGenerator) -> str:
    """Return who worded the only utterance of a generator."""
    counts = generator.counters.snapshot()["utterances"]
    return next(source for source in (MODEL, RULE, FALLBACK) if counts[source])


def _curated(voice: Voice, prompt: UtterancePrompt, number: int, seed: int) -> Said:
    """Return a written line; an opening is the question of the first topic."""
    asked = _request(voice, prompt, number, seed)
    if asked is None:
        spoken = wording(prompt.turn.locale, _style(voice, prompt))
        openings = voice.pack.topic(prompt.next_topic).question[spoken]
        return Said(prompt, number, openings[number % len(openings)], RULE)
    said: Utterance = voice.curated.generate(
        asked, voice.pack, prompt.evaluation, prompt.next_topic
    )
    return Said(prompt, number, said.text, RULE)


def _judged(
    voice: Voice,
    said: Sequence[Said],
    turn_of: Callable[[Voice, UtterancePrompt], SpokenTurn],
) -> Iterator[Said]:
    """Yield utterances with their verdicts; the generations of a prompt are judged together."""
    for _, group in groupby(said, key=lambda one: id(one.prompt)):
        members = list(group)
        turn = turn_of(voice, members[0].prompt)
        checked = voice.checker.check(turn, [one.text for one in members])
        for one, verdict in zip(members, checked, strict=True):
            yield replace(one, faults=verdict.faults, reasons=verdict.reasons)


def _served_turn(voice: Voice, prompt: UtterancePrompt) -> SpokenTurn:
    """Return what the engine makes of a prompt."""
    asked, style = _request(voice, prompt, 0, 0), _style(voice, prompt)
    if asked is None:
        return replace(prompt.turn, style=style)
    return spoken_turn(asked, voice.pack, prompt.evaluation, prompt.next_topic, style)


def _request(voice: Voice, prompt: UtterancePrompt, number: int, seed: int) -> TurnRequest | None:
    """Return the message as the engine gets it; it has asked before as it speaks now."""
    asked, turn, style = prompt.request, prompt.turn, _style(voice, prompt)
    if asked is None:
        return None
    if turn.style is not style:
        usual = voice.pack.topic(asked.topic_id).question[turn.locale][0]
        asked = replace(asked, question=usual)
    return replace(asked, seed=_seed(prompt, number, seed), style=style)


def _style(voice: Voice, prompt: UtterancePrompt) -> Style:
    """Return the style of a prompt, or the usual one where the pack is not written in it."""
    turn = prompt.turn
    spoken = voice.pack.speaks(turn.locale, turn.style)
    return turn.style if spoken else style_in(turn.locale)


def _seed(prompt: UtterancePrompt, number: int, seed: int) -> str:
    return f"{seed}/{prompt.place}/{number}"
