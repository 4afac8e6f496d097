"""Rows are dealt out so that every part has its share of every label."""

from __future__ import annotations

from collections import Counter

from training.folds import ALWAYS_LEARNT, stratified_parts

LABELS = ["a", "b", "b"] * 10 + ["rare"] * 3


def test_every_part_has_its_share_of_every_label() -> None:
    parts = stratified_parts(LABELS, 5, seed=1)
    for part in range(5):
        chosen = Counter(label for label, of in zip(LABELS, parts, strict=True) if of == part)
        assert chosen == {"a": 2, "b": 4}


def test_rows_of_rare_labels_are_never_tested() -> None:
    assert set(stratified_parts(LABELS, 5, seed=1)[-3:]) == {ALWAYS_LEARNT}
    assert set(stratified_parts(["x", "y"], 5, seed=1)) == {ALWAYS_LEARNT}
    assert set(stratified_parts(LABELS, 3, seed=1)[-3:]) == {0, 1, 2}


def test_the_seed_decides() -> None:
    assert (stratified_parts(LABELS, 5, 1) == stratified_parts(LABELS, 5, 1)).all()
    assert (stratified_parts(LABELS, 5, 1) != stratified_parts(LABELS, 5, 2)).any()
