"""``training.evaluate utterance``: what it reports, writes and refuses."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.chat_server import chat_server
from tests.support.packs import small_pack, write_pack
from tests.support.tiny_language_model import write_fields_model
from training import evaluate

HEAD = ("current_question", "user_input", "output_answered", "output_next_question")
ROWS = (
    ("", "", "", "hello English"),
    ("apples English", "it is red", "colour English", "apples English"),
    ("pears English", "no idea", "답변 실패", "pears English"),
    ("apples 한국어", "빨간색이야", "colour 한국어", "apples 한국어"),
)
MEASURES = {"format", "on_topic", "outcome", "accuracy", "faultless", "distinct_2"}
GROUP = {"n", "raw", "served", "fallback", "by_rule", "seconds_p50", "seconds_p95"}


@dataclass(frozen=True, slots=True)
class Stand:
    """A pack, a file in the reference layout, and a folder to write to."""

    root: Path
    data: Path

    def run(self, *words: str | Path) -> int:
        """Evaluate; two generations a prompt."""
        common = ["--pack", self.root / "packs" / "fruit", "--data", self.data]
        fixed = ["utterance", "--generations", 2, *common]
        return evaluate.main([str(word) for word in (*fixed, *words)])

    def evaluated(self, *words: str | Path) -> Evaluated:
        """Evaluate and return all that comes out of it."""
        printed = io.StringIO()
        out = self.root / "out"
        with redirect_stdout(printed):
            assert self.run(*words, "--json", out / "figures.json", "--out", out) == 0
        with (out / "generations.csv").open(encoding="utf-8", newline="") as stream:
            generations = list(csv.DictReader(stream))
        return Evaluated(
            figures=json.loads((out / "figures.json").read_text(encoding="utf-8")),
            generations=generations,
            page=(out / "report.html").read_text(encoding="utf-8"),
            printed=printed.getvalue(),
        )


@dataclass(frozen=True, slots=True)
class Evaluated:
    """All that one run wrote and printed."""

    figures: dict[str, Any]
    generations: list[dict[str, str]]
    page: str
    printed: str


def build(root: Path) -> Stand:
    write_pack(root / "packs" / "fruit", small_pack())
    return Stand(root, write(root / "turns.csv", ROWS))


@pytest.fixture
def stand(tmp_path: Path) -> Stand:
    return build(tmp_path)


@pytest.fixture(scope="module")
def untaught(tmp_path_factory: pytest.TempPathFactory) -> Evaluated:
    """A language model that has learnt nothing, in the folder of a sweep."""
    stand = build(tmp_path_factory.mktemp("untaught"))
    model = write_fields_model(stand.root / "model")
    rows = [("1", "1", "2.1", "40", "0.9", "0.5"), ("5", "4", "1.8", "40", "0.99", "0.97")]
    head = ("epochs", "epoch", "loss", "generated", "format", "accuracy")
    write(model / "sweep.csv", rows, head)
    return stand.evaluated("--model", model)


@pytest.fixture(scope="module")
def curated(tmp_path_factory: pytest.TempPathFactory) -> Evaluated:
    """Written lines, as there is no bundled model."""
    stand = build(tmp_path_factory.mktemp("curated"))
    (stand.root / "weights").mkdir()
    return stand.evaluated("--weights", stand.root / "weights")


def write(file: Path, rows: Sequence[Sequence[str]], head: Sequence[str] = HEAD) -> Path:
    with file.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows([head, *rows])
    return file


# What is reported


def test_first_tries_and_what_users_are_told_are_measured_alike(untaught: Evaluated) -> None:
    figures = untaught.figures
    assert set(figures) >= GROUP | {"judge", "per_language", "tokens_p50", "model"}
    assert (figures["n"], figures["prompts"]) == (8, 4)
    assert set(figures["raw"]) == set(figures["served"]) == MEASURES
    languages = figures["per_language"]
    assert {name: group["n"] for name, group in languages.items()} == {"en": 6, "ko": 2}
    assert all(set(group) >= GROUP for group in languages.values())


def test_a_model_that_has_learnt_nothing_gets_no_word_in(untaught: Evaluated) -> None:
    figures = untaught.figures
    assert figures["raw"]["faultless"] < 1.0
    assert figures["fallback"] == 1.0
    assert figures["tokens_p50"] > 0


def test_how_far_the_judge_is_right_stands_beside_the_figures(curated: Evaluated) -> None:
    judge = curated.figures["judge"]
    assert judge["n"] == judge["n_bad"] + judge["n_good"] > 100
    told = f"agree with people on {judge['agreement']:.1%} of {judge['n']} utterances"
    last = curated.printed.strip().split("\n\n")[-1]
    assert told in last
    assert f"{judge['missed']} bad ones missed" in last
    assert told in curated.page


def test_without_a_bundled_model_the_written_lines_are_measured(curated: Evaluated) -> None:
    figures = curated.figures
    assert figures["model"] == "curated"
    assert figures["raw"] == figures["served"]
    assert (figures["fallback"], figures["by_rule"]) == (0.0, 1.0)


def test_a_server_is_evaluated_as_it_serves(stand: Stand) -> None:
    with chat_server() as server:
        asked = stand.evaluated("--model", f"openai:voice@{server.url}", "--temperature", "0.2")
        assert {request.body["temperature"] for request in server.received} == {0.2}
    assert asked.figures["model"] == "openai:voice"
    # The server repeats the pack's question, and this pack words it in English throughout.
    formats = {n: group["raw"]["format"] for n, group in asked.figures["per_language"].items()}
    assert formats == {"en": 1.0, "ko": 0.0}
    # How its tokenizer counts is its own business.
    assert asked.figures["tokens_p50"] is None


def test_a_server_that_does_not_answer_is_no_figure(
    stand: Stand, capsys: pytest.CaptureFixture[str]
) -> None:
    with chat_server() as server:
        gone = server.url
    assert stand.run("--model", f"openai:voice@{gone}") == 2
    printed = capsys.readouterr()
    assert printed.err.startswith("training: ")
    assert printed.out == ""


def test_a_sweep_is_told_with_its_gate(untaught: Evaluated) -> None:
    sweep = untaught.figures["sweep"]
    assert [(score["epoch"], score["passes"]) for score in sweep] == [(1, False), (5, True)]
    assert "disqualified" in untaught.printed
    assert "against epochs" in untaught.page


# What is written


def test_every_generation_is_written_with_its_verdicts(untaught: Evaluated) -> None:
    for part in ("raw", "served"):
        own = [row for row in untaught.generations if row["part"] == part]
        assert len(own) == untaught.figures["n"]
        accurate = sum(int(row["accuracy"]) for row in own) / len(own)
        assert accurate == pytest.approx(untaught.figures[part]["accuracy"], abs=1e-4)
        assert all(bool(row["reasons"]) != (row["faultless"] == "1") for row in own)


def test_the_page_stands_on_its_own(untaught: Evaluated) -> None:
    assert not re.search(r"""(?:src|href)\s*=\s*["'](?!#)""", untaught.page)


