"""Counts how the utterances of a worker came about, for its health and the bot's metrics."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from threading import Lock

MODEL = "model"
RULE = "rule"
FALLBACK = "fallback"


class GeneratorCounters:
    """Counts utterances by who worded them; one thread may count while another reads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._utterances: Counter[str] = Counter({MODEL: 0, RULE: 0, FALLBACK: 0})
        self._fallbacks: Counter[str] = Counter()
        self._resamples = 0

    def written(self) -> None:
        """Count an utterance of the model that is said."""
        with self._lock:
            self._utterances[MODEL] += 1

    def by_rule(self) -> None:
        """Count a turn that is answered in written lines whatever a model would say."""
        with self._lock:
            self._utterances[RULE] += 1

    def fell_back(self, reasons: Sequence[str]) -> None:
        """Count a turn in which written lines took over.

        Args:
            reasons: ``unavailable``, or the faults of the first try.
        """
        with self._lock:
            self._utterances[FALLBACK] += 1
            self._fallbacks.update(str(reason) for reason in reasons)

    def tried_again(self, times: int) -> None:
        """Count utterances that were written after a first one with a fault."""
        with self._lock:
            self._resamples += times

    def snapshot(self) -> Mapping[str, Mapping[str, int]]:
        """Return all counts: ``utterances`` by source, ``resamples``, ``fallbacks`` by reason."""
        with self._lock:
            return {
                "utterances": dict(self._utterances),
                "resamples": {"total": self._resamples},
                "fallbacks": dict(self._fallbacks),
            }
