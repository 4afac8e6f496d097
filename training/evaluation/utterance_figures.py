"""How good utterances are: shares without a fault, variety, and how often written lines took over.

An utterance is *accurate* if its format is right, it asks the topic that was chosen and it agrees
with the outcome. One that is also in one level of speech and short enough is *faultless*: nothing
keeps it from being said.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from engine.generator_counters import FALLBACK, MODEL, RULE
from engine.utterance_checks import UtteranceFault
from training.evaluation.utterances import Said, Spoken

# Figure → the faults that count against it.
_COUNTED: Mapping[str, frozenset[UtteranceFault]] = {
    # Another language, nonsense, and what was never meant for the user are no utterance at all.
    "format": frozenset(
        {
            UtteranceFault.FORMAT,
            UtteranceFault.LANGUAGE,
            UtteranceFault.FLUENCY,
            UtteranceFault.LEAK,
        }
    ),
    "on_topic": frozenset({UtteranceFault.OFF_TOPIC}),
    "outcome": frozenset({UtteranceFault.OUTCOME}),
}
SHARES = (*_COUNTED, "accuracy", "faultless")
MEASURES = (*SHARES, "distinct_2")
_WORD = re.compile(r"\w+")


def spoken_figures(spoken: Spoken, seconds: Mapping[str, Sequence[float]]) -> dict[str, Any]:
    """Return all figures of what a voice said, JSON-ready.

    Args:
        spoken: what it said.
        seconds: language → how long single utterances took.
    """
    languages = _groups(spoken, lambda said: said.prompt.turn.locale)
    outcomes = _groups(spoken, lambda said: said.prompt.turn.outcome.value)
    return {
        **_figures(spoken),
        **seconds_figures([each for times in seconds.values() for each in times]),
        "resampled": _share(bool(said.resamples) for said in _asked(spoken.served)),
        "faults": dict(Counter(str(f) for said in spoken.raw for f in said.faults)),
        "per_language": {
            name: {**_figures(group), **seconds_figures(seconds.get(name, ()))}
            for name, group in languages.items()
        },
        "per_outcome": {name: _figures(group) for name, group in outcomes.items()},
    }


def said_figures(said: Sequence[Said]) -> dict[str, float | None]:
    """Return the measures of some utterances, 0 to 1."""
    held = [verdicts(one) for one in said]
    shares = {name: _share(one[name] for one in held) for name in SHARES}
    return {**shares, "distinct_2": distinct_2([one.text for one in said])}


def verdicts(said: Said) -> dict[str, bool]:
    """Return which of `SHARES` an utterance counts towards."""
    found = frozenset(said.faults)
    held = {name: not faults & found for name, faults in _COUNTED.items()}
    return {**held, "accuracy": all(held.values()), "faultless": not found}


def distinct_2(texts: Sequence[str]) -> float | None:
    """Return the share of different pairs of neighbouring words among all (Li et al., 2016).

    It falls with the number of texts: compare what was taken over as many.

    Returns:
        0 to 1; None where no text has two words.
    """
    pairs = [pair for text in texts for pair in pairwise(_WORD.findall(text.casefold()))]
    return round(len(set(pairs)) / len(pairs), 4) if pairs else None


def seconds_figures(seconds: Sequence[float]) -> dict[str, float | None]:
    """Return the median and the 95th percentile of durations."""
    return {
        f"seconds_p{rank}": round(float(np.percentile(seconds, rank)), 4) if seconds else None
        for rank in (50, 95)
    }


def token_figures(counts: Sequence[int]) -> dict[str, float | None]:
    """Return the median and the 95th percentile of lengths in tokens."""
    return {
        f"tokens_p{rank}": float(np.percentile(counts, rank)) if counts else None
        for rank in (50, 95)
    }


def _figures(spoken: Spoken) -> dict[str, Any]:
    served = spoken.served
    return {
        "n": len(served),
        "raw": said_figures(spoken.raw),
        "served": said_figures(served),
        # Of the turns that the language model is asked about at all.
        "fallback": _share(said.source == FALLBACK for said in _asked(served)) or 0.0,
        "by_rule": _share(said.source == RULE for said in served),
    }


def _asked(served: Sequence[Said]) -> list[Said]:
    return [said for said in served if said.source in (MODEL, FALLBACK)]


def _groups(spoken: Spoken, key: Callable[[Said], str]) -> dict[str, Spoken]:
    names = dict.fromkeys(key(said) for said in spoken.served)
    return {
        name: Spoken(
            tuple(said for said in spoken.raw if key(said) == name),
            tuple(said for said in spoken.served if key(said) == name),
        )
        for name in names
    }


def _share(held: Iterable[bool]) -> float | None:
    found = list(held)
    return round(sum(found) / len(found), 4) if found else None
