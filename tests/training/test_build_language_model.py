"""The command builds a usable model end to end, goes on where it was, and refuses faults."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from engine.artifacts import LANGUAGE_MODEL, verify
from engine.outcomes import Outcome, Style
from engine.prompts import END, SpokenTurn, render
from tests.support.language_corpora import SmallCorpora, write_language_corpora
from training.build_language_model import main

SIZES = {
    **{"--pieces": 500, "--context": 32, "--width": 16, "--layers": 1, "--heads": 2},
    **{"--key-heads": 1, "--inner-width": 16, "--batch-size": 64, "--threads": 1},
    **{"--epochs": 1, "--evaluations": 1},
}
TURN = SpokenTurn("ko", Style.BANMAL, Outcome.WRONG, "뭐야?", "몰라", (), ("뜻",), "손실", "뭘까?")


@pytest.fixture
def small(tmp_path: Path) -> SmallCorpora:
    return write_language_corpora(tmp_path)


def command(small: SmallCorpora, out: Path, **changed: int) -> list[str]:
    places = {
        "--corpora": small.corpora,
        "--out": out,
        "--pack": small.own.pack,
        "--data": small.own.answers.parent,
        "--utterances": small.own.utterances,
    }
    given = {f"--{name.replace('_', '-')}": value for name, value in changed.items()}
    options = {**places, **SIZES, **given}
    return [text for name, value in options.items() for text in (name, str(value))]


def test_a_model_comes_out_with_its_manifest(small: SmallCorpora, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main(command(small, out)) == 0

    manifest = verify(out, LANGUAGE_MODEL)
    assert manifest.data["korean/nsmc_reviews.txt.xz"]["licence"] == "CC0-1.0"
    assert {"perplexity_ko", "perplexity_en"} <= set(manifest.metrics["held_out"])
    assert manifest.seed == 20
    assert str(tmp_path) not in json.dumps(dict(manifest.config)) + json.dumps(dict(manifest.data))

    tokenizer = AutoTokenizer.from_pretrained(str(out))
    model = AutoModelForCausalLM.from_pretrained(str(out)).eval()
    prompt = tokenizer(render(TURN), return_tensors="pt")
    with torch.inference_mode():
        written = model.generate(**prompt, max_new_tokens=4, do_sample=False)
    assert written.shape[1] > prompt["input_ids"].shape[1]
    assert model.config.eos_token_id == tokenizer.convert_tokens_to_ids(END)
    assert model.config.vocab_size == len(tokenizer) == 500


def test_the_same_command_again_changes_nothing(small: SmallCorpora, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert main(command(small, out)) == 0
    before = verify(out, LANGUAGE_MODEL)
    assert main(command(small, out)) == 0
    assert verify(out, LANGUAGE_MODEL) == before


def test_the_same_seed_makes_the_same_model(small: SmallCorpora, tmp_path: Path) -> None:
    digests = []
    for name, seed in (("one", 20), ("two", 20), ("three", 21)):
        assert main(command(small, tmp_path / name, seed=seed)) == 0
        digests.append(verify(tmp_path / name, LANGUAGE_MODEL).files["model.safetensors"])
    assert digests[0] == digests[1] != digests[2]


def test_a_folder_of_another_run_is_refused(
    small: SmallCorpora, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(command(small, out)) == 0
    assert main(command(small, out, seed=21)) == 1
    assert "other settings or data; name another output folder" in capsys.readouterr().err


def test_bad_data_stops_the_command_before_training(
    small: SmallCorpora, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = small.corpora / "korean" / "chatbot_pairs.csv"
    broken.write_text("Q,A,label\n안녕,,0\n", encoding="utf-8")
    assert main(command(small, tmp_path / "out")) == 1
    assert f"{broken}, line 2, column A: missing text" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_too_few_texts_are_refused(
    small: SmallCorpora, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command(small, tmp_path / "out", context=5000)) == 1
    assert "ko: the texts do not fill a row of 5001 tokens" in capsys.readouterr().err


def test_an_impossible_shape_is_refused(
    small: SmallCorpora, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(command(small, tmp_path / "out", width=15)) == 1
    assert "width: 15 is no even number times 2 heads" in capsys.readouterr().err


@pytest.mark.parametrize("option", ["--minutes", "--checkpoint-minutes"])
def test_no_time_at_all_is_refused(small: SmallCorpora, tmp_path: Path, option: str) -> None:
    with pytest.raises(SystemExit):
        main([*command(small, tmp_path / "out"), option, "0"])
