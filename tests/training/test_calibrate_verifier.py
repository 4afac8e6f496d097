"""A verifier of somebody's choice is calibrated, and the engine judges with it or without it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from engine.artifacts import ANSWER_EVALUATOR, ANSWER_VERIFIER, ENCODER, QUESTION_SELECTOR, verify
from engine.contract import Intent, VerdictStatus
from engine.errors import ArtifactError
from engine.loading import EngineSettings, LoadedEngine, load_engine
from engine.verifier_choice import CALIBRATION, CALIBRATIONS
from engine.verifier_spec import VerifierSpec, parse_verifier
from tests.support.chat_server import BUSY, ChatServer, chat_server
from tests.support.small_pack import turn, write_small_pack
from tests.support.small_rows import write_small_rows
from tests.support.tiny_encoder import write_tiny_classifier, write_tiny_encoder
from training import (
    calibrate_verifier,
    evaluate,
    train_answer_evaluator,
    train_answer_verifier,
    train_question_selector,
)

ANSWER = "Money, I would say, of somebody's."


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with packs, rows, and tiny models in ``weights``."""
    root = tmp_path_factory.mktemp("bench")
    pack = write_small_pack(root / "packs") / "small"
    rows = write_small_rows(root / "rows")
    weights = root / "weights"
    weights.mkdir()
    base = write_tiny_encoder(weights / ENCODER)
    shared = ["--data", rows, "--pack", pack, "--base", base, "--epochs", "1"]
    evaluator = ["--evaluator", weights / ANSWER_EVALUATOR]
    for kind, train, more in (
        (ANSWER_EVALUATOR, train_answer_evaluator.main, []),
        (ANSWER_VERIFIER, train_answer_verifier.main, evaluator),
        (QUESTION_SELECTOR, train_question_selector.main, []),
    ):
        assert train([str(word) for word in (*shared, "--out", weights / kind, *more)]) == 0
    return root


@pytest.fixture(autouse=True)
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))


@pytest.fixture
def hub_model(tmp_path: Path) -> VerifierSpec:
    labels = ("entailment", "neutral", "contradiction")
    return parse_verifier(f"hub:{write_tiny_classifier(tmp_path / 'model', labels)}")


@pytest.fixture
def server() -> Iterator[ChatServer]:
    with chat_server() as running:
        yield running


def served(server: ChatServer, model: str) -> VerifierSpec:
    return parse_verifier(f"openai:{model}@{server.url}")


def engine(root: Path, spec: VerifierSpec) -> LoadedEngine:
    return load_engine(
        EngineSettings(root / "packs", root / "weights", device="cpu", verifier=spec)
    )


def judged(loaded: LoadedEngine) -> list[VerdictStatus]:
    result = loaded.pipeline.run(turn(answer=ANSWER, intent=Intent.ANSWER))
    return [verdict.status for verdict in result.verdicts]


def calibrate(root: Path, spec: VerifierSpec, *more: str | Path) -> int:
    shared = ["--data", root / "rows", "--pack", root / "packs" / "small"]
    words = ["--verifier", spec, *shared, "--weights", root / "weights", *more]
    return calibrate_verifier.main([str(word) for word in words])


# Judging with another verifier


def test_the_verifier_that_was_chosen_judges(root: Path, server: ChatServer) -> None:
    server.verdict = lambda fields: "wrong" if "Distance" in fields["point"] else "covered"
    loaded = engine(root, served(server, "chosen"))
    assert judged(loaded) == [VerdictStatus.WRONG, VerdictStatus.COVERED]
    assert [request.fields["message"] for request in server.received] == [ANSWER] * 2


def test_a_turn_is_judged_while_the_server_is_down(
    root: Path, server: ChatServer, caplog: pytest.LogCaptureFixture
) -> None:
    server.verdict = lambda fields: "covered"
    loaded = engine(root, served(server, "shaky"))
    server.script.extend([BUSY] * 6)
    bundled = judged(engine(root, parse_verifier("bundled")))
    with caplog.at_level(logging.WARNING):
        assert judged(loaded) == bundled
    assert any("the bundled verifier judges this turn" in line for line in caplog.messages)
    assert ANSWER not in caplog.text
    server.script.clear()
    assert judged(loaded) == [VerdictStatus.COVERED] * 2  # the next turn is the server's again


def test_a_hub_model_judges_in_the_engine(root: Path, hub_model: VerifierSpec) -> None:
    assert len(judged(engine(root, hub_model))) == 2


def test_the_evaluation_takes_another_verifier(
    root: Path, server: ChatServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    server.verdict = lambda fields: "covered"
    common = ["--weights", root / "weights", "--pack", root / "packs" / "small"]
    common += ["--verifier", served(server, "evaluated"), "--data", root / "rows" / "answers"]
    assert evaluate.main([str(w) for w in ("answer", *common, "--json", tmp_path / "f.json")]) == 0
    assert server.received
    assert json.loads((tmp_path / "f.json").read_text(encoding="utf-8"))["n"] == 3


# Calibrating


def test_the_engine_takes_the_calibration_over(
    root: Path, server: ChatServer, capsys: pytest.CaptureFixture[str]
) -> None:
    """A verifier that has its words mixed up is understood once it is calibrated."""
    rows = {
        "how far the guess lies from the label": "Distance",
        "the gap to the right label": "Distance",
        "learning lowers it bit by bit": "lowers",
    }

    def mixed_up(fields: Mapping[str, str]) -> str:
        point = rows.get(fields["message"])
        return "missing" if point is not None and point in fields["point"] else "covered"

    server.verdict = mixed_up
    spec = served(server, "mixed-up")
    before = judged(engine(root, spec))
    assert before == [VerdictStatus.COVERED] * 2
    assert calibrate(root, spec) == 0
    metrics = json.loads(capsys.readouterr().out)
    manifest = verify(root / "weights" / CALIBRATIONS / spec.folder_name, CALIBRATION)
    assert manifest.metrics == metrics
    assert manifest.base["verifier"] == "openai:mixed-up"
    assert VerdictStatus.COVERED not in judged(engine(root, spec))


def test_no_place_of_this_machine_is_written_down(
    root: Path, hub_model: VerifierSpec, tmp_path: Path
) -> None:
    assert calibrate(root, hub_model, "--out", tmp_path / "out") == 0
    for file in (tmp_path / "out").iterdir():
        assert str(tmp_path) not in file.read_text(encoding="utf-8")


def test_a_calibration_beside_other_models_is_refused_until_it_is_made_again(
    root: Path, server: ChatServer
) -> None:
    spec = served(server, "stale")
    assert calibrate(root, spec) == 0
    file = root / "weights" / CALIBRATIONS / spec.folder_name / "manifest.json"
    manifest = json.loads(file.read_text(encoding="utf-8"))
    manifest["base"]["models"] = "others"
    file.write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ArtifactError, match="calibrate_verifier"):
        engine(root, spec)
    assert calibrate(root, spec) == 0
    engine(root, spec)


def test_a_server_that_does_not_answer_ends_it_with_a_clear_line(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with chat_server() as gone:
        pass
    assert calibrate(root, served(gone, "gone")) == 2
    printed = capsys.readouterr().err
    assert printed.startswith("training: ")
    assert "cannot be reached" in printed
    assert printed.count("\n") == 1


def test_the_bundled_verifier_is_not_calibrated_this_way(
    root: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        calibrate(root, parse_verifier("bundled"))
    assert "when it is trained" in capsys.readouterr().err
