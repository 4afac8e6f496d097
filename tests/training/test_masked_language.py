"""Some pieces are hidden, the head learns to guess them, and special pieces are never chosen."""

from pathlib import Path

import pytest
import torch

from training.encoder_model import SentenceEncoder, load_encoder
from training.masked_language import MaskedHead

TEXTS = ["the loss is the error of a model", "gradient descent lowers the loss"] * 4


@pytest.fixture
def encoder(tiny_base: Path) -> SentenceEncoder:
    return load_encoder(str(tiny_base), max_tokens=48)


def test_guessing_hidden_pieces_is_learnt(encoder: SentenceEncoder) -> None:
    torch.manual_seed(3)
    head = MaskedHead(encoder, seed=3)
    tokens = encoder.tokenise(TEXTS)
    weights = [*encoder.model.parameters(), *head.parameters()]
    optimiser = torch.optim.AdamW(weights, lr=3e-3)
    losses = []
    for _ in range(40):
        loss = head.loss(encoder, tokens)
        loss.backward()
        optimiser.step()
        optimiser.zero_grad()
        losses.append(loss.item())
    assert sum(losses[-5:]) < 0.6 * sum(losses[:5])


def test_a_text_of_special_pieces_alone_hides_nothing(encoder: SentenceEncoder) -> None:
    special = encoder.tokenizer.all_special_ids
    assert MaskedHead(encoder, seed=1).loss(encoder, [special * 20]).item() == 0.0


def test_the_output_layer_is_the_word_embeddings(encoder: SentenceEncoder) -> None:
    head = MaskedHead(encoder, seed=1)
    head.loss(encoder, encoder.tokenise(TEXTS)).backward()
    gradient = encoder.model.get_input_embeddings().weight.grad
    assert gradient is not None
    unseen = encoder.tokenizer.convert_tokens_to_ids("中")
    assert gradient[unseen].abs().sum() > 0  # a row that no text holds learns as a wrong guess