# What is refused


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", "turns.csv:1: "),
        (b"current_question,user_input,output_answered\n", "output_next_question"),
        (",".join(HEAD).encode() + "\n손실,예,모름,손실\n".encode("cp949"), "turns.csv:2: "),
        (",".join(HEAD).encode() + b"\nweather,so,so,apples English\n", "turns.csv:2: current_"),
    ],
)
def test_data_is_refused_before_anything_is_loaded(
    stand: Stand, capsys: pytest.CaptureFixture[str], content: bytes, fault: str
) -> None:
    """The model is not there either, and that is not what is told."""
    stand.data.write_bytes(content)
    assert stand.run("--model", "transformers:/nowhere/model") == 2
    printed = capsys.readouterr()
    assert printed.err.startswith("training: ")
    assert fault in printed.err
    assert printed.out == ""


@pytest.mark.parametrize("model", ["transformers:/nowhere/model", "aurora-tiny"])
def test_a_model_that_is_not_there_is_one_clear_error(
    stand: Stand, capsys: pytest.CaptureFixture[str], model: str
) -> None:
    (stand.root / "weights").mkdir()
    assert stand.run("--model", model, "--weights", stand.root / "weights") == 2
    assert capsys.readouterr().err.startswith("training: ")


@pytest.mark.parametrize(
    "words", [("--model", "nonsense"), ("--temperature", "-1"), ("--generations", "0")]
)
def test_options_that_make_no_sense_are_refused(
    stand: Stand, capsys: pytest.CaptureFixture[str], words: tuple[str, str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        stand.run(*words)
    assert ended.value.code == 2
    assert words[0] in capsys.readouterr().err
