"""The least time that a text takes, by hand."""

from __future__ import annotations

import pytest

from tests.benchmarks.roofline import EncoderShape, floor_seconds

MINILM = EncoderShape(width=384, inner_width=1536, layers=6)


def test_operations_of_a_text() -> None:
    assert MINILM.weights == 10_616_832
    assert MINILM.operations(28) == pytest.approx(0.60e9, rel=0.01)


@pytest.mark.parametrize(
    ("rate", "bandwidth", "seconds"), [(100.0, 1000.0, 2.0), (1000.0, 10.0, 4.0)]
)
def test_the_slower_of_arithmetic_and_memory_decides(
    rate: float, bandwidth: float, seconds: float
) -> None:
    assert floor_seconds(200.0, rate, 40.0, bandwidth) == seconds
