"""Candidates are encoded once per pack and model, and kept on disk as long as they fit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.candidates import CandidateVectors
from engine.questions import QuestionPack
from tests.support.packs import read_small_pack
from tests.support.stage_one import WordEncoder


@pytest.fixture(scope="module")
def pack(tmp_path_factory: pytest.TempPathFactory) -> QuestionPack:
    return read_small_pack(tmp_path_factory.mktemp("fruit"))


def candidates(
    pack: QuestionPack, encoder: WordEncoder, cache: Path | None, digest: str = "m" * 64
) -> CandidateVectors:
    return CandidateVectors(pack, encoder, "stage-1", model_digest=digest, cache=cache)


def test_a_topic_is_encoded_when_it_is_needed_in_one_call_and_once(pack: QuestionPack) -> None:
    encoder = WordEncoder()
    found = candidates(pack, encoder, None)
    assert encoder.calls == []
    points = pack.topic("apples").point_ids
    for point in points:
        found.of("apples", point, "ko")
        found.of("apples", point, "en")
    ((texts, adapter),) = encoder.calls
    assert adapter == "stage-1"
    # Each point in two languages, five right and three wrong answers each.
    assert len(texts) == len(set(texts)) == len(points) * 2 * (5 + 3)


@pytest.mark.parametrize(("locale", "other"), [("ko", "en"), ("en", "ko")])
def test_a_point_has_its_own_language_first_then_the_others(
    pack: QuestionPack, locale: str, other: str
) -> None:
    encoder = WordEncoder()
    found = candidates(pack, encoder, None).of("apples", "taste", locale)
    point = pack.topic("apples").point("taste")
    assert found.references == point.references[locale]
    assert found.wrong == tuple(wrong.answer for wrong in point.wrong[locale])
    expected = [encoder.vector(t) for t in (*point.references[locale], *point.references[other])]
    np.testing.assert_array_equal(found.reference_vectors, np.stack(expected))
    np.testing.assert_array_equal(
        found.wrong_vectors, np.stack([encoder.vector(t) for t in found.wrong])
    )


def test_the_second_start_reads_them_from_disk(pack: QuestionPack, tmp_path: Path) -> None:
    cache = tmp_path / "aurora" / "candidates"
    first = candidates(pack, WordEncoder(), cache)
    encoder = WordEncoder()
    second = candidates(pack, encoder, cache)
    for locale in pack.locales:
        np.testing.assert_array_equal(
            first.of("plums", "stone", locale).reference_vectors,
            second.of("plums", "stone", locale).reference_vectors,
        )
    assert encoder.calls == []
    assert len(list(cache.iterdir())) == 1


def test_another_pack_or_model_does_not_get_them(pack: QuestionPack, tmp_path: Path) -> None:
    candidates(pack, WordEncoder(), tmp_path).of("apples", "taste", "en")
    for changed, digest in ((pack, "n" * 64), (replace(pack, digest="0" * 64), "m" * 64)):
        encoder = WordEncoder()
        candidates(changed, encoder, tmp_path, digest).of("apples", "taste", "en")
        assert len(encoder.calls) == 1


def _cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:1000])


def _save(change: Callable[[Any], Any]) -> Callable[[Path], None]:
    return lambda file: np.save(file, change(np.load(file)))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda file: file.write_bytes(b""),
        lambda file: file.write_bytes(b"PK\x03\x04 no archive"),
        lambda file: file.write_bytes(b"\x93NUMPY\x01\x00\x10\x00{'descr': ((((\n"),
        _cut,
        _save(lambda good: good[:3]),
        _save(lambda good: good[:, 0]),
        _save(lambda good: good.astype(np.int64)),
        _save(lambda good: np.where(good == 0, np.nan, good)),
    ],
    ids=["empty", "zip", "header", "cut", "rows", "flat", "type", "nan"],
)
def test_a_file_that_does_not_fit_is_made_again(
    pack: QuestionPack, tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    expected = candidates(pack, WordEncoder(), tmp_path).of("apples", "taste", "en")
    (file,) = tmp_path.glob("*.npy")
    spoil(file)
    encoder = WordEncoder()
    found = candidates(pack, encoder, tmp_path).of("apples", "taste", "en")
    assert len(encoder.calls) == 1
    np.testing.assert_array_equal(found.reference_vectors, expected.reference_vectors)
    again = WordEncoder()
    candidates(pack, again, tmp_path).of("apples", "taste", "en")
    assert again.calls == []


def test_a_folder_that_cannot_be_written_does_no_harm(pack: QuestionPack, tmp_path: Path) -> None:
    (tmp_path / "aurora").write_text("a file where the folder should be", encoding="utf-8")
    encoder = WordEncoder()
    found = candidates(pack, encoder, tmp_path / "aurora" / "candidates")
    assert found.of("apples", "taste", "en").wrong_vectors.shape == (3, 512)
    assert len(encoder.calls) == 1


def test_nothing_is_left_behind_when_the_file_cannot_take_its_place(
    pack: QuestionPack, tmp_path: Path
) -> None:
    expected = candidates(pack, WordEncoder(), tmp_path).of("apples", "taste", "en")
    (file,) = tmp_path.glob("*.npy")
    file.unlink()
    file.mkdir()
    again = candidates(pack, WordEncoder(), tmp_path).of("apples", "taste", "en")
    np.testing.assert_array_equal(again.wrong_vectors, expected.wrong_vectors)
    assert list(file.parent.iterdir()) == [file]
