"""Attention without fused kernels gives what the library's gives, padding included."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine.encoder_body import load_encoder_body
from tests.support.tiny_encoder import write_tiny_encoder
from training.plain_attention import use_plain_attention

TEXTS = ["loss", "the loss is how far the model is off"]


def test_states_are_those_of_the_fused_attention(tmp_path: Path) -> None:
    body = load_encoder_body(write_tiny_encoder(tmp_path), "cpu")
    tokens = body.tokenizer(TEXTS, padding=True, return_tensors="pt")
    with torch.inference_mode():
        fused = body.model(**tokens).last_hidden_state
        use_plain_attention(body.model)
        plain = body.model(**tokens).last_hidden_state
    seen = tokens["attention_mask"].bool()
    assert torch.allclose(plain[seen], fused[seen], atol=1e-5)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_padding_changes_nothing(tmp_path: Path, dtype: torch.dtype) -> None:
    body = load_encoder_body(write_tiny_encoder(tmp_path), "cpu")
    use_plain_attention(body.model)
    with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, dtype is torch.bfloat16):
        alone = body.model(**body.tokenizer(TEXTS[:1], return_tensors="pt")).last_hidden_state
        padded = body.model(
            **body.tokenizer(TEXTS, padding=True, return_tensors="pt")
        ).last_hidden_state
    own = alone.shape[1]
    assert torch.allclose(padded[0, :own].float(), alone[0].float(), atol=0.05)
