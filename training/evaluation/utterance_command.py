"""``python -m training.evaluate utterance``: how well a voice phrases what it is to say."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from engine.loading import PACKS
from engine.pack_reader import read_pack
from training.checked_rows import CHECKED, CheckedRow, read_checked
from training.evaluation.report import Report
from training.evaluation.utterance_figures import spoken_figures, token_figures
from training.evaluation.utterance_judge import judge_figures
from training.evaluation.utterance_models import CountsTokens, load_voice, measure_speed, sweep_of
from training.evaluation.utterance_prompts import UtterancePrompt, read_prompts
from training.evaluation.utterance_sections import utterance_report
from training.evaluation.utterances import Spoken, Voice, seconds_each, speak

# So many prompts a language are timed one by one; percentiles need no more.
TIMED = 25
# The labelled utterances that the judge is measured on, and those that it was improved on.
_MEASURED, _IMPROVED = "test", "validation"
_JUDGED_PACK = "ml-core"


def utterance(options: argparse.Namespace) -> Report:
    """Evaluate stage 3."""
    pack = read_pack(options.pack)
    prompts = read_prompts(options.data, pack, options.split)
    judged = read_pack(PACKS / _JUDGED_PACK)
    labelled = {n: read_checked(CHECKED / f"{n}.csv", judged) for n in (_MEASURED, _IMPROVED)}
    sweep = sweep_of(options.model)
    voice = load_voice(options, pack, {p.id: p for p in (judged, pack)})
    spoken = speak(voice, prompts, options.generations, options.seed)
    figures: dict[str, Any] = {
        **spoken_figures(spoken, _seconds(voice, prompts, options.seed)),
        **token_figures(_tokens(voice, spoken)),
        "model": voice.name,
        "prompts": len(prompts),
        "generations": options.generations,
        "temperature": options.temperature,
        "judge": _judge(voice, labelled),
        "sweep": [{**asdict(score), "passes": score.passes} for score in sweep],
        "speed": measure_speed(options, voice, prompts) if options.speed else None,
    }
    data = options.data.name if options.data else "the held-out prompts"
    return utterance_report(f"Stage 3: {voice.name} on {data}", figures, spoken, sweep)


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
