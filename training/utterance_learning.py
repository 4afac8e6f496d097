"""Trains a LoRA adapter on turns and their utterances with TRL, and looks at it after each epoch.

The loss counts what the interviewer says, never the prompt. Batches hold turns of like length, so
that little of them is padding.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from peft import LoraConfig, PeftModel
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments
from trl import SFTConfig

from engine.language_model import LanguageModel
from training.completion_loss import CompletionTrainer
from training.errors import MemoryShortageError
from training.plain_attention import use_plain_attention
from training.precision import has_fast_bf16
from training.run_identity import claim
from training.utterance_examples import Examples, pairs_of
from training.utterance_presets import PROJECTIONS, GeneratorSettings
from training.utterance_scores import (
    EpochScore,
    WritingScore,
    best_of,
    read_scores,
    write_scores,
)

log = logging.getLogger(__name__)

SCORES = "epochs.json"
BEST = "best"
Score = Callable[[LanguageModel], WritingScore]


class _EpochReport(TrainerCallback):  # type: ignore[misc]  # is not followed
    """After each epoch, lets the model write, notes how it did, and keeps the best adapter.

    Args:
        tokenizer: of the model.
        score: how well the model writes.
        folder: takes the scores and the best adapter.
    """

    def __init__(self, tokenizer: Any, score: Score, folder: Path) -> None:
        self._tokenizer = tokenizer
        self._score = score
        self.folder = folder

    def on_evaluate(
        self,
        _args: TrainingArguments,
        state: TrainerState,
        _control: TrainerControl,
        *,
        model: PeftModel,
        metrics: Mapping[str, float],
        **_others: Any,
    ) -> None:
        """Called by the trainer when the loss on held-out rows is known."""
        model.eval()
        written = self._score(LanguageModel(model, self._tokenizer))
        epoch = round(state.epoch or 0)
        scored = EpochScore(epoch, round(metrics["eval_loss"], 4), **asdict(written))
        # An epoch that was done before the run was killed is done once more.
        earlier = [one for one in read_scores(self.folder / SCORES) if one.epoch < epoch]
        scores = (*earlier, scored)
        log.info("%s", scored)
        if best_of(scores) == scored:
            model.save_pretrained(str(self.folder / BEST), save_embedding_layers=False)
        write_scores(scores, self.folder / SCORES)


def learn(
    loaded: LanguageModel,
    examples: Examples,
    settings: GeneratorSettings,
    checkpoints: Path,
    score: Score,
) -> tuple[EpochScore, ...]:
    """Train an adapter in a model and return how it did after each epoch.

    The adapter of the best epoch lies in ``checkpoints/best`` then. A run that was killed goes on
    from its last epoch.

    Args:
        loaded: the base; gets the adapter.
        examples: what to learn from and to measure on.
        settings: how to train.
        checkpoints: takes checkpoints, scores, the best adapter and TensorBoard logs.
        score: how well a model writes.

    Raises:
        DataError: every row is too long.
        CheckpointError: the folder holds a checkpoint of another run.
        MemoryShortageError: it does not fit.
    """
    device = loaded.model.device.type
    rows, held_out = (
        pairs_of(loaded.tokenizer, part, settings.max_tokens)
        for part in (examples.train, examples.validation)
    )
    started = claim(checkpoints, {"settings": asdict(settings), "rows": rows, "device": device})
    report = _EpochReport(loaded.tokenizer, score, checkpoints)
    with fits_into_memory(settings):
        _train(loaded, (rows, held_out), settings, report, resume=started)
    return read_scores(checkpoints / SCORES)


def _train(
    loaded: LanguageModel,
    parts: tuple[Mapping[str, Any], Mapping[str, Any]],
    settings: GeneratorSettings,
    report: _EpochReport,
    *,
    resume: bool,
) -> None:
    """Train on the first part, measuring the loss on the second."""
    device = loaded.model.device.type
    if device == "cpu":
        use_plain_attention(loaded.model)
    rows, held_out = (Dataset.from_dict(dict(part)) for part in parts)
    trainer = CompletionTrainer(
        model=loaded.model,
        args=_arguments(settings, report.folder, device),
        train_dataset=rows,
        eval_dataset=held_out,
        processing_class=loaded.tokenizer,
        peft_config=lora(settings),
        callbacks=[report],
    )
    began = time.monotonic()
    trainer.train(resume_from_checkpoint=True if resume else None)
    seconds = time.monotonic() - began
    log.info("%d tokens in %.0f s, evaluations included", trainer.tokens_seen, seconds)


def lora(settings: GeneratorSettings) -> LoraConfig:
    """Return what peft is told."""
    return LoraConfig(
        task_type="CAUSAL_LM",
        r=settings.rank,
        lora_alpha=settings.alpha,
        lora_dropout=settings.dropout,
        target_modules=list(PROJECTIONS),
        bias="none",
    )


@contextmanager
def fits_into_memory(settings: GeneratorSettings) -> Iterator[None]:
    """Say what to do where memory runs out.

    Raises:
        MemoryShortageError: it did.
    """
    try:
        yield
    except (MemoryError, RuntimeError) as error:  # torch's own error is a RuntimeError
        short = isinstance(error, MemoryError | torch.OutOfMemoryError)
        if not short and "can't allocate memory" not in str(error):
            raise
        smaller = max(1, settings.batch_size // 2)
        steps = settings.accumulation * settings.batch_size // smaller
        raise MemoryShortageError(
            f"training does not fit into memory: try --batch-size {smaller} --accumulation {steps} "
            "(which learns the same), --gradient-checkpointing, fewer --max-tokens, or --qlora on "
            "a GPU"
        ) from error


def trainer_options(settings: GeneratorSettings, device: str) -> dict[str, Any]:
    """Return how a step is taken, as TRL is told; the speed is measured with the same."""
    return {
        "per_device_train_batch_size": settings.batch_size,
        "per_device_eval_batch_size": settings.batch_size,
        "gradient_accumulation_steps": settings.accumulation,
        "learning_rate": settings.learning_rate,
        "lr_scheduler_type": "cosine",
        "warmup_steps": 0.05,
        "bf16": has_fast_bf16(device),
        "use_cpu": device == "cpu",
        "activation_checkpointing": settings.checkpointing,
        "completion_only_loss": True,
        "max_length": settings.max_tokens,
        "train_sampling_strategy": "group_by_length",
        "seed": settings.seed,
        "data_seed": settings.seed,
    }


def _arguments(settings: GeneratorSettings, folder: Path, device: str) -> SFTConfig:
    return SFTConfig(
        **trainer_options(settings, device),
        output_dir=str(folder),
        num_train_epochs=settings.epochs,
        eval_strategy="epoch",
        save_strategy="epoch",
        save_total_limit=1,
        logging_steps=10,
        report_to=["tensorboard"],
    )
