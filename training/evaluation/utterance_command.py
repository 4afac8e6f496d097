"""``python -m training.evaluate utterance``: how well a voice phrases what it is to say."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from engine.generator_spec import GeneratorSpec
from engine.loading import PACKS
from engine.pack_reader import read_pack
from engine.questions import QuestionPack
from engine.utterance_writer import Sampling
from training.checked_rows import CHECKED, CheckedRow, read_checked
from training.evaluation.report import Report
from training.evaluation.utterance_figures import spoken_figures, token_figures
from training.evaluation.utterance_judge import judge_figures
from training.evaluation.utterance_models import CountsTokens, load_voice, measure_speed, sweep_of
from training.evaluation.utterance_prompts import UtterancePrompt, drawn_prompts, read_prompts
from training.evaluation.utterance_sections import utterance_report
from training.evaluation.utterances import Spoken, Voice, seconds_each, speak

# So many prompts a language are timed one by one; percentiles need no more.
TIMED = 25
# The labelled utterances that the judge is measured on, and those that it was improved on.
_MEASURED, _IMPROVED = "test", "validation"
_JUDGED_PACK = "ml-core"
DEFAULT_SEED = 20


def utterance(options: argparse.Namespace) -> Report:
    """Evaluate stage 3."""
    pack = read_pack(options.pack)
    prompts = read_prompts(options.data, pack, options.split)
    known, labelled = _judged_packs(pack), read_labelled()
    sweep = sweep_of(options.model)
    voice = load_voice(options.model, options, pack, known, Sampling(options.temperature))
    spoken = speak(voice, prompts, options.generations, options.seed)
    figures = {
        **voice_figures(voice, prompts, spoken, labelled, options.seed),
        "temperature": options.temperature,
        "sweep": [{**asdict(score), "passes": score.passes} for score in sweep],
        "speed": measure_speed(options, voice, prompts) if options.speed else None,
    }
    data = options.data.name if options.data else "the held-out prompts"
    return utterance_report(f"Stage 3: {voice.name} on {data}", figures, spoken, sweep)


def default_voice(options: argparse.Namespace, pack: QuestionPack, rows: Path) -> Report:
    """Evaluate the voice that speaks by default, once a prompt: a few seconds for written lines.

    Args:
        options: ``weights``, ``device`` and ``split`` of them.
        pack: what it speaks about.
        rows: folder of labelled utterances to draw the prompts from.

    Raises:
        DataError: the rows have faults.
        ArtifactError: the voice or the judge is missing or altered.
    """
    prompts, labelled = drawn_prompts(rows, pack, options.split), read_labelled()
    sampling = Sampling()
    voice = load_voice(GeneratorSpec(), options, pack, _judged_packs(pack), sampling)
    spoken = speak(voice, prompts, 1, DEFAULT_SEED)
    figures = {
        **voice_figures(voice, prompts, spoken, labelled, DEFAULT_SEED),
        "temperature": sampling.temperature,
        "sweep": [],
        "speed": None,
    }
    return utterance_report(f"Stage 3: {voice.name}", figures, spoken, ())


def read_labelled() -> Mapping[str, Sequence[CheckedRow]]:
    """Return the utterances that people have judged, by half.

    Raises:
        DataError: with every fault of a file.
    """
    judged = read_pack(PACKS / _JUDGED_PACK)
    return {half: read_checked(CHECKED / f"{half}.csv", judged) for half in (_MEASURED, _IMPROVED)}


def voice_figures(
    voice: Voice,
    prompts: Sequence[UtterancePrompt],
    spoken: Spoken,
    labelled: Mapping[str, Sequence[CheckedRow]],
    seed: int,
) -> dict[str, Any]:
    """Return all that is told of what a voice said, and how far the judge of it is right."""
    return {
        **spoken_figures(spoken, _seconds(voice, prompts, seed)),
        **token_figures(_tokens(voice, spoken)),
        "model": voice.name,
        "prompts": len(prompts),
        "generations": len(spoken.raw) // max(1, len(prompts)),
        "judge": _judge(voice, labelled),
    }


def _judged_packs(pack: QuestionPack) -> dict[str, QuestionPack]:
    return {known.id: known for known in (read_pack(PACKS / _JUDGED_PACK), pack)}


def _seconds(voice: Voice, prompts: Sequence[UtterancePrompt], seed: int) -> dict[str, list[float]]:
    """Return by language how long some prompts take, one at a time."""
    found = {}
    for locale in dict.fromkeys(prompt.turn.locale for prompt in prompts):
        own = [prompt for prompt in prompts if prompt.turn.locale == locale]
        found[locale] = seconds_each(voice, own[:: max(1, len(own) // TIMED)], seed)
    return found


def _tokens(voice: Voice, spoken: Spoken) -> list[int]:
    """Return how long first tries are; nothing where the model's tokenizer is elsewhere."""
    writer = voice.writer
    if not isinstance(writer, CountsTokens):
        return []
    return [writer.count_tokens(said.text) for said in spoken.raw]


def _judge(voice: Voice, labelled: Mapping[str, Sequence[CheckedRow]]) -> dict[str, Any]:
    """Return how far the judge is to be believed; how it does on what it was improved on beside."""
    improved = judge_figures(voice.checker, labelled[_IMPROVED])
    return {**judge_figures(voice.checker, labelled[_MEASURED]), _IMPROVED: improved}
