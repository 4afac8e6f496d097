"""The three commands train, score, refuse and resume; the engine serves what they wrote."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from engine.artifacts import (
    ANSWER_EVALUATOR,
    ANSWER_VERIFIER,
    ENCODER,
    QUESTION_SELECTOR,
    read_manifest,
    verify,
)
from engine.contract import Intent
from engine.encoder import SharedEncoder
from engine.errors import ArtifactError
from engine.loading import EngineSettings, load_engine
from engine.point_heads import HEADS_FILE
from engine.quantised_weights import load_quantised
from tests.support.small_pack import turn, write_small_pack
from tests.support.small_rows import write_small_rows
from tests.support.tiny_encoder import write_tiny_encoder
from training import train_answer_evaluator, train_answer_verifier, train_question_selector
from training.verdict_policy import FittedPolicies

COMMANDS: dict[str, Callable[[list[str]], int]] = {
    ANSWER_EVALUATOR: train_answer_evaluator.main,
    ANSWER_VERIFIER: train_answer_verifier.main,
    QUESTION_SELECTOR: train_question_selector.main,
}


@dataclass(frozen=True, slots=True)
class Bench:
    """A folder with packs, rows, a tiny encoder, and the models trained on it.

    Args:
        root: has ``packs``, ``rows`` and ``weights``.
    """

    root: Path

    def run(self, kind: str, *more: str, out: Path | None = None) -> int:
        options = {
            "--data": self.root / "rows",
            "--pack": self.root / "packs" / "small",
            "--base": self.root / "weights" / ENCODER,
            "--out": out or self.model(kind),
            "--epochs": 1,
        }
        if kind == ANSWER_VERIFIER:
            options["--evaluator"] = self.model(ANSWER_EVALUATOR)
        return COMMANDS[kind](
            [*(str(word) for option in options.items() for word in option), *more]
        )

    def model(self, kind: str) -> Path:
        return self.root / "weights" / kind

    def copy(self, folder: Path) -> Bench:
        return Bench(Path(shutil.copytree(self.root, folder)))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """All three models, trained once; tests that change something work on a copy."""
    root = tmp_path_factory.mktemp("bench")
    write_small_pack(root / "packs")
    write_small_rows(root / "rows")
    (root / "weights").mkdir()
    write_tiny_encoder(root / "weights" / ENCODER)
    bench = Bench(root)
    assert [bench.run(kind) for kind in COMMANDS] == [0, 0, 0]
    return bench


@pytest.fixture
def bench(trained: Bench, tmp_path: Path) -> Bench:
    return trained.copy(tmp_path / "bench")


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.glob("*.*")}


# What comes out


@pytest.mark.parametrize("kind", COMMANDS)
def test_a_model_comes_out_with_its_manifest(trained: Bench, kind: str) -> None:
    manifest = verify(trained.model(kind), kind)
    assert manifest.base["digest"] == read_manifest(trained.model(ENCODER)).digest
    assert manifest.seed == 20
    assert manifest.metrics["split"] == "test"
    assert manifest.data["pack"].startswith("small 1.2.3 ")
    assert len(manifest.data["answers"]) == 64
    assert not any(name.startswith("checkpoints") for name in manifest.files)
    assert any(name.endswith(".safetensors") for name in manifest.files)


@pytest.mark.parametrize("kind", COMMANDS)
def test_no_place_of_this_machine_is_written_down(trained: Bench, kind: str) -> None:
    for name, content in contents(trained.model(kind)).items():
        assert str(trained.root).encode() not in content, name
        assert b"/tmp" not in content, name
        assert str(Path.home()).encode() + b"/" not in content, name


def test_the_engine_serves_what_was_trained(
    trained: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    engine = load_engine(
        EngineSettings(packs=trained.root / "packs", weights=trained.root / "weights", device="cpu")
    )
    request = turn(answer="It is how far off we are, and we minimise it.", intent=Intent.ANSWER)
    first = engine.pipeline.run(request)
    assert first.intent is Intent.ANSWER
    assert [verdict.point_id for verdict in first.verdicts] == ["distance", "goal"]
    assert all(0 <= verdict.probability <= 1 for verdict in first.verdicts)
    assert first.utterance.text
    assert engine.pipeline.run(request) == first
    # Moving on with two topics to choose from takes the selector.
    moved = engine.pipeline.run(turn(answer="", intent=Intent.SKIP))
    assert moved.next_topic in ("risk", "end")
    assert list((tmp_path / "aurora" / "vectors" / "candidates").iterdir())


# A second call


@pytest.mark.parametrize("kind", COMMANDS)
def test_a_finished_model_is_scored_not_trained(
    trained: Bench, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(trained.model(kind))
    assert trained.run(kind) == 0
    assert contents(trained.model(kind)) == before
    assert json.loads(capsys.readouterr().out) == read_manifest(trained.model(kind)).metrics


@pytest.mark.parametrize("kind", COMMANDS)
def test_a_model_is_scored_on_the_rows_that_are_given(
    bench: Bench, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with (bench.root / "rows" / "answers" / "loss.csv").open("a", encoding="utf-8") as stream:
        stream.writelines(f"p{i},en,{i} penguins,answer,,,,off_topic\n" for i in range(40))
    with (bench.root / "rows" / "choices.csv").open("a", encoding="utf-8") as stream:
        stream.writelines(f"p{i},en,loss,{i} penguins,end,wish\n" for i in range(40))
    assert bench.run(kind) == 0
    recorded = read_manifest(bench.model(kind)).metrics
    assert json.loads(capsys.readouterr().out)["n"] > recorded["n"]


@pytest.mark.parametrize("kind", COMMANDS)
def test_force_trains_again(bench: Bench, kind: str) -> None:
    before = contents(bench.model(kind))
    assert bench.run(kind, "--force", "--seed", "21") == 0
    after = contents(bench.model(kind))
    assert len(before) == len(after)  # a member of the verifier is called by its seed
    learnt = [name for name in after if name.endswith(".safetensors") and name != HEADS_FILE]
    assert all(before.get(name) != after[name] for name in learnt)
    assert verify(bench.model(kind), kind).seed == 21


def test_force_removes_nothing_that_is_no_model(bench: Bench, tmp_path: Path) -> None:
    other = tmp_path / "thesis"
    other.mkdir()
    (other / "chapter.txt").write_text("years of work", encoding="utf-8")
    assert bench.run(QUESTION_SELECTOR, "--force", out=other) == 0
    assert (other / "chapter.txt").read_text(encoding="utf-8") == "years of work"


@pytest.mark.parametrize("kind", [ANSWER_EVALUATOR, QUESTION_SELECTOR])
def test_an_interrupted_run_goes_on_from_its_checkpoint(
    bench: Bench, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    finished = contents(bench.model(kind))
    for file in bench.model(kind).glob("*.*"):
        file.unlink()
    (state,) = bench.model(kind).glob("checkpoints/checkpoint-*/trainer_state.json")
    written = state.stat().st_mtime_ns
    assert bench.run(kind) == 0
    assert state.stat().st_mtime_ns == written, "no step was taken again"
    assert contents(bench.model(kind)) == finished


@pytest.mark.parametrize(
    ("kind", "learnt"), [(ANSWER_EVALUATOR, "intent_floor"), (QUESTION_SELECTOR, "words")]
)
def test_the_rest_of_a_model_can_be_learnt_beside_an_adapter_that_is_there(
    bench: Bench, kind: str, learnt: str, capsys: pytest.CaptureFixture[str]
) -> None:
    first, again = bench.model(kind), bench.root / f"{kind}-again"
    assert bench.run(kind, "--adapter", str(first), out=again) == 0
    assert not list(again.glob("checkpoints"))
    before, after = contents(first), contents(again)
    assert before.pop("manifest.json")
    assert after.pop("manifest.json")
    assert before.keys() == after.keys()
    assert before["adapter_model.safetensors"] == after["adapter_model.safetensors"]
    config = verify(again, kind).config
    assert config["epochs"] == read_manifest(first).config["epochs"]
    assert config[learnt]

    capsys.readouterr()
    assert bench.run(kind, "--force", "--adapter", str(first), out=first) == 2
    assert "are the same folder" in capsys.readouterr().err
    assert contents(first)["adapter_model.safetensors"] == before["adapter_model.safetensors"]


def test_a_verifier_that_could_not_be_calibrated_is_not_trained_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    evaluator, hidden = bench.model(ANSWER_EVALUATOR), bench.root / "hidden"
    finished = contents(bench.model(ANSWER_VERIFIER))
    evaluator.rename(hidden)
    assert bench.run(ANSWER_VERIFIER, "--force") == 2
    assert "answer_evaluator/manifest.json is missing" in capsys.readouterr().err
    with pytest.raises(ArtifactError, match=r"manifest\.json is missing"):
        read_manifest(bench.model(ANSWER_VERIFIER))

    hidden.rename(evaluator)
    monkeypatch.setattr(train_answer_verifier, "learn_member", None)  # nothing left to learn
    assert bench.run(ANSWER_VERIFIER) == 0
    assert contents(bench.model(ANSWER_VERIFIER)) == finished


def test_other_settings_leave_the_members_that_are_there_alone(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> FittedPolicies:
        raise ArtifactError("no calibration today")

    with monkeypatch.context() as patch:
        patch.setattr(train_answer_verifier, "fit_policies", fail)
        assert bench.run(ANSWER_VERIFIER, "--force") == 2
    member = bench.model(ANSWER_VERIFIER) / "member-20.safetensors"
    before = member.read_bytes()
    assert bench.run(ANSWER_VERIFIER, "--learning-rate", "1e-3") == 2
    assert "start anew with --force" in capsys.readouterr().err
    assert member.read_bytes() == before
    assert bench.run(ANSWER_VERIFIER, "--learning-rate", "1e-3", "--force") == 0
    assert member.read_bytes() != before


def test_members_trained_apart_make_one_verifier(bench: Bench) -> None:
    fresh = bench.root / "fresh"
    for seed in ("20", "21"):
        assert bench.run(ANSWER_VERIFIER, "--members-only", "--seed", seed, out=fresh) == 0
    apart = contents(fresh)
    assert bench.run(ANSWER_VERIFIER, "--members", "2", out=fresh) == 0
    together = contents(fresh)
    assert {name: together[name] for name in apart} == apart
    assert read_manifest(fresh).config["members"] == 2


def test_a_verifier_goes_on_from_another(bench: Bench) -> None:
    start, fresh, anew = (bench.root / name for name in ("start", "fresh", "anew"))
    still = ("--members-only", "--learning-rate", "1e-12")
    learnt = ("--members-only", "--learning-rate", "0.05", "--epochs", "6")
    assert bench.run(ANSWER_VERIFIER, *learnt, out=start) == 0
    assert bench.run(ANSWER_VERIFIER, *still, "--start", str(start), out=fresh) == 0
    assert bench.run(ANSWER_VERIFIER, *still, out=anew) == 0
    before, went_on, began = (
        load_quantised(folder / "member-20.safetensors")["head.bias"]
        for folder in (start, fresh, anew)
    )
    assert np.allclose(went_on, before, atol=1e-3)
    assert not np.allclose(began, before, atol=1e-3)


def test_a_verifier_cannot_go_on_from_a_member_that_is_not_there(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    start = str(bench.model(ANSWER_VERIFIER))
    assert bench.run(ANSWER_VERIFIER, "--start", start, "--seed", "7", out=bench.root / "x") == 2
    assert "member-7.safetensors is missing" in capsys.readouterr().err


def test_what_is_held_out_is_not_learnt(bench: Bench) -> None:
    fresh = bench.root / "fresh"
    assert bench.run(ANSWER_VERIFIER, "--hold-out", "risk", out=fresh) == 0
    assert read_manifest(fresh).config["hold_out"] == ["risk"]
    name = "member-20.safetensors"
    assert contents(fresh)[name] != contents(bench.model(ANSWER_VERIFIER))[name]


# What is refused


@pytest.mark.parametrize("kind", COMMANDS)
def test_an_altered_or_foreign_model_is_not_scored(
    bench: Bench, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert bench.run(kind, out=bench.model(ENCODER)) == 2
    assert f"kind 'encoder', not '{kind}'" in capsys.readouterr().err
    file = next(bench.model(kind).glob("*.safetensors"))
    file.write_bytes(file.read_bytes() + b" ")
    assert bench.run(kind) == 2
    assert f"{file.name} does not match its manifest" in capsys.readouterr().err


def test_an_adapter_of_another_body_is_refused(trained: Bench, tmp_path: Path) -> None:
    encoder = SharedEncoder(write_tiny_encoder(tmp_path / "other", seed=2), "cpu")
    with pytest.raises(ArtifactError, match="was trained on another encoder"):
        encoder.add_adapter(trained.model(ANSWER_EVALUATOR), ANSWER_EVALUATOR)


def test_an_encoder_without_an_adapter_encodes_nothing(trained: Bench) -> None:
    with pytest.raises(ArtifactError, match="no adapter is loaded"):
        SharedEncoder(trained.model(ENCODER), "cpu").encode(["x"], ANSWER_EVALUATOR)


ANSWERS = (ANSWER_EVALUATOR, ANSWER_VERIFIER, QUESTION_SELECTOR)
FAULTS = [
    (ANSWERS, "answers/loss.csv", "a,en,x,answer,height,,,right", ": covered: 'height' is none of"),
    (ANSWERS, "answers/loss.csv", "a,fr,x,answer,goal,,,right", ": locale: 'fr' is none of"),
    (
        ANSWERS,
        "answers/loss.csv",
        "a,ko,손실,answer,goal,,,right",
        ": locale: small is not written",
    ),
    (ANSWERS, "answers/loss.csv", "a,en,x,answer,goal", ": : 8 columns are needed, not 5"),
    ((ANSWER_EVALUATOR,), "intents.csv", "a,en,x,yawn,hint", ": intent: 'yawn' is none of"),
    (
        (QUESTION_SELECTOR,),
        "choices.csv",
        "a,en,loss,x,greeting,wish",
        ": next_topic: 'greeting' is none of risk, end",
    ),
]


@pytest.mark.parametrize(("kinds", "file", "row", "fault"), FAULTS)
def test_bad_rows_stop_a_run_before_it_starts(  # noqa: PLR0917 - a fault, its place and its row
    bench: Bench,
    kinds: tuple[str, ...],
    file: str,
    row: str,
    fault: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    place = bench.root / "rows" / file
    with place.open("a", encoding="utf-8") as stream:
        stream.write(row + "\n")
    line = len(place.read_text(encoding="utf-8").splitlines())
    for kind in kinds:
        before = contents(bench.model(kind))
        assert bench.run(kind, "--force") == 2
        assert f"{place.name}:{line}{fault}" in capsys.readouterr().err
        assert contents(bench.model(kind)) == before, "the finished model is still there"
        fresh = bench.root / "fresh"
        assert bench.run(kind, out=fresh) == 2
        assert not fresh.exists()


@pytest.mark.parametrize(
    ("kind", "file"),
    [
        (ANSWER_EVALUATOR, "answers/loss.csv"),
        (ANSWER_VERIFIER, "answers/loss.csv"),
        (QUESTION_SELECTOR, "choices.csv"),
        (ANSWER_EVALUATOR, "intents.csv"),
    ],
)
def test_rows_that_leave_a_split_empty_are_refused(
    bench: Bench, kind: str, file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    place = bench.root / "rows" / file
    head, *_ = place.read_text(encoding="utf-8").splitlines()
    place.write_text(head + "\n", encoding="utf-8")
    assert bench.run(kind, "--force") == 2
    error = capsys.readouterr().err
    assert error.startswith("training: ")
    assert ":1: " in error


@pytest.mark.parametrize("kind", COMMANDS)
@pytest.mark.parametrize("missing", ["rows", "packs", "weights/encoder"])
def test_what_is_missing_is_named(
    bench: Bench, kind: str, missing: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = contents(bench.model(kind))
    shutil.rmtree(bench.root / missing)
    assert bench.run(kind, "--force") == 2
    error = capsys.readouterr().err
    assert error.startswith("training: ")
    assert "Traceback" not in error
    assert contents(bench.model(kind)) == before


@pytest.mark.parametrize("kind", COMMANDS)
def test_no_epoch_is_no_training(
    trained: Bench, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        trained.run(kind, "--epochs", "0")
    assert caught.value.code == 2
    assert "0 is less than 1" in capsys.readouterr().err
