"""LoRA adapters over the shared encoder body: attaching, training as S-BERT, saving."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
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
from sentence_transformers.models import Normalize, Pooling, Transformer
from sentence_transformers.sentence_transformer.losses import CosineSimilarityLoss

from engine.artifacts import CHECKPOINTS, ENCODER, MANIFEST, Manifest, verify
from engine.encoder_body import load_encoder_body
from engine.reader_layout import TEXT_TOKENS
from training.errors import CheckpointError
from training.plain_attention import use_plain_attention
from training.precision import has_fast_bf16

TARGETS = ["query", "key", "value", "dense"]
# Beside the checkpoints: the digest of the run that they belong to.
RUN = "run.sha256"


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


def load_body(folder: Path, device: str = "cpu") -> tuple[SentenceTransformer, Manifest]:
    """Return the encoder body as a sentence-transformers model, in fp32, and its manifest.

    Raises:
        ArtifactError: it does not match its manifest, or cannot be loaded.
    """
    manifest = verify(folder, ENCODER)
    body = load_encoder_body(folder, "cpu")
    # The library builds its models from folders alone.
    with tempfile.TemporaryDirectory() as plain:
        body.model.save_pretrained(plain)
        body.tokenizer.save_pretrained(plain)
        words = Transformer(plain, max_seq_length=TEXT_TOKENS)
    pooling = Pooling(words.get_embedding_dimension(), "mean")
    return SentenceTransformer(modules=[words, pooling, Normalize()], device=device), manifest


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

    Raises:
        CheckpointError: ``out`` holds a checkpoint of another run.
    """
    first, second, score = zip(*pairs, strict=True)
    columns = {"sentence1": list(first), "sentence2": list(second), "score": list(score)}
    train_adapter(model, columns, CosineSimilarityLoss(model), settings, out)


def train_adapter(
    model: SentenceTransformer,
    columns: Mapping[str, list[Any]],
    loss: torch.nn.Module,
    settings: AdapterSettings,
    out: Path | None,
) -> None:
    """Train the attached adapter with any loss of a sentence-transformers kind.

    Args:
        model: the body with its adapter.
        columns: name → value of each row; ``label`` or ``score`` goes to the loss as its labels.
        loss: takes tokenised texts and labels; holds `model`.
        settings: how to train.
        out: takes checkpoints, from which a run resumes, and TensorBoard logs under
            ``checkpoints/``; None keeps neither.

    Raises:
        CheckpointError: ``out`` holds a checkpoint of another run.
    """
    if model.device.type == "cpu":
        use_plain_attention(model[0].auto_model)
    # The trainer wants a folder even if it writes nothing there.
    with tempfile.TemporaryDirectory() as nowhere:
        checkpoints = Path(nowhere) if out is None else out / CHECKPOINTS
        started = out is not None and _has_started(checkpoints, columns, loss, settings)
        trainer = _AdapterTrainer(
            model=model,
            args=_arguments(settings, checkpoints, model.device.type, keep=out is not None),
            train_dataset=Dataset.from_dict(dict(columns)),
            loss=loss,
        )
        trainer.train(resume_from_checkpoint=True if started else None)
    model.eval()


def _arguments(
    settings: AdapterSettings, folder: Path, device: str, *, keep: bool
) -> SentenceTransformerTrainingArguments:
    """Return what the trainer is told; `keep` for checkpoints and logs in the folder."""
    return SentenceTransformerTrainingArguments(
        output_dir=str(folder),
        num_train_epochs=settings.epochs,
        per_device_train_batch_size=settings.batch_size,
        learning_rate=settings.learning_rate,
        warmup_steps=0.06,
        bf16=has_fast_bf16(device),
        use_cpu=device == "cpu",
        seed=settings.seed,
        data_seed=settings.seed,
        save_strategy="epoch" if keep else "no",
        save_total_limit=1,
        save_only_model=False,
        logging_steps=50,
        report_to=["tensorboard"] if keep else [],
        disable_tqdm=None if keep else True,
    )


def _has_started(
    checkpoints: Path,
    columns: Mapping[str, list[Any]],
    loss: torch.nn.Module,
    settings: AdapterSettings,
) -> bool:
    """Tell whether the run has a checkpoint; otherwise note which run the folder is for.

    Raises:
        CheckpointError: the checkpoints there are of another run.
    """
    run = json.dumps([type(loss).__name__, asdict(settings), columns], sort_keys=True)
    digest, note = hashlib.sha256(run.encode()).hexdigest(), checkpoints / RUN
    if any(checkpoints.glob("checkpoint-*")):
        if not note.is_file() or note.read_text(encoding="utf-8") != digest:
            raise CheckpointError(
                f"{checkpoints} holds checkpoints of a run on other rows or with other settings;"
                " continue that run, or start anew with --force"
            )
        return True
    checkpoints.mkdir(parents=True, exist_ok=True)
    note.write_text(digest, encoding="utf-8")
    return False


def save_adapter(adapter: PeftModel, folder: Path) -> None:
    """Save the adapter alone, without the path of the body that it was trained on."""
    # The base lies in a folder that is gone by now; its vocabulary did not change.
    adapter.save_pretrained(str(folder), save_embedding_layers=False)
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
