"""The command makes a judge that the engine takes, and tells how good each part of it is."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from engine.artifacts import UTTERANCE_JUDGE, verify
from engine.fluency import load_fluency
from engine.outcomes import Outcome, Style
from engine.pack_reader import read_pack
from engine.prompts import SpokenTurn
from engine.stance_head import load_stance_head
from engine.utterance_relevance import load_relevance
from tests.support.packs import SHIPPED
from tests.support.small_rows import write_small_rows
from training.checked_rows import COLUMNS
from training.train_utterance_judge import UTTERANCES, main

# Files of labelled utterances that make a judge within seconds.
SOME = 6


def test_faults_of_the_data_end_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["--data", str(tmp_path), "--out", str(tmp_path / "judge")]) == 2
    assert "there is no row in it" in capsys.readouterr().err


def test_the_command_makes_a_judge_that_the_engine_takes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, out, checked = tmp_path / "rows", tmp_path / "judge", tmp_path / "checked.csv"
    checked.write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    write_small_rows(tmp_path / "typed")
    data.mkdir()
    for file in sorted(UTTERANCES.glob("*.csv"))[:SOME]:
        shutil.copy(file, data)
    told = ("--data", data, "--checked", checked, "--typed", tmp_path / "typed", "--out", out)
    assert main([str(part) for part in told]) == 0
    assert set(json.loads(capsys.readouterr().out)) == {"validation", "test"}
    metrics = verify(out, UTTERANCE_JUDGE).metrics["test"]
    assert metrics["outcome"]["en"]["praise_imagined"] <= 0.1
    assert metrics["off_topic"]["en"]["move_other_passed"] < 0.5
    assert metrics["fluency"]["en"]["shuffled_noticed"] > metrics["fluency"]["en"]["refused"]

    turn = SpokenTurn("en", Style.PLAIN, Outcome.WRONG, "", "", (), (), "", "")
    said = "That isn't quite it. What is next?"
    assert not load_stance_head(out).contradicts(turn, said)
    assert load_fluency(out).reads_well(turn, said)
    pack = read_pack(SHIPPED / "ml-core")
    assert load_relevance({pack.id: pack}, out).scores(turn, [said]).shape == (1,)
