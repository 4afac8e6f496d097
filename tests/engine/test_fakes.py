"""The stand-in for a slow language model speaks as one does."""

from __future__ import annotations

from pathlib import Path

from engine.curated_generator import CuratedGenerator
from engine.curated_lines import load_reactions
from engine.fakes import FakeEvaluator, FakeStreamingGenerator
from tests.support.small_pack import read_small_pack, turn


def test_a_streaming_generator_says_what_another_one_says_sentence_by_sentence(
    tmp_path: Path,
) -> None:
    pack, request = read_small_pack(tmp_path), turn()
    curated = CuratedGenerator(load_reactions())
    evaluation = FakeEvaluator().evaluate(request, pack)
    whole = curated.generate(request, pack, evaluation, "loss")
    happened: list[str] = []
    slow = FakeStreamingGenerator(curated, lambda: happened.append("pause"))
    assert slow.generate(request, pack, evaluation, "loss", happened.append) == whole
    pauses, (*spoken,) = happened[::2], happened[1::2]
    assert pauses == ["pause"] * (len(spoken) + 1)
    assert spoken
    assert all(whole.text.startswith(beginning) for beginning in spoken)
    assert len(set(spoken)) == len(spoken)
