"""The head learns what reactions react to, and objects only as often as it may."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from engine.artifacts import UTTERANCE_JUDGE, verify
from engine.outcomes import Outcome, Style
from engine.prompts import SpokenTurn
from engine.stance_head import RIGHT, load_stance_head
from tests.support.small_pack import PACK, write_small_pack
from training.checked_rows import COLUMNS
from training.train_utterance_judge import FOLDS, UTTERANCES, Reaction, find_limits, fit, main

# Files of labelled utterances that make a head within seconds.
SOME = 8
PRAISED = [f"splendid number {i}, lovely work" for i in "abcdefghij"]
MISSED = {
    "wrong": [f"awry number {i}, look again" for i in "abcdefghij"],
    "unsure": [f"blurry number {i}, say more" for i in "abcdefghij"],
    "missing": [f"elsewhere number {i}, come back" for i in "abcdefghij"],
    "dont_know": [f"honest number {i}, thank you" for i in "abcdefghij"],
}


def reactions() -> list[Reaction]:
    found = [Reaction("en", text, RIGHT, f"right-{i}") for i, text in enumerate(PRAISED)]
    for stance, texts in MISSED.items():
        found += [Reaction("en", text, stance, f"{stance}-{i}") for i, text in enumerate(texts)]
    return found


def test_praise_is_told_from_the_rest() -> None:
    right, failing = fit(reactions()).approval("splendid, lovely work on number z")
    assert right > 0.5 > failing
    right, failing = fit(reactions()).approval("awry, look again at number z")
    assert failing > 0.5 > right


def test_limits_stand_between_what_is_praised_and_what_is_not() -> None:
    assert len(reactions()) > FOLDS
    limits = find_limits(reactions(), [])["en"]
    layer = fit(reactions())
    assert max(layer.approval(text)[0] for text in MISSED["wrong"]) < 2 * limits.praise < 1
    assert min(layer.approval(text)[0] for text in PRAISED) > limits.praise
    assert max(layer.approval(text)[1] for text in PRAISED) < 2 * limits.rejection < 1
    assert min(layer.approval(text)[1] for text in MISSED["wrong"]) > limits.rejection


def test_faults_of_the_data_end_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--data", str(tmp_path), "--out", str(tmp_path / "head")]) == 2
    assert "there is no row in it" in capsys.readouterr().err


def test_the_command_makes_a_head_that_the_engine_takes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, out, checked = tmp_path / "rows", tmp_path / "head", tmp_path / "checked.csv"
    pack = write_small_pack(tmp_path) / PACK.id
    checked.write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    data.mkdir()
    for file in sorted(UTTERANCES.glob("*.csv"))[:SOME]:
        shutil.copy(file, data)
    told = ("--pack", pack, "--data", data, "--checked", checked, "--out", out)
    assert main([str(part) for part in told]) == 0
    assert set(json.loads(capsys.readouterr().out)) == {"validation", "test"}
    assert verify(out, UTTERANCE_JUDGE).metrics["test"]["en"]["praise_imagined"] <= 0.1
    turn = SpokenTurn("en", Style.PLAIN, Outcome.WRONG, "", "", (), (), "", "")
    assert not load_stance_head(out).contradicts(turn, "That isn't quite it. What is next?")
