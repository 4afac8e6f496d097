"""Measures learning and writing with Kanana 1.5 2.1B's exact shape; nothing is downloaded.

    python -m training.benchmark_language_model --json speed.json

Without a GPU the shape is scaled down, and the result says so.
"""

from __future__ import annotations

import argparse
import json
import logging
import platform
import sys
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import torch

from engine.errors import EngineError
from engine.loading import DEVICES, choose_device
from training.errors import TrainingError
from training.language_model_benchmark import (
    KANANA,
    SCALED_DOWN,
    copy_bandwidth,
    decode_speed,
    learn_speed,
    new_llama,
    weight_bytes,
)
from training.options import at_least_one
from training.utterance_presets import PRESETS

BATCHES = (1, 8, 32)
# A prompt of the chat kind and a long utterance, in Kanana's tokens.
PROMPT, UTTERANCE = 400, 60
_CHAT_ROW = 512

log = logging.getLogger(__name__)


def main(argv: Sequence[str] | None = None) -> int:
    """Measure from the command line; returns the exit code."""
    options = _parser().parse_args(argv)
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    try:
        result = measure(options)
    except (TrainingError, EngineError) as error:
        print(f"training: {error}", file=sys.stderr)
        return 2
    text = json.dumps(result, indent=2)
    print(text)
    if options.json is not None:
        options.json.write_text(text + "\n", encoding="utf-8")
    return 0


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Return all figures, JSON-ready.

    Raises:
        EngineError: there is no such device.
        MemoryShortageError: the model does not fit.
    """
    torch.set_num_threads(options.threads)
    device = choose_device(options.device)
    scaled_down = device == "cpu"
    shape = SCALED_DOWN if scaled_down else KANANA
    if scaled_down:
        log.warning("there is no GPU: a scaled-down model is measured, not Kanana's shape")
    bandwidth = copy_bandwidth(device)
    model = new_llama(shape, device)
    decoded = [
        decode_speed(model, batch, prompt=PROMPT, tokens=options.tokens, bandwidth=bandwidth)
        for batch in BATCHES
    ]
    size, parameters = weight_bytes(model), sum(p.numel() for p in model.parameters())
    settings = replace(PRESETS["kanana-1.5-2.1b"].settings, batch_size=options.batch_size)
    learnt = learn_speed(model, settings, tokens=_CHAT_ROW, steps=options.steps)
    return {
        "scaled_down": scaled_down,
        "device": torch.cuda.get_device_name()
        if device == "cuda"
        else platform.processor() or "cpu",
        "threads": options.threads,
        "torch": torch.__version__,
        "shape": shape,
        "parameters": parameters,
        "weight_bytes": size,
        "copy_bandwidth_bytes_per_second": round(bandwidth),
        "least_step_seconds": size / bandwidth,
        "prompt_tokens": PROMPT,
        "decode": [asdict(speed) for speed in decoded],
        "lora": {"settings": asdict(settings), **asdict(learnt)},
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m training.benchmark_language_model", description=__doc__
    )
    add = parser.add_argument
    add("--device", choices=DEVICES, default="auto", help="what to measure")
    add("--tokens", type=_two_or_more, default=UTTERANCE, help="written in each utterance")
    add("--batch-size", type=at_least_one, default=4, help="rows in memory at once while learning")
    add("--steps", type=at_least_one, default=5, help="of learning that are measured")
    add("--threads", type=at_least_one, default=torch.get_num_threads(), help="of the processor")
    add("--json", type=Path, help="file for all figures")
    return parser


def _two_or_more(text: str) -> int:
    value = at_least_one(text)
    if value < 2:
        raise argparse.ArgumentTypeError(f"{text} is less than 2")
    return value


if __name__ == "__main__":
    sys.exit(main())
