"""Measures how quickly a causal language model learns and writes, with weights drawn at random.

Chance does as well as training here: the time depends on shapes alone. Writing one token reads
every weight once, so the time of a step cannot fall below the size of the weights over the
bandwidth of the memory, which is measured by copying.
"""

from __future__ import annotations

import resource
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from datasets import Dataset
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from transformers import (
    LlamaConfig,
    LlamaForCausalLM,
    PreTrainedTokenizerFast,
    PrinterCallback,
    TrainerCallback,
    TrainingArguments,
)
from trl import SFTConfig

from engine.causal_decoding import CausalDecoder
from engine.utterance_writer import Sampling
from engine.wide_heads import accept_wide_heads
from training.completion_loss import CompletionTrainer
from training.plain_attention import use_plain_attention
from training.utterance_learning import fits_into_memory, lora, trainer_options
from training.utterance_presets import GeneratorSettings

# As https://huggingface.co/kakaocorp/kanana-1.5-2.1b-instruct-2505 says of itself.
KANANA = {
    "vocab_size": 128_256,
    "hidden_size": 1792,
    "intermediate_size": 8064,
    "num_hidden_layers": 32,
    "num_attention_heads": 24,
    "num_key_value_heads": 8,
    "head_dim": 128,
    "max_position_embeddings": 32_768,
    "tie_word_embeddings": True,
}
# A quarter of the width, an eighth of layers and vocabulary.
SCALED_DOWN = {
    **KANANA,
    "vocab_size": 16_032,
    "hidden_size": 448,
    "intermediate_size": 2016,
    "num_hidden_layers": 4,
    "num_attention_heads": 6,
    "num_key_value_heads": 2,
}
_COPIED = {"cuda": 2**30, "cpu": 2**28}
_COPIES = 10
_WARM_UP = 2


@dataclass(frozen=True, slots=True)
class DecodeSpeed:
    """How quickly utterances are written together.

    Args:
        batch: utterances at once.
        first_seconds: until each has its first token; reads the prompts.
        step_seconds: of each further token, for all of them.
        tokens_per_second: of all together, without the first.
        of_limit: share of the speed that the bandwidth would allow.
    """

    batch: int
    first_seconds: float
    step_seconds: float
    tokens_per_second: float
    of_limit: float


@dataclass(frozen=True, slots=True)
class LearnSpeed:
    """How quickly an adapter learns.

    Args:
        rows: of one step.
        tokens: of one row.
        step_seconds: median time of a step.
        tokens_per_second: learnt from.
        peak_bytes: of memory on the device; of the whole process on a processor.
    """

    rows: int
    tokens: int
    step_seconds: float
    tokens_per_second: float
    peak_bytes: int


class _StepClock(TrainerCallback):  # type: ignore[misc]  # is not followed
    """Notes when each step ends."""

    def __init__(self) -> None:
        self.ends: list[float] = []

    def on_step_end(self, args: TrainingArguments, *_others: Any, **_more: Any) -> None:
        """Called by the trainer."""
        _finish(args.device.type)
        self.ends.append(time.perf_counter())


def new_llama(shape: dict[str, Any], device: str) -> LlamaForCausalLM:
    """Return a model of random weights: in bfloat16 on a GPU, in fp32 on a processor."""
    accept_wide_heads()
    torch.manual_seed(20)
    previous = torch.get_default_dtype()
    torch.set_default_dtype(torch.bfloat16 if device == "cuda" else torch.float32)
    try:
        with torch.device(device):
            return LlamaForCausalLM(LlamaConfig(**shape, pad_token_id=0, eos_token_id=0)).eval()
    finally:
        torch.set_default_dtype(previous)


def copy_bandwidth(device: str) -> float:
    """Return how many bytes a second are read and written while memory is copied."""
    source = torch.ones(_COPIED[device], dtype=torch.uint8, device=device)
    target = torch.empty_like(source)
    best = 0.0
    for _ in range(_COPIES):
        _finish(device)
        began = time.perf_counter()
        target.copy_(source)
        _finish(device)
        best = max(best, 2 * source.numel() / (time.perf_counter() - began))
    return best


