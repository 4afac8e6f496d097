"""What is said of an answer between the lines is heard, where the head is sure of it."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

from engine.artifacts import UTTERANCE_JUDGE, WEIGHTS, Manifest, write_manifest
from engine.errors import ArtifactError
from engine.intent_head import SoftmaxLayer
from engine.letter_features import LetterVocabulary, ngram_counts
from engine.outcomes import Outcome, Style
from engine.prompts import SpokenTurn
from engine.stance_head import STANCE_FILE, Limits, StanceHead, StanceLayer, load_stance_head

LIMITS = {"en": Limits(praise=0.6, rejection=0.6)}
PRAISE, REJECTION = "gggg gggg, so what next?", "bbbb bbbb, so what next?"


def turn(outcome: Outcome, locale: str = "en") -> SpokenTurn:
    return SpokenTurn(locale, Style.PLAIN, outcome, "", "", (), (), "Loss", "What is a loss?")


def layer() -> StanceLayer:
    """Return one for which a g is praise and a b rejection."""
    codes = np.array(sorted(code for sign in "gb" for code in ngram_counts(sign)), dtype=np.uint32)
    letters = LetterVocabulary(codes, np.ones(len(codes), dtype=np.float32))
    liked = letters.vector("gggg") * 9
    weight = np.stack([liked, -liked, *np.zeros((3, len(codes)), dtype=np.float32)])
    bias = np.array([0, 0, -9, -9, -9], dtype=np.float32)
    stances = ("right", "wrong", "unsure", "missing", "dont_know")
    return StanceLayer(letters, SoftmaxLayer(weight, bias), stances)


@pytest.mark.parametrize(
    ("outcome", "text", "expected"),
    [
        (Outcome.WRONG, PRAISE, True),
        (Outcome.MISSING, PRAISE, True),
        (Outcome.COVERED, PRAISE, False),
        (Outcome.COVERED, REJECTION.replace("b", "g"), False),
        (Outcome.PARTIAL, PRAISE, False),
        (Outcome.SKIP, PRAISE, False),
        (Outcome.WRONG, "g, so what next?", False),
        (Outcome.WRONG, "what next?", False),
    ],
)
def test_a_reaction_is_held_against_the_outcome(
    outcome: Outcome, text: str, expected: bool
) -> None:
    assert StanceHead(layer(), LIMITS).contradicts(turn(outcome), text) is expected


def test_a_language_without_limits_is_not_judged() -> None:
    assert not StanceHead(layer(), LIMITS).contradicts(turn(Outcome.WRONG, "ko"), PRAISE)


def test_what_is_stored_is_what_was_learnt(tmp_path: Path) -> None:
    layer().save(tmp_path / STANCE_FILE)
    again = StanceLayer.load(tmp_path / STANCE_FILE, layer().stances)
    assert again.approval("gggg") == pytest.approx(layer().approval("gggg"), abs=1e-3)


@pytest.mark.parametrize("broken", [{}, {"stances": ["right"], "limits": {}}, {"stances": 1}])
def test_a_manifest_that_does_not_fit_is_refused(tmp_path: Path, broken: dict[str, object]) -> None:
    layer().save(tmp_path / STANCE_FILE)
    write_manifest(tmp_path, Manifest(UTTERANCE_JUDGE, {}, broken, {}, {}, 0))
    with pytest.raises(ArtifactError, match="cannot be used"):
        load_stance_head(tmp_path)


def test_an_altered_head_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / UTTERANCE_JUDGE
    shutil.copytree(WEIGHTS / UTTERANCE_JUDGE, folder)
    (folder / STANCE_FILE).write_bytes(b"others")
    with pytest.raises(ArtifactError, match="does not match its manifest"):
        load_stance_head(folder)


@pytest.mark.parametrize(
    ("outcome", "text", "locale"),
    [
        (Outcome.WRONG, "이대로 교재에 실어도 되겠어. 그럼 다음은 뭘까?", "ko"),
        (Outcome.WRONG, "네 설명 덕분에 그림이 또렷하게 그려진다. 그럼 다음은 뭘까?", "ko"),
        (Outcome.COVERED, "그건 옆집 개념이랑 이름이 바뀐 거야. 그럼 다음은 뭘까?", "ko"),
    ],
)
def test_the_bundled_head_hears_what_no_list_holds(
    outcome: Outcome, text: str, locale: str
) -> None:
    assert load_stance_head().contradicts(turn(outcome, locale), text)
