"""A voice speaks: its first tries, and what users are told after resamples and written lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from engine.checked_generator import TRIES, seed_of
from engine.curated_generator import CuratedGenerator
from engine.curated_lines import load_reactions
from engine.generator_counters import FALLBACK, MODEL, RULE
from engine.prompts import SpokenTurn
from engine.utterance_checks import UtteranceChecker, UtteranceFault
from tests.support.packs import read_small_pack
from tests.support.voices import AlwaysOnTopic, ScriptedWriter
from training.evaluation.utterance_memory import AT_ONCE
from training.evaluation.utterance_prompts import UtterancePrompt, read_prompts
from training.evaluation.utterances import Voice, seconds_each, speak

SEED = 7
GENERATIONS = 4
GOOD = "I see, thanks for that. What does it look like?"
BAD = "2024 was a fine year. What does it look like?"
HEAD = "current_question,user_input,output_answered,output_next_question"
ROWS = {
    "opening": ",,,hello English",
    "answer": "apples English,it is red,colour English,apples English",
    "term": "apples English,what is a core?,용어 질문,apples English",
}
Say = Callable[[SpokenTurn, int], str]


@pytest.fixture
def voice(tmp_path: Path) -> Voice:
    checker = UtteranceChecker(AlwaysOnTopic())
    pack = read_small_pack(tmp_path / "pack")
    return Voice("none", pack, None, checker, CuratedGenerator(load_reactions()))


@pytest.fixture
def prompts(tmp_path: Path, voice: Voice) -> dict[str, UtterancePrompt]:
    file = tmp_path / "turns.csv"
    file.write_text("\n".join((HEAD, *ROWS.values())) + "\n", encoding="utf-8")
    return dict(zip(ROWS, read_prompts(file, voice.pack, "test"), strict=True))


def first_seeds(prompt: UtterancePrompt) -> set[int]:
    """The seeds of all first tries of a prompt."""
    return {seed_of(f"{SEED}/{prompt.place}/{number}", 0) for number in range(GENERATIONS)}


def with_model(voice: Voice, say: Say) -> tuple[Voice, ScriptedWriter]:
    writer = ScriptedWriter(say)
    return replace(voice, name=writer.name, writer=writer), writer


def test_a_good_first_try_is_what_users_are_told(
    voice: Voice, prompts: dict[str, UtterancePrompt]
) -> None:
    """It is written once: raw and served are the same words, not the same kind of words."""
    speaking, writer = with_model(voice, lambda turn, seed: f"{GOOD[:-1]} like word{seed}?")
    spoken = speak(speaking, [prompts["answer"]], GENERATIONS, SEED)
    assert [said.text for said in spoken.raw] == [said.text for said in spoken.served]
    assert len({said.text for said in spoken.raw}) == GENERATIONS
    assert {said.source for said in spoken.served} == {MODEL}
    assert sum(map(len, writer.batches)) == GENERATIONS


def test_a_bad_first_try_counts_as_raw_and_another_one_is_served(
    voice: Voice, prompts: dict[str, UtterancePrompt]
) -> None:
    first = first_seeds(prompts["answer"])
    speaking, _ = with_model(voice, lambda turn, seed: BAD if seed in first else GOOD)
    spoken = speak(speaking, [prompts["answer"]], GENERATIONS, SEED)
    assert {said.text for said in spoken.raw} == {BAD}
    assert all(UtteranceFault.FORMAT in said.faults for said in spoken.raw)
    assert {said.text for said in spoken.served} == {GOOD}
    assert {(said.source, said.resamples) for said in spoken.served} == {(MODEL, TRIES - 1)}
    assert all(not said.faults for said in spoken.served)


def test_written_lines_take_over_where_no_try_will_do(
    voice: Voice, prompts: dict[str, UtterancePrompt]
) -> None:
    speaking, _ = with_model(voice, lambda turn, seed: BAD)
    spoken = speak(speaking, [prompts["answer"]], GENERATIONS, SEED)
    assert {said.source for said in spoken.served} == {FALLBACK}
    assert BAD not in {said.text for said in spoken.served}


def test_openings_and_explanations_are_written_whatever_the_model_says(
    voice: Voice, prompts: dict[str, UtterancePrompt]
) -> None:
    speaking, _ = with_model(voice, lambda turn, seed: GOOD)
    chosen = [prompts["opening"], prompts["term"]]
    spoken = speak(speaking, chosen, GENERATIONS, SEED)
    assert {said.source for said in spoken.served} == {RULE}
    # The model is measured on them all the same.
    assert Counter(said.prompt.place for said in spoken.raw) == {
        prompt.place: GENERATIONS for prompt in chosen
    }
    questions = voice.pack.topic("hello").question["en"]
    opened = [said.text for said in spoken.served if said.prompt is prompts["opening"]]
    assert set(opened) == set(questions)


def test_everything_is_written_in_few_batches(
    voice: Voice, prompts: dict[str, UtterancePrompt]
) -> None:
    many = [replace(prompts["answer"], place=f"turns.csv:{line}") for line in range(20)]
    speaking, writer = with_model(voice, lambda turn, seed: BAD)
    speak(speaking, many, GENERATIONS, SEED)
    assert max(map(len, writer.batches)) == AT_ONCE
    written = [key for batch in writer.batches for key in batch]
    assert len(written) == len(set(written)) == len(many) * GENERATIONS * TRIES
    assert len(writer.batches) <= len(written) // AT_ONCE + 2


def test_the_same_seed_says_the_same(voice: Voice, prompts: dict[str, UtterancePrompt]) -> None:
    speaking, _ = with_model(voice, lambda turn, seed: f"{GOOD[:-1]} like word{seed}?")
    turns = list(prompts.values())
    assert speak(speaking, turns, 2, SEED) == speak(speaking, turns, 2, SEED)
    assert speak(speaking, turns, 2, SEED) != speak(speaking, turns, 2, SEED + 1)


def test_written_lines_alone_are_a_voice_too(
    voice: Voice, prompts: dict[str, UtterancePrompt]
) -> None:
    spoken = speak(voice, list(prompts.values()), 2, SEED)
    assert spoken.raw == spoken.served
    assert {said.source for said in spoken.served} == {RULE}
    assert len(spoken.served) == 2 * len(prompts)


def test_only_turns_that_a_model_is_asked_about_are_timed(
    voice: Voice, prompts: dict[str, UtterancePrompt]
) -> None:
    speaking, writer = with_model(voice, lambda turn, seed: GOOD)
    assert len(seconds_each(speaking, list(prompts.values()), SEED)) == 1
    assert [len(batch) for batch in writer.batches] == [1]
    assert len(seconds_each(voice, list(prompts.values()), SEED)) == 2
