"""Says how well the bot tells what a message is, on labelled messages.

The messages reply to no question in particular; they are judged on a topic that has no points.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from engine.contract import Intent
from training.evaluation.models import StageOne
from training.evaluation.turns import request
from training.rows import IntentRow


def intent_figures(stage: StageOne, rows: Sequence[IntentRow]) -> dict[str, Any]:
    """Return how often each intent is recognised, and how often it is right where it is said.

    Args:
        stage: the models of stage 1.
        rows: labelled messages; an insult is a kind of small talk in the file, an intent of its
            own to the bot.
    """
    plain = next(topic for topic in stage.pack if not topic.kind.judged)
    evaluations = stage.evaluate([request(stage.pack, plain, r.locale, r.text) for r in rows])
    said = [evaluation.intent for evaluation in evaluations]
    wanted = [Intent.INSULT if row.kind == "insult" else row.intent for row in rows]
    pairs = list(zip(wanted, said, strict=True))
    return {
        "n": len(rows),
        "accuracy": _share([one is other for one, other in pairs]),
        "per_intent": {
            intent.value: {
                "n": wanted.count(intent),
                "recall": _share([other is intent for one, other in pairs if one is intent]),
                "precision": _share([one is intent for one, other in pairs if other is intent]),
            }
            for intent in Intent
            if intent in wanted
        },
        "per_language": {
            locale: _share(
                [
                    one is other
                    for (one, other), row in zip(pairs, rows, strict=True)
                    if row.locale == locale
                ]
            )
            for locale in sorted({row.locale for row in rows})
        },
        "wrong": [
            {"place": row.place, "text": row.text, "label": one.value, "said": other.value}
            for (one, other), row in zip(pairs, rows, strict=True)
            if one is not other
        ],
    }


def _share(of: Sequence[bool]) -> float | None:
    return round(sum(of) / len(of), 4) if of else None