def weight_bytes(model: LlamaForCausalLM) -> int:
    """Return the size of the weights; those that are used twice count once."""
    return sum(p.numel() * p.element_size() for p in model.parameters())


def decode_speed(
    model: LlamaForCausalLM, batch: int, *, prompt: int, tokens: int, bandwidth: float
) -> DecodeSpeed:
    """Write utterances as they are served, none of which ends.

    Args:
        model: what writes.
        batch: utterances at once.
        prompt: tokens of each prompt.
        tokens: of each utterance, 2 at least.
        bandwidth: of the memory, in bytes a second.
    """
    device = model.device.type
    drawn = torch.randint(1, model.config.vocab_size, (batch, prompt)).tolist()
    decoder = CausalDecoder(model, 0, frozenset(), Sampling(most_tokens=tokens))
    for _ in range(_WARM_UP):  # the last of these counts
        times = [time.perf_counter()]
        for _said in decoder.continuations(drawn, range(batch)):
            _finish(device)
            times.append(time.perf_counter())
    step = (times[-1] - times[1]) / (tokens - 1)
    return DecodeSpeed(
        batch=batch,
        first_seconds=times[1] - times[0],
        step_seconds=step,
        tokens_per_second=batch / step,
        of_limit=weight_bytes(model) / bandwidth / step,
    )


def learn_speed(
    model: LlamaForCausalLM, settings: GeneratorSettings, *, tokens: int, steps: int
) -> LearnSpeed:
    """Train an adapter for some steps, as the training command does.

    Args:
        model: the base; gets the adapter.
        settings: how to train.
        tokens: of each row.
        steps: how many are measured.

    Raises:
        MemoryShortageError: it does not fit.
    """
    device, rows = model.device.type, settings.batch_size * settings.accumulation
    if device == "cpu":
        use_plain_attention(model)
    else:
        torch.cuda.reset_peak_memory_stats()
    clock = _StepClock()
    ids = torch.randint(1, model.config.vocab_size, (rows * (steps + _WARM_UP), tokens)).tolist()
    with tempfile.TemporaryDirectory() as nowhere, fits_into_memory(settings):
        trainer = CompletionTrainer(
            model=model,
            args=_arguments(settings, device, nowhere, steps + _WARM_UP),
            train_dataset=Dataset.from_dict({"input_ids": ids, "labels": _second_half(ids)}),
            processing_class=_any_tokenizer(),
            peft_config=lora(settings),
            callbacks=[clock],
        )
        trainer.remove_callback(PrinterCallback)  # figures go to the standard output, nothing else
        trainer.train()
    taken = [later - earlier for earlier, later in zip(clock.ends, clock.ends[1:], strict=False)]
    step = statistics.median(taken[_WARM_UP - 1 :])
    return LearnSpeed(rows, tokens, step, rows * tokens / step, _peak(device))


def _arguments(settings: GeneratorSettings, device: str, folder: str, steps: int) -> SFTConfig:
    return SFTConfig(
        **trainer_options(settings, device),
        output_dir=folder,
        max_steps=steps,
        save_strategy="no",
        report_to=[],
        disable_tqdm=True,
    )


def _second_half(ids: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return labels that count the second half of each row, as if the first were a prompt."""
    return [[-100] * (len(row) // 2) + list(row[len(row) // 2 :]) for row in ids]


def _any_tokenizer() -> PreTrainedTokenizerFast:
    """Return what the trainer wants to pad with; the rows are tokens already."""
    pad = "<pad>"
    words = Tokenizer(WordLevel({pad: 0}, unk_token=pad))
    return PreTrainedTokenizerFast(tokenizer_object=words, pad_token=pad, eos_token=pad)


def _peak(device: str) -> int:
    if device == "cuda":
        return int(torch.cuda.max_memory_allocated())
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024  # Linux counts in KiB


def _finish(device: str) -> None:
    if device == "cuda":
        torch.cuda.synchronize()
