"""The shorter way gives the loss, and the gradients, that TRL gives."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from datasets import Dataset
from trl import SFTConfig, SFTTrainer

from engine.language_model import load_language_model
from tests.support.tiny_language_model import write_fields_model
from training.completion_loss import CompletionTrainer
from training.utterance_learning import lora, trainer_options
from training.utterance_presets import GeneratorSettings

ROWS = {
    "input_ids": [[5, 30, 31, 32, 33], [6, 40, 41]],
    "labels": [[-100, -100, 31, 32, 33], [-100, 40, 41]],
}


def loss_and_gradient(
    folder: Path, trainer_class: type[SFTTrainer], items: int | None
) -> tuple[float, torch.Tensor]:
    settings = GeneratorSettings(epochs=1, rank=2, dropout=0.0, checkpointing=False)
    loaded = load_language_model(str(folder), "cpu")
    trainer = trainer_class(
        model=loaded.model,
        args=SFTConfig(**trainer_options(settings, "cpu"), output_dir=str(folder), report_to=[]),
        train_dataset=Dataset.from_dict(ROWS),
        processing_class=loaded.tokenizer,
        peft_config=lora(settings),
    )
    batch = trainer.data_collator([dict(row) for row in trainer.train_dataset])
    loss = trainer.compute_loss(trainer.model.train(), batch, num_items_in_batch=items)
    loss.backward()
    gradients = [p.grad.flatten() for p in trainer.model.parameters() if p.grad is not None]
    return float(loss.detach()), torch.cat(gradients)


@pytest.mark.parametrize("items", [None, 10])
def test_loss_and_gradients_are_those_of_trl(tmp_path: Path, items: int | None) -> None:
    folder = write_fields_model(tmp_path)
    theirs, their_gradient = loss_and_gradient(folder, SFTTrainer, items)
    ours, our_gradient = loss_and_gradient(folder, CompletionTrainer, items)
    assert ours == pytest.approx(theirs, rel=1e-4)
    assert torch.allclose(our_gradient, their_gradient, atol=1e-5)
    assert our_gradient.abs().max() > 0
