"""Evaluates all bundled models at once: the project's own splits, its attack set, and its goals."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.encoder import SharedEncoder
from engine.questions import QuestionPack
from training.evaluation.answers import AnswerFigures, evaluate_rows
from training.evaluation.attacks import (
    Attack,
    AttackOutcome,
    attack_figures,
    read_attacks,
    run_attacks,
)
from training.evaluation.data import of_split
from training.evaluation.intents import intent_figures
from training.evaluation.models import ModelFolders, stage_one_on, stage_two_on
from training.evaluation.questions import evaluate_choices
from training.evaluation.ranking import Ranking
from training.evaluation.report import Report
from training.evaluation.sections import (
    attacks_section,
    intents_section,
    ranking_section,
    reliability_plot,
    sweep_plot,
)
from training.evaluation.tables import Table, cell
from training.row_checks import check_answers, check_choices
from training.rows import AnswerRow, ChoiceRow, IntentRow, read_answers, read_choices, read_intents

# Part of the figures, what a table calls it, and the accuracy that it should reach.
_RAW_GOAL = ("raw", "accuracy of first tries", 0.978)
_SERVED_GOAL = ("served", "accuracy of what is said", 0.99)


@dataclass(frozen=True, slots=True)
class Splits:
    """The labelled rows of one split, and the attack set."""

    answers: tuple[AnswerRow, ...]
    intents: tuple[IntentRow, ...]
    choices: tuple[ChoiceRow, ...]
    attacks: tuple[Attack, ...]


@dataclass(frozen=True, slots=True)
class Goal:
    """A figure with what it should reach.

    Args:
        name: what it is.
        n: over how many.
        value: the figure; None where there is nothing to take it over.
        goal: what it should reach; None for one that is only told.
        most: whether the goal is an upper bound.
    """

    name: str
    n: int
    value: float | None
    goal: float | None = None
    most: bool = False

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; None where there is no goal or no figure."""
        if self.goal is None or self.value is None:
            return None
        return self.value <= self.goal if self.most else self.value >= self.goal


def read_splits(data: Path, pack: QuestionPack, split: str) -> Splits:
    """Read and check what lies below ``dataset/splits``.

    Raises:
        DataError: with every fault of the first file or check that has some.
    """
    answers, choices = read_answers(data / "answers"), read_choices(data / "choices.csv")
    check_answers(answers, pack)
    check_choices(choices, pack)
    return Splits(
        answers=of_split(answers, split, "answers"),
        intents=of_split(read_intents(data / "intents.csv"), split, "intents.csv"),
        choices=of_split(choices, split, "choices.csv"),
        attacks=read_attacks(data / "attacks.csv", pack),
    )


def bundled_report(
    folders: ModelFolders,
    pack: QuestionPack,
    splits: Splits,
    device: str,
    voice: Callable[[], Report | None],
) -> Report:
    """Evaluate all models.

    Args:
        folders: where the models of stages 1 and 2 lie.
        pack: the pack of the rows.
        splits: the rows.
        device: what to run the models on.
        voice: evaluates stage 3; returns None where there is nothing to phrase.

    Raises:
        ArtifactError: one of them is missing, altered, or does not fit the others.
    """
    started = time.monotonic()
    encoder = SharedEncoder(folders.encoder, device)
    stage_one = stage_one_on(encoder, folders, pack)
    answers = evaluate_rows(stage_one, splits.answers)
    intents = intent_figures(stage_one, splits.intents)
    attacks = run_attacks(stage_one, splits.attacks)
    choices = evaluate_choices(stage_two_on(encoder, folders, pack), splits.choices)
    figures: dict[str, Any] = {
        "answer": answers.figures(),
        "intents": intents,
        "question": choices.figures(),
        "attacks": attack_figures(attacks),
    }
    spoken = voice()
    figures["utterance"] = spoken.figures if spoken else None
    seconds = round(time.monotonic() - started, 1)
    goals = goals_of(figures)
    return Report(
        title="The bundled models on the project's own test rows",
        figures={**figures, "seconds": seconds, "goals": [_told(goal) for goal in goals]},
        summary=_summary(goals, seconds),
        sections=(
            *_sections(folders, answers, choices, attacks, figures),
            *(spoken.sections if spoken else ()),
        ),
        rankings={"answer": answers.ranking, "question": choices},
        records=spoken.records if spoken else {},
    )


