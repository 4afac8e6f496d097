"""Whole turns are timed with all stages, but for those that no language model is asked about."""

from __future__ import annotations

from pathlib import Path

import torch

from engine.checked_generator import CheckedGenerator
from engine.contract import Intent
from engine.curated_generator import CuratedGenerator
from engine.curated_lines import load_reactions
from engine.fakes import FakeEvaluator, FakeSelector
from engine.utterance_checks import UtteranceChecker
from tests.support.small_pack import read_small_pack, turn
from tests.support.voices import AlwaysOnTopic, ScriptedWriter
from training.evaluation.utterance_speed import turn_seconds

GOOD = "I see. Now, what about risk?"


def test_turns_that_are_answered_by_rule_are_left_out(tmp_path: Path) -> None:
    writer = ScriptedWriter(lambda spoken, seed: GOOD)
    checker = UtteranceChecker(AlwaysOnTopic())
    generator = CheckedGenerator(writer, checker, CuratedGenerator(load_reactions()))
    stages = (FakeEvaluator(), FakeSelector(), generator)
    requests = [turn(number) for number in range(3)]
    requests += [turn(3, answer="", intent=Intent.HINT)]
    before = torch.get_num_threads()
    figures = turn_seconds(stages, read_small_pack(tmp_path), requests, threads=1)
    assert torch.get_num_threads() == before
    assert figures["n"] == 3
    assert figures["generate_p50"] <= figures["generate_p95"] <= figures["turn_p95"]


def test_written_lines_alone_are_timed_in_every_turn(tmp_path: Path) -> None:
    stages = (FakeEvaluator(), FakeSelector(), CuratedGenerator(load_reactions()))
    figures = turn_seconds(stages, read_small_pack(tmp_path), [turn(0), turn(1)])
    assert figures["n"] == 2
