"""Word salad is noticed, and nothing is held against what is merely unusual."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.artifacts import UTTERANCE_JUDGE, WEIGHTS, Manifest, write_manifest
from engine.errors import ArtifactError
from engine.fluency import (
    FACTS,
    FINE,
    FLUENCY_FILE,
    FluencyLayer,
    PairTable,
    WordOrder,
    fluency_facts,
    load_fluency,
    pair_code,
    save_tables,
)
from engine.outcomes import Outcome, Style
from engine.prompts import SpokenTurn

TURN = SpokenTurn("en", Style.PLAIN, Outcome.COVERED, "", "", (), (), "Loss", "What is a loss?")
KOREAN = replace(TURN, locale="ko", style=Style.BANMAL)


@pytest.fixture(scope="module")
def bundled() -> WordOrder:
    return load_fluency()


def layer() -> FluencyLayer:
    counts = {pair_code(FINE, pieces): 9 for pieces in (["a"], ["b"], ["a", "b"])}
    weights = np.zeros(len(FACTS), dtype=np.float32)
    weights[FACTS.index("repeated")] = -1
    return FluencyLayer("en", PairTable(counts, 18), weights, 1.5)


def test_what_was_seen_speaks_for_itself_and_what_should_have_been_seen_against() -> None:
    table = layer().table
    assert table.surprise(FINE, ["a", "b"]) > 0 > table.surprise(FINE, ["b", "a"])
    assert table.surprise(FINE, ["a", "rare"]) == 0


def test_a_loop_is_counted() -> None:
    place = FACTS.index("repeated")
    for text, times in (("so it is", 0), ("so so so it is", 2), ("it is it is", 1)):
        assert fluency_facts(text, "en", layer().table)[place] == pytest.approx(times), text


def test_a_language_without_a_layer_is_not_judged() -> None:
    judge = WordOrder({"en": layer()})
    assert not judge.reads_well(TURN, "so so so so what")
    assert judge.reads_well(KOREAN, "so so so so what")


@pytest.mark.parametrize(
    ("turn", "text"),
    [
        (TURN, "Spot on! Now, walk me through what a learning rate does."),
        (TURN, "Ha, fair enough. Zwicky's sigil aside, which axolotl would you quantise?"),
        (TURN, "Okay."),
        (KOREAN, "오 맞아! 그럼 LoRA 는 뭘까? 😊"),
        (KOREAN, "흠, 아깝다. 다시 생각해 볼래?"),
        (KOREAN, "짝짝짝! 코끼리처럼 든든한 답이야. 그럼 다음으로 드롭아웃은 왜 써?"),
    ],
)
def test_what_people_say_in_other_words_reads_well(
    bundled: WordOrder, turn: SpokenTurn, text: str
) -> None:
    assert bundled.reads_well(turn, text)


@pytest.mark.parametrize(
    ("turn", "text"),
    [
        (TURN, "The of what and is model loss it the you a does for how that to measure?"),
        (TURN, "That is the the the the the the loss. What is next?"),
        (KOREAN, "그럼 그런 이 어떻게 수 네가 이번엔 것을 그래서 하나 건 말해 때 좋은 있어 왜?"),
        (KOREAN, "맞아 모델이 모델이 모델이 모델이 모델이 모델이 뭐야?"),
    ],
)
def test_nonsense_does_not_read_well(bundled: WordOrder, turn: SpokenTurn, text: str) -> None:
    assert not bundled.reads_well(turn, text)


def test_what_is_stored_is_what_was_learnt(tmp_path: Path) -> None:
    saved = layer()
    save_tables({"en": saved}, tmp_path / FLUENCY_FILE)
    config = {"fluency": {"en": saved.config}}
    write_manifest(tmp_path, Manifest(UTTERANCE_JUDGE, {}, config, {}, {}, 0))
    again = load_fluency(tmp_path)
    for text in ("so it is", "so so so it is", "a b a b"):
        assert again.reads_well(TURN, text) is (saved.score(text) >= 0)


@pytest.mark.parametrize("broken", [{}, {"fluency": {"en": {}}}, {"fluency": 1}])
def test_a_manifest_that_does_not_fit_is_refused(tmp_path: Path, broken: dict[str, object]) -> None:
    save_tables({"en": layer()}, tmp_path / FLUENCY_FILE)
    write_manifest(tmp_path, Manifest(UTTERANCE_JUDGE, {}, broken, {}, {}, 0))
    with pytest.raises(ArtifactError, match="cannot be used"):
        load_fluency(tmp_path)


def test_altered_tables_are_refused(tmp_path: Path) -> None:
    folder = tmp_path / UTTERANCE_JUDGE
    shutil.copytree(WEIGHTS / UTTERANCE_JUDGE, folder)
    (folder / FLUENCY_FILE).write_bytes(b"others")
    with pytest.raises(ArtifactError, match="does not match its manifest"):
        load_fluency(folder)


def test_the_tables_stay_small() -> None:
    assert (WEIGHTS / UTTERANCE_JUDGE / FLUENCY_FILE).stat().st_size < 1_000_000
