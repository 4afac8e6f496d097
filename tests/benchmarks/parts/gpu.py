"""Writing with a model of Kanana 1.5 2.1B's shape on a GPU, where there is one."""

from __future__ import annotations

import torch

from tests.benchmarks.records import Record, not_measured
from training.language_model_benchmark import KANANA, copy_bandwidth, decode_speed, new_llama

_PROMPT, _WRITTEN, _STREAMS = 400, 60, 64


def measure(quick: bool) -> list[Record]:
    """Return how near one stream comes to the bandwidth's limit, and what 64 at once bring."""
    if not torch.cuda.is_available():
        names = {"gpu.decode_of_limit": "", "gpu.streams_64_over_one": "×"}
        return not_measured(names, "there is no GPU")
    bandwidth, model = copy_bandwidth("cuda"), new_llama(KANANA, "cuda")
    tokens = _WRITTEN if quick else _WRITTEN * 4
    one, many = (
        decode_speed(model, streams, prompt=_PROMPT, tokens=tokens, bandwidth=bandwidth)
        for streams in (1, _STREAMS)
    )
    name = torch.cuda.get_device_name()
    times = many.tokens_per_second / one.tokens_per_second
    return [
        Record("gpu.decode_of_limit", one.of_limit, "", name),
        Record("gpu.tokens_per_second", many.tokens_per_second, "1/s", f"{_STREAMS} streams"),
        Record("gpu.streams_64_over_one", times, "×", name),
    ]
