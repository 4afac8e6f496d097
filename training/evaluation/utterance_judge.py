"""How far the automatic judge of utterances is to be believed: beside what people say of the same.

Every figure of an evaluation comes from the checks that guard the bot. They are wrong now and then,
so how often, and which way, stands beside the figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.utterance_checks import UtteranceChecker, UtteranceFault
from training.checked_rows import CheckedRow


def judge_figures(checker: UtteranceChecker, rows: Sequence[CheckedRow]) -> dict[str, Any]:
    """Compare the checks with people, JSON-ready.

    Args:
        checker: the judge.
        rows: utterances that people have judged.

    Returns:
        ``n``; ``agreement``, the share on which both say that the utterance may be said, or both
        that it may not; ``missed`` and ``refused``, how many bad ones pass and good ones do not;
        ``n_bad`` and ``n_good``, of how many; by language the same; and ``per_fault`` how often
        each was labelled, found with the label, missed, and found where it was not labelled.
    """
    found = [frozenset(checker.check(row.turn, [row.utterance])[0].faults) for row in rows]
    languages = dict.fromkeys(row.turn.locale for row in rows)
    return {
        **_agreement(rows, found),
        "per_language": {
            locale: _agreement(
                [row for row in rows if row.turn.locale == locale],
                [f for row, f in zip(rows, found, strict=True) if row.turn.locale == locale],
            )
            for locale in languages
        },
        "per_fault": {fault.value: _counts(fault, rows, found) for fault in UtteranceFault},
        "wrong": [
            {
                "place": row.place,
                "utterance": row.utterance,
                "labelled": sorted(row.faults),
                "found": sorted(faults),
            }
            for row, faults in zip(rows, found, strict=True)
            if bool(row.faults) != bool(faults)
        ],
    }


def _agreement(
    rows: Sequence[CheckedRow], found: Sequence[frozenset[UtteranceFault]]
) -> dict[str, Any]:
    pairs = [(bool(row.faults), bool(faults)) for row, faults in zip(rows, found, strict=True)]
    agreed = sum(bad == seen for bad, seen in pairs)
    return {
        "n": len(pairs),
        "agreement": round(agreed / len(pairs), 4) if pairs else None,
        "n_bad": sum(bad for bad, _ in pairs),
        "missed": sum(bad and not seen for bad, seen in pairs),
        "n_good": sum(not bad for bad, _ in pairs),
        "refused": sum(seen and not bad for bad, seen in pairs),
    }


def _counts(
    fault: UtteranceFault,
    rows: Sequence[CheckedRow],
    found: Sequence[frozenset[UtteranceFault]],
) -> dict[str, int]:
    pairs = [(fault in row.faults, fault in f) for row, f in zip(rows, found, strict=True)]
    return {
        "labelled": sum(bad for bad, _ in pairs),
        "found": sum(bad and seen for bad, seen in pairs),
        "missed": sum(bad and not seen for bad, seen in pairs),
        "imagined": sum(seen and not bad for bad, seen in pairs),
    }
