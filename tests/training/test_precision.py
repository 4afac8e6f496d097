"""Half precision is used on a GPU, and on a processor only where it has instructions for it."""

import pytest
import torch

from training.precision import has_fast_bf16, mixed_precision


@pytest.mark.parametrize(("capability", "fast"), [("AVX2", False), ("AVX512", True), ("AMX", True)])
def test_a_processor_says_whether_it_can(
    capability: str, fast: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)
    assert has_fast_bf16("cpu") is fast
    with mixed_precision(torch.device("cpu")):
        product = torch.ones(2, 2) @ torch.ones(2, 2)
    assert product.dtype is (torch.bfloat16 if fast else torch.float32)


def test_a_gpu_always_can() -> None:
    assert has_fast_bf16("cuda")
