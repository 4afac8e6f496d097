"""What each sub-command of ``python -m training.evaluate`` evaluates, as a report."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Mapping
from pathlib import Path

from engine.answer_verifier import CrossEncoderVerifier
from engine.artifacts import ANSWER_EVALUATOR
from engine.encoder import SharedEncoder
from engine.pack_reader import read_pack
from engine.questions import QuestionPack
from engine.verifier_choice import choose_judge
from training.candidate_model import load_candidate_model
from training.evaluation.answers import evaluate_rows, evaluate_turns
from training.evaluation.bundled import bundled_report, read_splits
from training.evaluation.data import has_columns, of_split
from training.evaluation.grading import grade
from training.evaluation.grading_rows import read_grading
from training.evaluation.grading_scores import grading_figures
from training.evaluation.models import (
    BulkEncoder,
    learnt_from_reference,
    model_folders,
    stage_one_on,
    stage_two_on,
)
from training.evaluation.questions import evaluate_choices, evaluate_next_turns
from training.evaluation.ranking import Ranking
from training.evaluation.report import Plot, Report
from training.evaluation.sections import (
    grading_section,
    ranking_section,
    reliability_plot,
    summary_of,
    sweep_plot,
)
from training.evaluation.trained import evaluate_candidate_model
from training.evaluation.turns import read_turns
from training.evaluation.utterance_command import default_voice, utterance
from training.evaluation.utterance_prompts import UTTERANCES
from training.options import SPLITS
from training.reference_rows import Stage, read_reference
from training.row_checks import check_answers, check_choices
from training.rows import ANSWER_COLUMNS, CHOICE_COLUMNS, read_answers, read_choices


def everything(options: argparse.Namespace) -> Report:
    """Evaluate all models on the project's own rows."""
    pack = read_pack(options.pack)
    data = options.data or SPLITS
    splits = read_splits(data, pack, options.split)
    folders = model_folders(options.weights, options.model, options.verifier)
    utterances = data.parent / UTTERANCES.name

    def voice() -> Report | None:
        # Rows of somebody's own may come without any for the voice.
        return default_voice(options, pack, utterances) if utterances.is_dir() else None

    return bundled_report(folders, pack, splits, options.device, voice)


def answer(options: argparse.Namespace) -> Report:
    """Evaluate stage 1."""
    pack, data = read_pack(options.pack), options.data or SPLITS / "answers"
    if learnt_from_reference(options.model):
        return _trained(options, Stage.ANSWER, pack)
    folders = model_folders(options.weights, options.model, options.verifier)
    if not has_columns(data, ANSWER_COLUMNS):
        turns = read_turns(read_reference(data, [Stage.ANSWER]), pack)
        stage = stage_one_on(SharedEncoder(folders.encoder, options.device), folders, pack)
        ranking = evaluate_turns(stage, turns)
        return _ranked("Stage 1: answers", data, ranking, sweep_plot(folders.answer_evaluator))
    rows = read_answers(data)
    check_answers(rows, pack)
    chosen = of_split(rows, options.split, data.name)
    stage = stage_one_on(SharedEncoder(folders.encoder, options.device), folders, pack)
    found = evaluate_rows(stage, chosen)
    figures, title = found.figures(), f"Stage 1: answers of {data.name} ({options.split})"
    plots = (*reliability_plot(found), *sweep_plot(folders.answer_evaluator))
    section = ranking_section(title, found.ranking, figures, plots)
    return Report(title, figures, summary_of(title, figures), (section,), {"": found.ranking})


def question(options: argparse.Namespace) -> Report:
    """Evaluate stage 2."""
    pack, data = read_pack(options.pack), options.data or SPLITS / "choices.csv"
    if learnt_from_reference(options.model):
        return _trained(options, Stage.QUESTION, pack)
    folders = model_folders(options.weights, options.model, options.verifier)
    if has_columns(data, CHOICE_COLUMNS):
        choices = read_choices(data)
        check_choices(choices, pack)
        rows = of_split(choices, options.split, data.name)
        stage = stage_two_on(SharedEncoder(folders.encoder, options.device), folders, pack)
        ranking = evaluate_choices(stage, rows)
    else:
        turns = read_turns(read_reference(data, [Stage.QUESTION]), pack)
        stage = stage_two_on(SharedEncoder(folders.encoder, options.device), folders, pack)
        ranking = evaluate_next_turns(stage, turns)
    return _ranked("Stage 2: next questions", data, ranking, sweep_plot(folders.question_selector))


def grading(options: argparse.Namespace) -> Report:
    """Evaluate the grading of short answers to any question."""
    rows = read_grading(options.data)
    folders = model_folders(options.weights, options.model, options.verifier)
    encoder = SharedEncoder(folders.encoder, options.device)
    answers = encoder.add_adapter(folders.answer_evaluator, ANSWER_EVALUATOR)
    bundled = CrossEncoderVerifier(encoder, folders.answer_verifier)
    judge = choose_judge(folders.verifier, encoder, answers, bundled, folders.calibrations)
    graded = grade(BulkEncoder(encoder), judge.verifier, judge.policies, rows)
    figures, title = grading_figures(rows, graded), f"Grading of {options.data.name}"
    names = tuple(name for name in figures if name != "cosine")
    section = grading_section(rows, graded, figures)
    return Report(title, figures, summary_of(title, figures, names), (section,), {})


COMMANDS: Mapping[str, Callable[[argparse.Namespace], Report]] = {
    "": everything,
    "answer": answer,
    "question": question,
    "grading": grading,
    "utterance": utterance,
}


def _trained(options: argparse.Namespace, stage: Stage, pack: QuestionPack) -> Report:
    """Evaluate a model that was trained on a file of the reference layout."""
    rows = read_reference(options.data, [stage])
    folders = model_folders(options.weights)
    model = load_candidate_model(options.model, folders.encoder, stage, options.device)
    ranking = evaluate_candidate_model(model, rows, pack)
    return _ranked(f"Stage: {stage.value}", options.data, ranking, sweep_plot(options.model))


def _ranked(name: str, data: Path, ranking: Ranking, plots: tuple[Plot, ...]) -> Report:
    figures, title = ranking.figures(), f"{name} of {data.name}"
    section = ranking_section(title, ranking, figures, plots)
    return Report(title, figures, summary_of(title, figures), (section,), {"": ranking})
