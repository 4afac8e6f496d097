"""Reads the attack set and says how much of it earns nothing.

``dataset/splits/attacks.csv`` holds messages that cover no point of the topic that they reply to,
however well they sound: ``topic,locale,answer,kind``.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.contract import VerdictStatus
from engine.questions import QuestionPack
from training.csv_lines import read_lines
from training.errors import DataError
from training.evaluation.models import StageOne
from training.evaluation.turns import request

COLUMNS = ("topic", "locale", "answer", "kind")


@dataclass(frozen=True, slots=True)
class Attack:
    """One message that must earn nothing.

    Args:
        topic: id of the topic that it replies to.
        locale: ``ko`` or ``en``.
        answer: the message.
        kind: what it tries.
        place: ``file:line`` that it was read from.
    """

    topic: str
    locale: str
    answer: str
    kind: str
    place: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class AttackOutcome:
    """An attack and the points that it was credited with all the same."""

    attack: Attack
    credited: tuple[str, ...]

    @property
    def rejected(self) -> bool:
        """Whether it earned nothing."""
        return not self.credited


def read_attacks(file: Path, pack: QuestionPack) -> tuple[Attack, ...]:
    """Read the attack set and check it against its pack.

    Raises:
        DataError: with every fault of the file.
    """
    faults: list[str] = []
    attacks = [
        Attack(
            line.filled("topic"),
            line.locale(),
            line.filled("answer"),
            line.filled("kind"),
            line.place,
        )
        for line in read_lines(file, COLUMNS, faults)
    ]
    for attack in attacks:
        if attack.topic and not (attack.topic in pack and pack.topic(attack.topic).kind.judged):
            faults.append(
                f"{attack.place}: topic: {attack.topic!r} is no judged topic of {pack.id}"
            )
        if attack.locale and attack.locale not in pack.locales:
            faults.append(f"{attack.place}: locale: {pack.id} is not written in {attack.locale!r}")
    if not attacks and not faults:
        faults.append(f"{file.name}:1: : there are no attacks here")
    if faults:
        raise DataError(tuple(faults))
    return tuple(attacks)


def run_attacks(stage: StageOne, attacks: Sequence[Attack]) -> tuple[AttackOutcome, ...]:
    """Have the bot judge every attack, with all points of its topic open."""
    pack = stage.pack
    evaluations = stage.evaluate(
        [request(pack, pack.topic(a.topic), a.locale, a.answer) for a in attacks]
    )
    return tuple(
        AttackOutcome(attack, evaluation.points(VerdictStatus.COVERED))
        for attack, evaluation in zip(attacks, evaluations, strict=True)
    )


def attack_figures(outcomes: Sequence[AttackOutcome]) -> dict[str, Any]:
    """Return the share rejected: of all, per language and per kind."""
    return {
        "n": len(outcomes),
        "rejected": _share(outcomes),
        "per_language": _by(outcomes, lambda outcome: outcome.attack.locale),
        "per_kind": _by(outcomes, lambda outcome: outcome.attack.kind),
    }


def _by(
    outcomes: Sequence[AttackOutcome], name_of: Callable[[AttackOutcome], str]
) -> dict[str, dict[str, float | int]]:
    groups: dict[str, list[AttackOutcome]] = {}
    for outcome in outcomes:
        groups.setdefault(name_of(outcome), []).append(outcome)
    return {
        name: {"n": len(members), "rejected": _share(members)}
        for name, members in sorted(groups.items())
    }


def _share(outcomes: Sequence[AttackOutcome]) -> float:
    return round(sum(outcome.rejected for outcome in outcomes) / len(outcomes), 4)
