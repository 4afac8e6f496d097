"""LoRA adapters over the shared encoder body: attaching, training as S-BERT, saving."""

from __future__ import annotations

import json
import random
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from datasets import Dataset
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file, load_model, save_file
from sentence_transformers import (
    SentenceTransformer,
    SentenceTransformerTrainer,
    SentenceTransformerTrainingArguments,
)
from sentence_transformers.sentence_transformer.losses import CosineSimilarityLoss

from engine.artifacts import CHECKPOINTS, ENCODER, MANIFEST, Manifest, verify
from engine.encoder import MAX_TOKENS
from training.errors import BaseModelError

TARGETS = ["query", "key", "value", "dense"]


@dataclass(frozen=True, slots=True)
class AdapterSettings:
    """How an adapter is trained.

    Args:
        epochs: passes over the training pairs.
        rank: of the LoRA matrices; their scale is twice that.
        learning_rate: peak, with linear warm-up and decay.
        batch_size: pairs a step.
        seed: fixes initialisation and order.
    """

    epochs: int
    rank: int = 32
    learning_rate: float = 5e-4
    batch_size: int = 32
    seed: int = 20


class _AdapterTrainer(SentenceTransformerTrainer):  # type: ignore[misc]  # is not followed
    """Resumes a model with an adapter in it, which the library would load as a plain one."""

    def _load_from_checkpoint(self, checkpoint_path: str) -> None:
        load_model(self.model[0].auto_model, str(Path(checkpoint_path) / "model.safetensors"))


def load_body(folder: Path) -> tuple[SentenceTransformer, Manifest]:
    """Return the encoder body, in fp32, and its manifest.

    Raises:
        BaseModelError: it cannot be loaded.
        ArtifactError: it does not match its manifest.
    """
    manifest = verify(folder, ENCODER)
    try:
        model = SentenceTransformer(
            str(folder), device="cpu", local_files_only=True, model_kwargs={"dtype": torch.float32}
        )
    except (OSError, ValueError, RuntimeError) as error:
        raise BaseModelError(f"{folder} cannot be loaded: {error}") from error
    model.max_seq_length = MAX_TOKENS
    return model, manifest


def attach(model: SentenceTransformer, rank: int) -> PeftModel:
    """Freeze the body and put a fresh LoRA adapter into it, in place."""
    config = LoraConfig(
        r=rank, lora_alpha=2 * rank, lora_dropout=0.1, target_modules=TARGETS, bias="none"
    )
    return get_peft_model(model[0].auto_model, config)


def train_pairs(
    model: SentenceTransformer,
    pairs: list[tuple[str, str, float]],
    settings: AdapterSettings,
    out: Path,
) -> None:
    """Train the attached adapter so that the cosine of each pair nears its target.

    CosineSimilarityLoss, as in Reimers and Gurevych, Sentence-BERT (2019). Resumes from the last
    checkpoint below ``out`` if there is one.

    Args:
        model: the body with its adapter.
        pairs: (text, text, target cosine from 0 to 1).
        settings: how to train.
        out: takes checkpoints and TensorBoard logs under ``checkpoints/``.
    """
    checkpoints = out / CHECKPOINTS
    first, second, score = zip(*pairs, strict=True)
    arguments = SentenceTransformerTrainingArguments(
        output_dir=str(checkpoints),
        num_train_epochs=settings.epochs,
        per_device_train_batch_size=settings.batch_size,
        learning_rate=settings.learning_rate,
        warmup_steps=0.06,
        bf16=True,
        use_cpu=True,
        seed=settings.seed,
        data_seed=settings.seed,
        save_strategy="epoch",
        save_total_limit=1,
        save_only_model=False,
        logging_steps=50,
        report_to=["tensorboard"],
        disable_tqdm=None,
    )
    trainer = _AdapterTrainer(
        model=model,
        args=arguments,
        train_dataset=Dataset.from_dict(
            {"sentence1": list(first), "sentence2": list(second), "score": list(score)}
        ),
        loss=CosineSimilarityLoss(model),
    )
    started = any(checkpoints.glob("checkpoint-*"))
    trainer.train(resume_from_checkpoint=True if started else None)
    model.eval()


def save_adapter(adapter: PeftModel, folder: Path) -> None:
    """Save the adapter alone, without the path of the body that it was trained on."""
    adapter.save_pretrained(str(folder))
    config_file = folder / "adapter_config.json"
    config: dict[str, Any] = json.loads(config_file.read_text(encoding="utf-8"))
    config["base_model_name_or_path"] = ENCODER
    config_file.write_text(json.dumps(config, indent=2, sort_keys=True) + "\n", encoding="utf-8")
    (folder / "README.md").unlink(missing_ok=True)  # peft's stub; the manifest says it all
    halve(folder / "adapter_model.safetensors")


def halve(file: Path) -> None:
    """Store the tensors of a safetensors file in half precision."""
    tensors = {name: tensor.half().contiguous() for name, tensor in load_file(str(file)).items()}
    save_file(tensors, str(file), metadata={"format": "pt"})


def finished(out: Path, kind: str) -> Manifest | None:
    """Return the manifest of the finished model in `out`; None where there is none.

    Raises:
        ArtifactError: there is one, but altered or of another kind.
    """
    return verify(out, kind) if (out / MANIFEST).exists() else None


def clear(out: Path) -> None:
    """Remove the model in `out` and all that its training left; any other folder stays as it is."""
    if (out / MANIFEST).exists() or (out / CHECKPOINTS).exists():
        shutil.rmtree(out)


def set_seed(seed: int) -> random.Random:
    """Seed every generator that training draws from; returns one for shuffling."""
    torch.manual_seed(seed)
    np.random.seed(seed)
    random.seed(seed)
    return random.Random(seed)