def goals_of(figures: Mapping[str, Any]) -> list[Goal]:
    """Return the figures that the models are measured by, in order of reading."""
    answer, question, attacks = (figures[name] for name in ("answer", "question", "attacks"))
    intents = figures["intents"]["per_intent"]
    goals = [Goal("stage 1, credit a point", answer["n_points"], answer["accuracy_legal"], 0.97)]
    goals += [
        Goal(f"  {name}", group["n"], group["accuracy_legal"], 0.96)
        for name, group in answer["per_language"].items()
    ]
    goals += [
        Goal("stage 1, nearest of all candidates", answer["n"], answer["accuracy"]),
        Goal("stage 1, F1 on several points", answer["n_multi"], answer["multi_f1"], 0.92),
        Goal("stage 1, calibration error", answer["n_points"], answer["ece"], 0.05, most=True),
    ]
    goals += [
        Goal(f"intent {name}", intents[name]["n"], intents[name]["recall"], 0.98)
        for name in ("dont_know", "term_question", "hint", "skip")
        if name in intents
    ]
    goals += [
        Goal("stage 2, among legal topics", question["n"], question["accuracy_legal"], 0.995),
        Goal("stage 2, nearest of all topics", question["n"], question["accuracy"]),
        Goal("attacks rejected", attacks["n"], attacks["rejected"], 0.90),
    ]
    goals += [
        Goal(f"  {name}", group["n"], group["rejected"])
        for name, group in attacks["per_language"].items()
    ]
    return goals + (voice_goals(figures["utterance"]) if figures["utterance"] else [])


def voice_goals(spoken: Mapping[str, Any]) -> list[Goal]:
    """Return the figures that a voice is measured by; with written lines alone, raw is served."""
    n, judge = spoken["n"], spoken["judge"]
    goals = [Goal("stage 3, format of first tries", n, spoken["raw"]["format"], 1.0)]
    for part, told, least in (_RAW_GOAL, _SERVED_GOAL):
        goals.append(Goal(f"stage 3, {told}", n, spoken[part]["accuracy"], least))
        goals += [
            Goal(f"  {name}", group["n"], group[part]["accuracy"], least)
            for name, group in spoken["per_language"].items()
        ]
    return [
        *goals,
        Goal("stage 3, written lines take over", n, spoken["fallback"], 0.03, most=True),
        Goal("judge of utterances, agrees with people", judge["n"], judge["agreement"], 0.97),
    ]


def _told(goal: Goal) -> dict[str, Any]:
    return {
        "name": goal.name.strip(),
        "n": goal.n,
        "value": goal.value,
        "goal": goal.goal,
        "met": goal.met,
    }


def _summary(goals: Sequence[Goal], seconds: float) -> Table:
    words = {True: "yes", False: "NO", None: ""}
    rows = tuple(
        (
            goal.name,
            str(goal.n),
            cell(goal.value),
            "" if goal.goal is None else f"{'≤' if goal.most else '≥'} {goal.goal:g}",
            words[goal.met],
        )
        for goal in goals
    )
    return Table(f"Bundled models ({seconds:g} s)", ("figure", "n", "value", "goal", "met"), rows)


def _sections(
    folders: ModelFolders,
    answers: AnswerFigures,
    choices: Ranking,
    attacks: Sequence[AttackOutcome],
    figures: Mapping[str, Any],
) -> tuple[Any, ...]:
    pictures = (*reliability_plot(answers), *sweep_plot(folders.answer_evaluator))
    return (
        ranking_section("Stage 1: answers", answers.ranking, figures["answer"], pictures),
        intents_section(figures["intents"]),
        ranking_section(
            "Stage 2: next questions",
            choices,
            figures["question"],
            sweep_plot(folders.question_selector),
        ),
        attacks_section(attacks, figures["attacks"]),
    )
